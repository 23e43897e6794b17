"""The answers of a round as AWS gave them, for what compares them attribute by attribute."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from scripts.inventory.reading import Read, Reading, Unreadable, joined


@dataclass(frozen=True)
class Asked:
    """One call: what was asked, and what came."""

    read: Read
    arguments: Mapping[str, Any]
    # Out of repr: user data is among the answers.
    answer: Any = field(repr=False)
    """A list of items for a read with `items`, else the document; None when there is none; or Unreadable."""


class Answers:
    """Every answer of a round. They may hold a user's data: never print or write one as a whole."""

    def __init__(self, asked: Iterable[Asked]) -> None:
        self._asked: dict[Read, list[Asked]] = {}
        for each in asked:
            self._asked.setdefault(each.read, []).append(each)

    def __iter__(self) -> Iterator[Asked]:
        """Every call of the round."""
        return (asked for calls in self._asked.values() for asked in calls)

    def of(self, read: Read) -> list[Asked]:
        """All calls of a kind."""
        return self._asked.get(read, [])

    def one(self, read: Read, **arguments: Any) -> Reading[Any]:
        """The answer to one call; a call that was not made is unreadable, not absent."""
        found = (asked.answer for asked in self.of(read) if asked.arguments == arguments)
        return next(found, Unreadable(read.name, "was not read"))

    def items(self, read: Read) -> Reading[tuple[Any, ...]]:
        """The items of all calls of a kind; one call without an answer makes the whole unreadable."""
        if not self.of(read):
            return Unreadable(read.name, "was not read")
        return joined(
            asked.answer if isinstance(asked.answer, Unreadable) else tuple(asked.answer) for asked in self.of(read)
        )
