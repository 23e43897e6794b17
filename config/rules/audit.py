"""Rules of the audit section."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from config.environment import Environment
from config.problems import Problem
from config.rules.registry import rule


@rule("audit")
def mutes_end_on_a_day_that_exists(environment: Environment) -> Iterator[Problem]:
    """The form of a date does not make it one."""
    for index, mute in enumerate(environment.audit.mutes):
        try:
            date.fromisoformat(mute.until)
        except ValueError:
            yield Problem(("audit", "mutes", index, "until"), f"got {mute.until}", "a day that the calendar has")


@rule("audit")
def mutes_are_said_once(environment: Environment) -> Iterator[Problem]:
    """Of two mutes of the same finding, one would outlive the other unnoticed."""
    seen: set[tuple[str, str]] = set()
    for index, mute in enumerate(environment.audit.mutes):
        if (mute.check, mute.resource) in seen:
            yield Problem(
                ("audit", "mutes", index), f"got {mute.check} of {mute.resource} twice", "one mute for each finding"
            )
        seen.add((mute.check, mute.resource))
