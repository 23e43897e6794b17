"""One place that packets pass: a list of clauses, the first that matches a packet decides about it.

Security groups, network ACLs and route tables are all such lists (route tables with the longest prefix first).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from scripts.audit.reachability.packets import Packets, Region, common, first_of, without
from scripts.inventory.reading import Unreadable


@dataclass(frozen=True)
class Clause:
    """What happens to a set of packets."""

    packets: Packets
    passes: bool | Unreadable
    text: str
    """The hop as a reader sees it."""


@dataclass(frozen=True)
class Stage:
    """Clauses in order; a packet that none matches is stopped."""

    clauses: tuple[Clause, ...]
    otherwise: Callable[[Packets], str]
    """Says of packets that no clause matches why they are stopped."""
    shown: bool = True
    """Whether a path that is open names it: stages that only replies pass are left out."""

    def passing(self, region: Region) -> tuple[Region, Region]:
        """What surely passes, and what passes or may pass."""
        sure: list[Packets] = []
        perhaps: list[Packets] = []
        for clause in self.clauses:
            if not region:
                break
            hit = common(region, clause.packets)
            if not hit:
                continue
            region = without(region, clause.packets)
            if isinstance(clause.passes, Unreadable):
                perhaps.extend(hit)
            elif clause.passes:
                sure.extend(hit)
        return tuple(sure), (*sure, *perhaps)

    def deciding(self, packet: Packets) -> Clause | None:
        """The clause that decides about one packet."""
        return next((clause for clause in self.clauses if common((packet,), clause.packets)), None)

    def says(self, packets: Packets) -> str:
        """What happens here to the first of some packets, which are all treated alike."""
        clause = self.deciding(first_of((packets,)))
        return self.otherwise(packets) if clause is None else clause.text


def unreadable_stage(unreadable: Unreadable, everything: Packets) -> Stage:
    """A place about which nothing is known."""
    return Stage((Clause(everything, unreadable, str(unreadable)),), lambda _packet: str(unreadable))
