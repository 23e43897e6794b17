"""Yes, no, and what only a request in the real account can tell."""

from __future__ import annotations

from enum import IntEnum


class Truth(IntEnum):
    """Kleene's three values: `and` is the least, `or` the greatest of them."""

    NO = 0
    MAYBE = 1
    YES = 2

    def __invert__(self) -> Truth:
        return Truth(2 - self)


def truth(value: bool) -> Truth:
    """A plain yes or no."""
    return Truth.YES if value else Truth.NO
