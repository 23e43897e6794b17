"""The port matrix as the page shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from scripts.reports.audit_document import PortCell, PortsPart

PortState = Literal["open", "undeclared", "broken", "closed", "unknown"]

WORDS: dict[PortState, str] = {
    "open": "open, as declared",
    "undeclared": "open, though nobody declared it",
    "broken": "closed, though it is declared",
    "closed": "closed",
    "unknown": "unknown",
}


@dataclass(frozen=True)
class PortEntry:
    """One cell of the matrix, one port."""

    number: int
    cell: PortCell
    state: PortState

    @property
    def words(self) -> str:
        """The state as a person reads it."""
        return WORDS[self.state]


@dataclass(frozen=True)
class Crossing:
    """All ports of one destination, seen from one source."""

    source: str
    destination: str
    entries: tuple[PortEntry, ...]

    @property
    def shown(self) -> list[PortEntry]:
        """What is not just closed as it should be, the worst first."""
        order = list(WORDS)
        loud = [entry for entry in self.entries if entry.state != "closed"]
        return sorted(loud, key=lambda entry: (entry.state == "open", -order.index(entry.state), entry.number))

    @property
    def closed(self) -> list[PortEntry]:
        """What is closed as it should be."""
        return [entry for entry in self.entries if entry.state == "closed"]


@dataclass(frozen=True)
class PortView:
    """Rows of crossings."""

    destinations: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Crossing, ...]], ...]
    entries: tuple[PortEntry, ...]

    def count(self, state: PortState) -> int:
        """How many entries have a state."""
        return sum(entry.state == state for entry in self.entries)


def port_view(ports: PortsPart) -> PortView:
    """Arrange the matrix."""
    entries = tuple(PortEntry(number, cell, state_of(cell)) for number, cell in enumerate(ports.cells))
    return PortView(
        destinations=tuple(ports.destinations),
        rows=tuple((source, _row(source, ports.destinations, entries)) for source in ports.sources),
        entries=entries,
    )


def _row(source: str, destinations: Sequence[str], entries: Sequence[PortEntry]) -> tuple[Crossing, ...]:
    found: dict[str, list[PortEntry]] = {destination: [] for destination in destinations}
    for entry in entries:
        if entry.cell.source == source and entry.cell.destination in found:
            found[entry.cell.destination].append(entry)
    return tuple(Crossing(source, destination, tuple(mine)) for destination, mine in found.items())


def state_of(cell: PortCell) -> PortState:
    """What a cell is."""
    if cell.open is None:
        return "unknown"
    if cell.open:
        return "open" if cell.declared else "undeclared"
    return "broken" if cell.declared else "closed"
