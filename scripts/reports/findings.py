"""Findings as the page shows them: one entry for each check and result, with all its resources."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from scripts.reports.audit_document import ResultPart

State = Literal["fail", "unknown", "muted", "pass"]

STATES: tuple[State, ...] = ("fail", "unknown", "muted", "pass")
SHOWN_ROWS = 25
"""Rows of one finding that the page holds ready; it makes the others when they are asked for."""

_TYPE = re.compile(r"(?:^|\.)([a-z]+_[a-z0-9_]+)\.")


@dataclass(frozen=True)
class Finding:
    """What one check says with one result, of how many resources ever."""

    id: str
    state: State
    check: ResultPart
    """Any of the results: what they share is read from it."""
    rows: tuple[ResultPart, ...]

    @property
    def service(self) -> str:
        """First part of the check's id."""
        return self.check.check.partition(".")[0]

    @property
    def kinds(self) -> list[str]:
        """Kinds of the resources."""
        return sorted({kind_of(row) for row in self.rows})

    @property
    def ready(self) -> tuple[ResultPart, ...]:
        """Rows that the page holds ready: what passed is looked at rarely, and there is most of it."""
        return () if self.state == "pass" else self.rows[:SHOWN_ROWS]


def findings_of(results: Iterable[ResultPart]) -> list[Finding]:
    """Group results, in the order of the report; what is muted stands before what passed."""
    groups: dict[tuple[int, str], list[ResultPart]] = {}
    for result in results:
        groups.setdefault((STATES.index(state_of(result)), result.check), []).append(result)
    ordered = sorted(groups.items(), key=lambda group: group[0][0])
    return [
        Finding(f"finding-{number}", STATES[state], rows[0], tuple(rows))
        for number, ((state, _), rows) in enumerate(ordered)
    ]


def state_of(result: ResultPart) -> State:
    """How the page shows a result."""
    if result.mute is not None:
        return "muted"
    states: dict[str, State] = {"FAIL": "fail", "UNKNOWN": "unknown", "PASS": "pass"}
    return states[result.outcome]


def kind_of(result: ResultPart) -> str:
    """Kind of a resource, from its Terraform address: `s3 bucket`."""
    found = _TYPE.findall(f"{result.address}")
    return found[-1].removeprefix("aws_").replace("_", " ") if found else "not in the state"


def data_of(findings: Sequence[Finding]) -> dict[str, list[list[str | int | None]]]:
    """The rows of each finding for the page's program: resource, kind, what was seen, where it comes from."""
    return {finding.id: [_row(row) for row in finding.rows] for finding in findings}


def _row(row: ResultPart) -> list[str | int | None]:
    mute = f"{row.mute.reason} (until {row.mute.until})" if row.mute else ""
    return [
        row.resource, kind_of(row), row.detail, row.address, row.construct_path,
        row.setting, row.line, row.attribute, row.intended, row.deployed, mute,
    ]  # fmt: skip
