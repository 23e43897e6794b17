"""Sets of whole numbers as spans: port ranges and address ranges are both."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Span = tuple[int, int]
"""First and last, both in it."""


@dataclass(frozen=True)
class Intervals:
    """A set of whole numbers: disjoint spans in order, no two of which touch."""

    spans: tuple[Span, ...] = ()

    @staticmethod
    def of(spans: Iterable[Span]) -> Intervals:
        """The union of spans in any order."""
        merged: list[Span] = []
        for first, last in sorted(spans):
            if merged and first <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(merged[-1][1], last))
            else:
                merged.append((first, last))
        return Intervals(tuple(merged))

    def __bool__(self) -> bool:
        return bool(self.spans)

    def __or__(self, other: Intervals) -> Intervals:
        return Intervals.of((*self.spans, *other.spans))

    def __and__(self, other: Intervals) -> Intervals:
        if self is other or other.holds(self):
            return self
        if self.holds(other):
            return other
        common: list[Span] = []
        mine, theirs = 0, 0
        while mine < len(self.spans) and theirs < len(other.spans):
            (first, last), (other_first, other_last) = self.spans[mine], other.spans[theirs]
            if max(first, other_first) <= min(last, other_last):
                common.append((max(first, other_first), min(last, other_last)))
            if last < other_last:
                mine += 1
            else:
                theirs += 1
        return Intervals(tuple(common))

    def __sub__(self, other: Intervals) -> Intervals:
        if self is other or other.holds(self):
            return Intervals()
        left: list[Span] = []
        holes = iter(other.spans)
        hole = next(holes, None)
        for first, last in self.spans:
            while hole is not None and hole[1] < first:
                hole = next(holes, None)
            while hole is not None and hole[0] <= last:
                if first < hole[0]:
                    left.append((first, hole[0] - 1))
                first = hole[1] + 1
                if hole[1] > last:
                    break
                hole = next(holes, None)
            if first <= last:
                left.append((first, last))
        return Intervals(tuple(left))

    def holds(self, other: Intervals) -> bool:
        """Whether a single span has all of the other in it: the case that makes most comparisons short."""
        return (
            len(self.spans) == 1
            and bool(other.spans)
            and self.spans[0][0] <= other.spans[0][0]
            and other.spans[-1][1] <= self.spans[0][1]
        )

    @property
    def first(self) -> int:
        """The smallest number of a set that has any."""
        return self.spans[0][0]

    def __str__(self) -> str:
        """`6379`, `10002-19999`, `0-21 and more`."""
        first, last = self.spans[0]
        more = " and more" if len(self.spans) > 1 else ""
        return f"{first}{more}" if first == last else f"{first}-{last}{more}"

    @property
    def size(self) -> int:
        """How many numbers there are."""
        return sum(last - first + 1 for first, last in self.spans)
