"""The scan on the console."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console
from rich.table import Table

from scripts.checkov_scan.results import ScanResult
from scripts.checkov_scan.waivers import Waiver


def print_results(results: list[ScanResult], waivers: Mapping[str, list[Waiver]]) -> None:
    """Print one table of figures, and every waiver that was used with its reason."""
    console = Console()
    console.print(figures(results))
    for check, addresses, reason in used_waivers(results, waivers):
        console.print(f"waived {check} {', '.join(addresses)}: {reason}", markup=False, highlight=False, soft_wrap=True)


def figures(results: list[ScanResult]) -> Table:
    """One row for each environment."""
    table = Table(title="checkov", title_justify="left")
    table.add_column("environment")
    for column in ("resources", "evaluated", "passed", "failed", "undecided", "waived"):
        table.add_column(column, justify="right")
    for result in results:
        findings = (result.failed, result.undecided, result.waived)
        counts = (result.planned, result.evaluated, result.passed, *map(len, findings))
        table.add_row(result.environment, *map(str, counts))
    return table


def used_waivers(results: list[ScanResult], waivers: Mapping[str, list[Waiver]]) -> list[tuple[str, list[str], str]]:
    """(check, addresses, reason) of every waiver that was used, those of one reason together."""
    used = {(finding.address, finding.check) for result in results for finding in result.waived}
    grouped: dict[tuple[str, str], set[str]] = {}
    for waiver in {waiver for each in waivers.values() for waiver in each}:
        if (waiver.address, waiver.check) in used:
            grouped.setdefault((waiver.check, waiver.reason), set()).add(waiver.address)
    return [(check, sorted(addresses), reason) for (check, reason), addresses in sorted(grouped.items())]
