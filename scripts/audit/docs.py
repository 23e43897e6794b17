"""The page `docs/checks.md`, from the docstrings of the checks."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from scripts.audit.checks import CHECKS
from scripts.audit.registry import Check

_INTRODUCTION = """\
# Checks of the audit

`make audit ENV=…` reads what is deployed and judges it against the environment file. A check gives PASS, FAIL or
UNKNOWN for each resource. What could not be read is UNKNOWN, never PASS; so is a check that saw nothing though the
environment declares it. A read that gave no answer and that no check asked for is UNKNOWN under
`inventory.every_read_answered`. Exit codes: 0 clean, 1 something failed, 2 nothing failed but something is unknown.
"""


def render_checks_markdown() -> str:
    """Render the page: one section for each service, one entry for each check."""
    sections = (_section(service, list(checks)) for service, checks in groupby(CHECKS, lambda check: check.service))
    count = f"There are {len(CHECKS)} checks.\n"
    return "\n".join([_INTRODUCTION, count, *sections])


def _section(service: str, checks: list[Check]) -> str:
    return "\n".join([f"## {service}\n", *(line for check in checks for line in _entry(check))])


def _entry(check: Check) -> Iterator[str]:
    yield f"### `{check.id}`\n"
    yield f"Severity: {check.severity.value}. For: {check.scope}\n"
    yield f"{check.documentation}\n"
