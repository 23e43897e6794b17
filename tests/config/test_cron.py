"""Schedules as the operator reads them."""

from __future__ import annotations

import pytest

from config.cron import schedule_trouble


@pytest.mark.parametrize(
    "schedule",
    [
        *("* * * * *", "0 3 * * *", "*/15 0-6,12 1,15 jan-jun MON", "59 23 31 12 6", "5/10 ? * * 0-6/2"),
        *("@hourly", "@daily", "@weekly"),
    ],
)
def test_schedules_that_are_possible(schedule: str) -> None:
    assert schedule_trouble(schedule) is None


@pytest.mark.parametrize(
    ("schedule", "trouble"),
    [
        ("60 * * * *", "minute 60"),
        ("0 24 * * *", "hour 24"),
        ("0 0 0 * *", "day of the month 0"),
        ("0 0 * 13 *", "month 13"),
        ("0 0 * * 7", "day of the week 7"),
        ("0 0 * * fri-mon", "day of the week fri-mon"),
        ("*/0 * * * *", "minute */0"),
        ("*-5 * * * *", "minute *-5"),
        ("0 3, * * *", "hour "),
        ("0 mon * * *", "hour mon"),
        ("1-2-3 * * * *", "minute 1-2-3"),
    ],
)
def test_schedules_that_cannot_be(schedule: str, trouble: str) -> None:
    assert schedule_trouble(schedule) == trouble
