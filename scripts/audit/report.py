"""What the audit prints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from scripts.audit.engine import Outcome, Result
from scripts.audit.registry import Severity
from scripts.inventory.reader import Coverage

_PIPED_WIDTH = 160
_TABLE_WIDTH = 120
"""Columns below which a table of findings is a ladder of broken words."""
_STYLES = {Outcome.FAIL: "bold red", Outcome.UNKNOWN: "yellow", Outcome.PASS: "green"}
_OUTCOMES = list(Outcome)
_SEVERITIES = list(Severity)


def open_console() -> Console:
    """The terminal; a pipe or a log of CI has no width of its own, and 80 columns would cut the ids."""
    found = Console()
    return found if found.is_terminal else Console(width=_PIPED_WIDTH)


def print_report(console: Console, results: Sequence[Result], coverage: Coverage, *, name: str, show_all: bool) -> None:
    """Print what is wrong, then what passed: counted for each service, or listed with `show_all`."""
    listed = [result for result in in_order(results) if show_all or result.outcome is not Outcome.PASS]
    if counted := [result for result in listed if result.mute is None]:
        console.print(_findings(counted) if console.width >= _TABLE_WIDTH else _list(counted))
    if borne := [result for result in listed if result.mute is not None]:
        console.print(_muted(borne))
    if not show_all:
        console.print(_passed(results))
    console.print(_summary(results, name), highlight=False)
    console.print(Text(f"{coverage}"), highlight=False)


def in_order(results: Iterable[Result]) -> list[Result]:
    """Failures first, then what is unknown; the severe before the mild."""
    return sorted(results, key=_rank)


def _rank(result: Result) -> tuple[int, int, str, str, str]:
    return (
        _OUTCOMES.index(result.outcome),
        _SEVERITIES.index(result.check.severity),
        result.check.id,
        result.resource,
        result.detail,
    )


def counts(results: Iterable[Result]) -> dict[str, int]:
    """Results by outcome; muted ones do not count."""
    counted = Counter(result.outcome for result in results if result.mute is None)
    return {outcome.value: counted[outcome] for outcome in Outcome}


def _findings(results: Iterable[Result]) -> Table:
    table = Table(box=SIMPLE_HEAD)
    for heading in ("result", "severity", "check"):
        table.add_column(heading, no_wrap=True)
    table.add_column("resource")
    table.add_column("what was seen")
    for result in results:
        table.add_row(
            Text(result.outcome.value, _STYLES[result.outcome]),
            result.check.severity.value,
            result.check.id,
            # As text: names from AWS may hold what rich reads as markup.
            Text(_place(result), overflow="fold"),
            Text(result.detail, overflow="fold"),
        )
    return table


def _list(results: Iterable[Result]) -> Text:
    """The findings one below the other, for a narrow terminal."""
    text = Text()
    for result in results:
        text.append(f"{result.outcome.value} ", _STYLES[result.outcome])
        text.append(f"{result.check.severity.value} {result.check.id}\n", "bold")
        text.append("".join(f"  {line}\n" for line in [*_place(result).splitlines(), result.detail]))
    return text


def _place(result: Result) -> str:
    """The resource, its Terraform address, and the field of the environment file."""
    address = result.address if result.address != result.resource else ""
    where = f"line {result.line}" if result.line else "a setting that the file leaves out"
    return "\n".join(filter(None, (result.resource, address, f"{result.setting} ({where})" if result.setting else "")))


def _muted(results: Iterable[Result]) -> Table:
    table = Table("muted", "check", "resource", "what was seen", "until", "reason", box=SIMPLE_HEAD)
    for result in results:
        if result.mute is not None:
            cells = (result.check.id, result.resource, result.detail, result.mute.until, result.mute.reason)
            table.add_row(result.outcome.value, *(Text(cell, overflow="fold") for cell in cells))
    return table


def _passed(results: Sequence[Result]) -> Table:
    table = Table("service", "checks", "passed", "failed", "unknown", box=SIMPLE_HEAD)
    for service in sorted({result.check.service for result in results}):
        mine = [result for result in results if result.check.service == service]
        counted = counts(mine)
        checks = len({result.check.id for result in mine})
        table.add_row(
            service, *(str(number) for number in (checks, counted["PASS"], counted["FAIL"], counted["UNKNOWN"]))
        )
    return table


def _summary(results: Sequence[Result], name: str) -> Text:
    counted = counts(results)
    checks = len({result.check.id for result in results})
    borne = sum(result.mute is not None for result in results)
    text = f"{name}: {checks} checks, {counted['PASS']} passed, {counted['FAIL']} failed, {counted['UNKNOWN']} unknown"
    text += f", {borne} muted" if borne else ""
    worst = next((outcome for outcome in Outcome if counted[outcome.value]), Outcome.UNKNOWN)
    return Text(text, _STYLES[worst])
