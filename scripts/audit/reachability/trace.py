"""Packets on their way through stages: what arrives, and where the rest is stopped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from scripts.audit.reachability.intervals import Intervals
from scripts.audit.reachability.packets import PORTS, Packets, Region, first_of, without_all
from scripts.audit.reachability.stage import Stage
from scripts.inventory.reading import Unreadable

ARROW = " > "
"""Between the hops of a way, where it is told."""


@dataclass(frozen=True)
class Step:
    """A stage, and what is left behind it."""

    stage: Stage
    sure: Region
    possible: Region
    """With what may pass: parts of the stages so far could not be read."""


@dataclass(frozen=True)
class Trace:
    """A set of packets and its way."""

    whole: Packets
    steps: tuple[Step, ...]
    ports: Intervals = PORTS
    """Those that are looked at; a way is followed once for all."""

    def on(self, ports: Intervals) -> Trace:
        """The same way for some ports only."""
        return Trace(self.whole, self.steps, self.ports & ports)

    @cached_property
    def start(self) -> Packets:
        """What sets out."""
        return self.whole._replace(port=self.whole.port & self.ports)

    @cached_property
    def sure(self) -> Region:
        """What surely arrives."""
        return _on(self.steps[-1].sure, self.ports)

    @cached_property
    def possible(self) -> Region:
        """What arrives or may arrive."""
        return _on(self.steps[-1].possible, self.ports)

    @property
    def all_arrive(self) -> bool | Unreadable:
        """Whether every packet arrives."""
        if not without_all((self.start,), self.sure):
            return True
        left = without_all((self.start,), self.possible)
        return False if left else self.unreadable

    @property
    def unreadable(self) -> Unreadable:
        """What could not be read, of a trace in which not all is sure."""
        for step in self.steps:
            lost = without_all(_on(step.possible, self.ports), step.sure)
            clause = step.stage.deciding(first_of(lost)) if lost else None
            if clause is not None and isinstance(clause.passes, Unreadable):
                return clause.passes
        raise ValueError("every stage of this trace is known")

    def losses(self) -> Iterator[tuple[Packets, str]]:
        """Packets that do not arrive, each with what stops it."""
        before: Region = (self.start,)
        for step in self.steps:
            for lost in without_all(before, step.possible):
                yield lost, step.stage.says(lost)
            before = _on(step.possible, self.ports)

    def stop(self, *, any_packet: bool) -> list[str]:
        """The hops up to the one that stops: that loses any packet, or behind which none is left."""
        before: Region = (self.start,)
        for step in self.steps:
            after = _on(step.possible, self.ports)
            lost = without_all(before, after)
            if lost and (any_packet or not after):
                return [*self._before(step, lost[0]), step.stage.says(lost[0])]
            before = after
        raise ValueError("nothing stops this trace")

    def _before(self, last: Step, packets: Packets) -> Iterator[str]:
        for step in self.steps:
            if step is last:
                return
            if step.stage.shown:
                yield step.stage.says(packets)

    def hops(self, packet: Packets) -> list[str]:
        """The way of one packet that arrives."""
        return [step.stage.says(packet) for step in self.steps if step.stage.shown]


def trace(start: Packets, stages: Sequence[Stage]) -> Trace:
    """Send packets through stages, of which there must be one."""
    sure: Region = (start,)
    possible: Region = (start,)
    steps: list[Step] = []
    for stage in stages:
        if sure == possible:
            sure, possible = stage.passing(sure)
        else:
            sure, possible = stage.passing(sure)[0], stage.passing(possible)[1]
        steps.append(Step(stage, sure, possible))
    return Trace(start, tuple(steps))


def _on(region: Region, ports: Intervals) -> Region:
    return tuple(each._replace(port=both) for each in region if (both := each.port & ports))
