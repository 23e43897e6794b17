"""From the ways between all members of two tiers to one cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scripts.audit.reachability.addresses import shown_addresses
from scripts.audit.reachability.cell import Cell
from scripts.audit.reachability.declared import OTHER, NamedPorts
from scripts.audit.reachability.intervals import Intervals
from scripts.audit.reachability.packets import Packets, Region, common, first_of, without_all
from scripts.audit.reachability.trace import Trace
from scripts.inventory.reading import Unreadable


@dataclass(frozen=True)
class Way:
    """From one party to another, by one version of IP."""

    source: str
    destination: str
    trace: Trace
    declared: Region
    version: int
    counts: bool
    """Whether a path that is needed must be there for these two."""

    def on(self, ports: NamedPorts) -> Way:
        """The same for some ports."""
        return Way(
            self.source, self.destination, self.trace.on(ports.numbers), self.declared, self.version, self.counts
        )

    def path(self, region: Region) -> tuple[str, ...]:
        """The way of what arrives; a source of which only a part gets through says which."""
        packet = first_of(region)
        return (self._part(region), *self.trace.hops(packet), self.destination)

    def stopped(self, *, any_packet: bool) -> tuple[str, ...]:
        """The way of what does not arrive."""
        return (self.source, *self.trace.stop(any_packet=any_packet))

    def _part(self, region: Region) -> str:
        whole = self.trace.start.source
        found = Intervals.of(span for packets in region for span in packets.source.spans)
        return self.source if not whole - found else f"{self.source}: {shown_addresses(found, whole, self.version)}"


def unreadable_cell(source: str, destination: str, ports: NamedPorts, unreadable: Unreadable) -> Cell:
    """A cell about which nothing is known."""
    needed = source in ports.needed_from
    return Cell(source, destination, ports.name, ports.shown, unreadable, needed, (str(unreadable),), needed)


def needed_cell(source: str, destination: str, ports: NamedPorts, ways: Sequence[Way], nobody: str) -> Cell:
    """Open when every packet of all that count arrives."""

    def cell(is_open: bool | Unreadable, hops: tuple[str, ...]) -> Cell:
        return Cell(source, destination, ports.name, ports.shown, is_open, True, hops, needed=True)

    counted = [way.on(ports) for way in ways if way.counts]
    unknown: Unreadable | None = None
    for way in counted:
        arrives = way.trace.all_arrive
        if arrives is False:
            return cell(False, way.stopped(any_packet=True))
        if isinstance(arrives, Unreadable):
            unknown = unknown or arrives
    if not counted:
        return cell(False, (nobody,))
    if unknown is not None:
        return cell(unknown, (str(unknown),))
    return cell(True, counted[0].path((counted[0].trace.start,)))


def other_cell(source: str, destination: str, ports: NamedPorts, ways: Sequence[Way], nobody: str) -> Cell:
    """Open when one packet arrives, of any: what nobody declared comes first, then what is not known."""
    found = _other([way.on(ports) for way in ways], nobody)
    shown = f"tcp {found.numbers}" if found.numbers and ports.name == OTHER else ports.shown
    return Cell(source, destination, ports.name, shown, found.open, found.declared, found.hops)


NONE = Intervals()


@dataclass(frozen=True)
class Found:
    """What a cell says."""

    open: bool | Unreadable
    declared: bool
    hops: tuple[str, ...]
    numbers: Intervals = NONE
    """The ports that are open."""


def _other(ways: Sequence[Way], nobody: str) -> Found:
    if not ways:
        return Found(False, False, (nobody,))
    for find in (_open_undeclared, _unknown_undeclared, _open, _unknown):
        found = next(filter(None, map(find, ways)), None)
        if found is not None:
            return found
    declared = any(_meets(way.trace.start, way.declared) for way in ways)
    return Found(False, declared, ways[0].stopped(any_packet=False))


def _open_undeclared(way: Way) -> Found | None:
    undeclared = without_all(way.trace.sure, way.declared)
    return _reached(way, undeclared, declared=False) if undeclared else None


def _unknown_undeclared(way: Way) -> Found | None:
    unsure = without_all(way.trace.possible, way.trace.sure)
    return _unreadable(way, declared=False) if without_all(unsure, way.declared) else None


def _open(way: Way) -> Found | None:
    return _reached(way, way.trace.sure, declared=True) if way.trace.sure else None


def _unknown(way: Way) -> Found | None:
    return _unreadable(way, declared=True) if way.trace.possible else None


def _reached(way: Way, region: Region, *, declared: bool) -> Found:
    numbers = Intervals.of(span for packets in region for span in packets.port.spans)
    return Found(True, declared, way.path(region), numbers)


def _unreadable(way: Way, *, declared: bool) -> Found:
    unreadable = way.trace.unreadable
    return Found(unreadable, declared, (str(unreadable),))


def _meets(packets: Packets, region: Region) -> bool:
    return any(common((packets,), each) for each in region)
