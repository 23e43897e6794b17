"""Mutes: findings that the environment file says are known, and borne for a while."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from config.audit import EVERY_RESOURCE, MuteConfig
from config.foundation import FoundationConfig
from scripts.audit import applies
from scripts.audit.engine import Outcome, Result
from scripts.audit.registry import Check, Severity, check
from scripts.audit.verdict import Verdict
from scripts.inventory import Inventory

SERVICE = "mutes"
LONGEST = timedelta(days=366)


def mutes_in_force(today: date, known_ids: Collection[str]) -> Check:
    """Make the check of the mutes themselves; `known_ids` are those of all other checks."""

    @check("mutes.in_force", severity=Severity.MEDIUM, applies=applies.has_mutes, setting="audit.mutes")
    def in_force(_inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
        """Every mute names a check, has not ended, and ends within a year.

        Why: a mute that nobody looks at again hides the next fault, too.

        Fix: mend what it bears and remove it from `audit.mutes`, or give it a new day.
        """
        for mute in config.audit.mutes:
            problem = _problem(mute, today, known_ids)
            yield Verdict(
                f"{mute.check} of {mute.resource}", not problem, problem or f"until {mute.until}: {mute.reason}"
            )

    return in_force


def muted(results: Iterable[Result], mutes: Sequence[MuteConfig], today: date) -> list[Result]:
    """The results, those that a mute in force bears marked with it."""
    in_force = [mute for mute in mutes if today <= mute.last_day <= today + LONGEST]
    marked = [replace(result, mute=_mute_of(result, in_force)) for result in results]
    idle = {_name(mute) for mute in in_force} - {_name(result.mute) for result in marked if result.mute}
    return [_with_idleness(result) if _is_of(result, idle) else result for result in marked]


def _mute_of(result: Result, in_force: Iterable[MuteConfig]) -> MuteConfig | None:
    if result.outcome is Outcome.PASS or result.check.service == SERVICE:
        return None
    names = {EVERY_RESOURCE, result.resource, result.address}
    return next((mute for mute in in_force if mute.check == result.check.id and mute.resource in names), None)


def _name(mute: MuteConfig) -> str:
    return f"{mute.check} of {mute.resource}"


def _is_of(result: Result, names: Collection[str]) -> bool:
    return result.check.service == SERVICE and result.outcome is Outcome.PASS and result.resource in names


def _with_idleness(result: Result) -> Result:
    """A mute that bears nothing may be misspelt, or no longer needed."""
    return replace(result, detail=f"{result.detail}; there is nothing that it bears, now")


def _problem(mute: MuteConfig, today: date, known_ids: Collection[str]) -> str:
    if mute.check not in known_ids:
        return f"there is no check {mute.check}: docs/checks.md lists them"
    if mute.last_day < today:
        return f"ended on {mute.until}, what it bore counts again: {mute.reason}"
    if mute.last_day > today + LONGEST:
        return f"bears nothing: until {mute.until} is more than a year ahead"
    return ""
