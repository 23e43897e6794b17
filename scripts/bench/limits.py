"""What was measured against what is allowed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table


@dataclass(frozen=True)
class Measurement:
    """One figure and its limit."""

    what: str
    value: float
    limit: float
    unit: str
    detail: str = ""

    @property
    def ok(self) -> bool:
        """Whether the figure is within its limit."""
        return self.value <= self.limit


def table(measurements: list[Measurement], title: str = "make bench (medians)") -> Table:
    """All figures as a table."""
    from rich.table import Table

    shown = Table("what", "measured", "limit", "", "of", title=title, title_justify="left")
    for each in measurements:
        verdict = "ok" if each.ok else "TOO MUCH"
        shown.add_row(each.what, f"{each.value:.2f} {each.unit}", f"{each.limit:g} {each.unit}", verdict, each.detail)
    return shown
