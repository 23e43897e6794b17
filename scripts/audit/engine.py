"""From an inventory to results: pure, and nothing passes that was not seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from config.static_ec2 import StaticEc2Config
from scripts.audit.registry import Check, Severity, always
from scripts.audit.verdict import Verdict
from scripts.inventory import Inventory
from scripts.inventory.reading import NotReadableError, Unreadable


class Outcome(Enum):
    """Three results; the value is what a reader sees."""

    FAIL = "FAIL"
    UNKNOWN = "UNKNOWN"
    PASS = "PASS"  # noqa: S105 — not a password


@dataclass(frozen=True)
class Result:
    """What a check found about one resource."""

    check: Check
    outcome: Outcome
    resource: str
    detail: str


def _every_read_answered(inventory: Inventory, _config: StaticEc2Config) -> Iterator[Verdict]:
    """Every read of the inventory gave an answer.

    Fix: let whoever audits make the read.
    """
    for unreadable in inventory.coverage.unreadable:
        yield Verdict(unreadable.about or unreadable.read, unreadable, str(unreadable))


EVERY_READ_ANSWERED = Check("inventory.every_read_answered", Severity.MEDIUM, _every_read_answered, always)
"""Not among the checks: it says nothing when all is well, and nothing that another check has said."""


def judge(inventory: Inventory, config: StaticEc2Config, checks: Iterable[Check]) -> list[Result]:
    """Run the checks that apply to the environment, and name what could not be read and no check asked for."""
    results = [result for check in checks if check.applies(config) for result in _results(check, inventory, config)]
    return [*results, *_not_asked_for(inventory, config, results)]


def _not_asked_for(inventory: Inventory, config: StaticEc2Config, results: Iterable[Result]) -> Iterator[Result]:
    named = {result.detail for result in results}
    for verdict in EVERY_READ_ANSWERED.judge(inventory, config):
        if verdict.detail not in named:
            # Two reads that fail alike say the same: once is enough.
            named.add(verdict.detail)
            yield _result(EVERY_READ_ANSWERED, verdict)


def _results(check: Check, inventory: Inventory, config: StaticEc2Config) -> list[Result]:
    results: list[Result] = []
    try:
        results.extend(_result(check, verdict) for verdict in check.judge(inventory, config))
    except NotReadableError as error:
        results.append(_unknown(check, str(error)))
    except Exception as error:  # noqa: BLE001 — a check that breaks must not hide what the others find
        results.append(_unknown(check, f"the check itself failed: {type(error).__name__}: {error}"))
    return results or [_unknown(check, "saw nothing to judge, though the environment declares it")]


def _result(check: Check, verdict: Verdict) -> Result:
    if isinstance(verdict.ok, Unreadable):
        return Result(check, Outcome.UNKNOWN, verdict.resource, verdict.detail)
    return Result(check, Outcome.PASS if verdict.ok else Outcome.FAIL, verdict.resource, verdict.detail)


def _unknown(check: Check, detail: str) -> Result:
    return Result(check, Outcome.UNKNOWN, check.service, detail)


def exit_code(results: Iterable[Result]) -> int:
    """0 clean, 1 something failed, 2 nothing failed but something is unknown."""
    outcomes = {result.outcome for result in results}
    if Outcome.FAIL in outcomes:
        return 1
    return 2 if Outcome.UNKNOWN in outcomes or not outcomes else 0
