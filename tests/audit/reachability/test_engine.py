"""Packets through stages: what arrives, what is lost where, and what nobody knows."""

from __future__ import annotations

import random
from itertools import product

import pytest

from scripts.audit.reachability.intervals import Intervals
from scripts.audit.reachability.packets import Packets, Region, common, without
from scripts.audit.reachability.stage import Clause, Stage
from scripts.audit.reachability.trace import trace
from scripts.inventory.reading import Unreadable

REFUSED = Unreadable("service:Operation", "AccessDenied")
FEW = Intervals(((0, 3),))
ALL = Packets(FEW, FEW, FEW, FEW)


def some(generator: random.Random) -> Packets:
    parts = []
    for _ in range(4):
        first = generator.randrange(4)
        parts.append(Intervals(((first, generator.randrange(first, 4)),)))
    return Packets(*parts)


def numbers(part: Intervals) -> list[int]:
    return [number for first, last in part.spans for number in range(first, last + 1)]


def members(region: Region) -> set[tuple[int, ...]]:
    found: list[tuple[int, ...]] = []
    for packets in region:
        found += product(*(numbers(part) for part in packets))
    assert len(found) == len(set(found)), "the parts of a region are disjoint"
    return set(found)


@pytest.mark.parametrize("seed", range(100))
def test_regions_are_like_sets(seed: int) -> None:
    generator = random.Random(seed)
    one, other = some(generator), some(generator)
    assert members(common((one,), other)) == members((one,)) & members((other,))
    assert members(without((one,), other)) == members((one,)) - members((other,))


def clause(ports: tuple[int, int], passes: bool | Unreadable, text: str = "") -> Clause:
    return Clause(ALL._replace(port=Intervals((ports,))), passes, text)


def stage(*clauses: Clause) -> Stage:
    return Stage(clauses, lambda packets: f"nothing lets {packets.port} through")


def test_the_first_clause_that_matches_decides() -> None:
    denied_first = trace(ALL, [stage(clause((1, 1), False, "rule 1"), clause((0, 3), True, "rule 2"))])
    assert denied_first.all_arrive is False
    assert denied_first.stop(any_packet=True) == ["rule 1"]
    allowed_first = trace(ALL, [stage(clause((0, 3), True, "rule 1"), clause((1, 1), False, "rule 2"))])
    assert allowed_first.all_arrive is True


def test_what_no_clause_matches_is_stopped() -> None:
    found = trace(ALL, [stage(clause((0, 1), True))])
    assert found.all_arrive is False
    assert found.stop(any_packet=True) == ["nothing lets 2-3 through"]
    assert found.on(Intervals(((0, 1),))).all_arrive is True
    assert not found.on(Intervals(((2, 2),))).possible


def test_stages_that_each_let_something_through_may_let_nothing_through_together() -> None:
    found = trace(ALL, [stage(clause((0, 1), True, "first")), stage(clause((2, 3), True, "second"))])
    assert not found.possible
    assert found.stop(any_packet=False) == ["first", "nothing lets 0-1 through"]


def test_a_stage_that_nobody_could_read_makes_unknown() -> None:
    found = trace(ALL, [stage(clause((0, 3), REFUSED)), stage(clause((0, 3), True))])
    assert (found.sure, found.all_arrive) == ((), REFUSED)
    assert found.possible


def test_what_is_stopped_elsewhere_is_known_all_the_same() -> None:
    found = trace(ALL, [stage(clause((0, 3), REFUSED)), stage(clause((0, 3), False, "a rule"))])
    assert not found.possible
    assert found.all_arrive is False


def test_what_surely_passes_is_known_beside_a_clause_that_nobody_could_read() -> None:
    found = trace(ALL, [stage(clause((0, 1), True), clause((0, 3), REFUSED))])
    assert found.on(Intervals(((0, 1),))).all_arrive is True
    assert found.on(Intervals(((1, 2),))).all_arrive is REFUSED
