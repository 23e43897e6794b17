"""Sets of numbers, checked against Python's own sets."""

from __future__ import annotations

import random

import pytest

from scripts.audit.reachability.addresses import (
    EVERYWHERE,
    INTERNET,
    addresses,
    all_addresses,
    shown_addresses,
)
from scripts.audit.reachability.intervals import Intervals

NUMBERS = range(40)


def some(generator: random.Random) -> tuple[Intervals, set[int]]:
    spans = []
    for _ in range(generator.randrange(5)):
        first = generator.choice(NUMBERS)
        spans.append((first, min(39, first + generator.randrange(8))))
    return Intervals.of(spans), {number for first, last in spans for number in range(first, last + 1)}


def members(intervals: Intervals) -> set[int]:
    return {number for first, last in intervals.spans for number in range(first, last + 1)}


@pytest.mark.parametrize("seed", range(200))
def test_like_sets(seed: int) -> None:
    generator = random.Random(seed)
    (one, numbers), (other, other_numbers) = some(generator), some(generator)
    assert members(one | other) == numbers | other_numbers
    assert members(one & other) == numbers & other_numbers
    assert members(one - other) == numbers - other_numbers
    assert one.size == len(numbers)
    for result in (one, one | other, one & other, one - other):
        assert result == Intervals.of(result.spans), "spans are in order, and no two touch"


def test_the_halves_of_the_internet_are_all_of_it() -> None:
    halves = all_addresses(["0.0.0.0/1", "128.0.0.0/1"], 4)
    assert halves == EVERYWHERE[4]
    assert not INTERNET[4] - halves
    assert all_addresses(["::/1", "8000::/1"], 6) == EVERYWHERE[6]


@pytest.mark.parametrize("cidr", ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.1.0/24"])
def test_private_ranges_are_not_the_internet(cidr: str) -> None:
    assert not addresses(cidr) & INTERNET[4]


@pytest.mark.parametrize("cidr", ["8.0.0.0/8", "203.0.113.0/24", "2600::/12"])
def test_public_ranges_are(cidr: str) -> None:
    assert not addresses(cidr) - INTERNET[6 if ":" in cidr else 4]


@pytest.mark.parametrize(
    ("cidrs", "shown"),
    [
        (["0.0.0.0/0"], "all of it"),
        (["8.0.0.0/8"], "8.0.0.0/8"),
        (["8.0.0.0/8", "9.9.9.9/32"], "8.0.0.0/8, 9.9.9.9/32"),
        (["0.0.0.0/1"], "57 % of it"),
    ],
)
def test_a_part_of_the_internet_in_words(cidrs: list[str], shown: str) -> None:
    assert shown_addresses(all_addresses(cidrs, 4) & INTERNET[4], INTERNET[4], 4) == shown
