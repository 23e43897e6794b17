"""From an inventory to results: pure, and nothing passes that was not seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from config.audit import MuteConfig
from config.foundation import FoundationConfig
from scripts.audit.registry import Check, Severity, always
from scripts.audit.verdict import Verdict
from scripts.inventory import Inventory
from scripts.inventory.reading import NotReadableError, Unreadable

DRIFT = "drift"
"""The service of the checks that compare intended with deployed."""


class Outcome(Enum):
    """Three results; the value is what a reader sees."""

    FAIL = "FAIL"
    UNKNOWN = "UNKNOWN"
    PASS = "PASS"  # noqa: S105 — not a password


@dataclass(frozen=True)
class Result:
    """What a check found about one resource, and where that comes from."""

    check: Check
    outcome: Outcome
    resource: str
    detail: str
    address: str = ""
    """Terraform address of the resource; empty when it is not in the state."""
    construct_path: str = ""
    """Path of the construct that defines it: `demo/network/vpc`."""
    setting: str = ""
    """Field of the environment file that it comes from, or that mends it: `buckets.models`."""
    line: int | None = None
    """Line of that field in the environment file, or of the nearest section around it."""
    attribute: str = ""
    """What differs, of a difference between intended and deployed."""
    intended: str | None = None
    deployed: str | None = None
    mute: MuteConfig | None = None
    """The mute that takes it out of the exit code."""


def _every_read_answered(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """Every read of the inventory gave an answer.

    Fix: let whoever audits make the read.
    """
    for unreadable in inventory.coverage.unreadable:
        yield Verdict(unreadable.about or unreadable.read, unreadable, str(unreadable))


EVERY_READ_ANSWERED = Check("inventory.every_read_answered", Severity.MEDIUM, _every_read_answered, always)
"""Not among the checks: it says nothing when all is well, and nothing that another check has said."""


def judge(inventory: Inventory, config: FoundationConfig, checks: Iterable[Check]) -> list[Result]:
    """Run the checks that apply to the environment, and name what could not be read and no check asked for."""
    results = [result for check in checks if check.is_for(config) for result in _results(check, inventory, config)]
    return [*results, *_not_asked_for(inventory, config, results)]


def _not_asked_for(inventory: Inventory, config: FoundationConfig, results: Iterable[Result]) -> Iterator[Result]:
    named = {result.detail for result in results}
    for verdict in EVERY_READ_ANSWERED.judge(inventory, config):
        if verdict.detail not in named:
            # Two reads that fail alike say the same: once is enough.
            named.add(verdict.detail)
            yield _result(EVERY_READ_ANSWERED, verdict)


def _results(check: Check, inventory: Inventory, config: FoundationConfig) -> list[Result]:
    results: list[Result] = []
    try:
        results.extend(_result(check, verdict) for verdict in check.judge(inventory, config))
    except NotReadableError as error:
        results.append(_unknown(check, str(error)))
    except Exception as error:  # noqa: BLE001 — a check that breaks must not hide what the others find
        results.append(_unknown(check, f"the check itself failed: {type(error).__name__}: {error}"))
    if results or check.may_see_nothing(config):
        return results
    return [_unknown(check, "saw nothing to judge, though the environment declares it")]


def _result(check: Check, verdict: Verdict) -> Result:
    return Result(
        check=check,
        outcome=_outcome(verdict),
        resource=verdict.resource,
        detail=verdict.detail,
        address=verdict.address,
        attribute=verdict.attribute,
        intended=verdict.intended,
        deployed=verdict.deployed,
    )


def _outcome(verdict: Verdict) -> Outcome:
    if isinstance(verdict.ok, Unreadable):
        return Outcome.UNKNOWN
    return Outcome.PASS if verdict.ok else Outcome.FAIL


def _unknown(check: Check, detail: str) -> Result:
    return Result(check, Outcome.UNKNOWN, check.service, detail)


EXIT_CLEAN, EXIT_FAILED, EXIT_DRIFT, EXIT_UNKNOWN = range(4)


def exit_code(results: Iterable[Result]) -> int:
    """0 clean, 1 something failed, 3 something is unknown, 2 nothing but drift. Muted results do not count.

    Drift alone gives way to what is unknown: 2 says that all else was seen and is well.
    """
    counted = list(results)
    if not counted:
        return EXIT_UNKNOWN
    left = [result for result in counted if result.mute is None]
    failed = {result.check.service for result in left if result.outcome is Outcome.FAIL}
    if failed - {DRIFT}:
        return EXIT_FAILED
    if any(result.outcome is Outcome.UNKNOWN for result in left):
        return EXIT_UNKNOWN
    return EXIT_DRIFT if failed else EXIT_CLEAN
