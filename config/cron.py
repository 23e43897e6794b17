"""Schedules of RayCronJobs, as the operator reads them: five fields, or a word such as @daily.

Source: https://pkg.go.dev/github.com/robfig/cron/v3 (ParseStandard).
"""

from __future__ import annotations

import re

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
_FIELDS: tuple[tuple[str, int, int, list[str]], ...] = (
    ("minute", 0, 59, []),
    ("hour", 0, 23, []),
    ("day of the month", 1, 31, []),
    ("month", 1, 12, _MONTHS),
    ("day of the week", 0, 6, _DAYS),
)
"""Name, least and most value, and words for the values."""
_PART = re.compile(r"(?P<first>\*|\?|[0-9a-z]+)(-(?P<last>[0-9a-z]+))?(/(?P<step>\d+))?")


def schedule_trouble(schedule: str) -> str | None:
    """What is wrong with a schedule in words, such as `hour 25`; None when nothing is."""
    if schedule.startswith("@"):
        return None
    for (name, least, most, words), text in zip(_FIELDS, schedule.split(" "), strict=True):
        for part in text.split(","):
            if not _is_possible(part.lower(), least, most, words):
                return f"{name} {part}"
    return None


def _is_possible(part: str, least: int, most: int, words: list[str]) -> bool:
    match = _PART.fullmatch(part)
    if match is None or (match["step"] is not None and int(match["step"]) == 0):
        return False
    if match["first"] in ("*", "?"):
        return match["last"] is None
    first = _value(match["first"], least, words)
    last = first if match["last"] is None else _value(match["last"], least, words)
    return first is not None and last is not None and least <= first <= last <= most


def _value(text: str, least: int, words: list[str]) -> int | None:
    if text in words:
        return words.index(text) + least
    return int(text) if text.isdigit() else None
