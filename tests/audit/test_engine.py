"""Nothing passes that was not seen, and no check hides what the others find."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from config.audit import MuteConfig
from config.ec2_cluster import Ec2ClusterConfig
from scripts.audit.engine import Outcome, Result, exit_code, judge
from scripts.audit.registry import Check, Judge, Severity, check
from scripts.audit.verdict import Verdict, expect
from scripts.inventory import Inventory
from scripts.inventory.reader import Coverage
from scripts.inventory.reading import Unreadable, each, readable
from tests.audit.change import REFUSED
from tests.audit.environments import load
from tests.audit.healthy import healthy

SMALL = load("small")
HEALTHY = healthy(SMALL)


def results_of(function: Judge, *, applies: bool = True) -> list[Result]:
    made = check("unit.check", severity=Severity.LOW, applies=lambda _config: applies)(function)
    return judge(HEALTHY, SMALL, [made])


def outcomes(results: list[Result]) -> list[str]:
    return [result.outcome.value for result in results]


def test_a_verdict_becomes_pass_or_fail() -> None:
    def both(_inventory: Inventory, _config: Ec2ClusterConfig) -> Iterator[Verdict]:
        yield expect("a", "size", 1, 1)
        yield expect("b", "size", 1, 2)

    results = results_of(both)
    assert outcomes(results) == ["PASS", "FAIL"]
    assert [result.detail for result in results] == ["size is 1", "size is 1, want 2"]


def test_an_unreadable_value_is_unknown_and_the_others_are_judged() -> None:
    def mixed(_inventory: Inventory, _config: Ec2ClusterConfig) -> Iterator[Verdict]:
        yield expect("a", "size", REFUSED, 1)
        yield expect("b", "size", 2, 1)

    results = results_of(mixed)
    assert outcomes(results) == ["UNKNOWN", "FAIL"]
    assert results[0].detail == "service:Operation gave AccessDenied"


def test_an_unreadable_collection_is_unknown_after_what_came_before() -> None:
    def stops(_inventory: Inventory, _config: Ec2ClusterConfig) -> Iterator[Verdict]:
        yield expect("a", "size", 2, 1)
        readable(REFUSED)

    assert outcomes(results_of(stops)) == ["FAIL", "UNKNOWN"]


def test_one_unreadable_item_hides_none_of_the_others() -> None:
    def items(_inventory: Inventory, _config: Ec2ClusterConfig) -> Iterator[Verdict]:
        for item in each([REFUSED, 1, 2]):
            yield expect("a", "size", item, 1)

    assert outcomes(results_of(items)) == ["PASS", "FAIL", "UNKNOWN"]


def test_seeing_nothing_is_unknown() -> None:
    def nothing(_inventory: Inventory, _config: Ec2ClusterConfig) -> Iterator[Verdict]:
        yield from ()

    results = results_of(nothing)
    assert outcomes(results) == ["UNKNOWN"]
    assert "saw nothing" in results[0].detail


def test_what_is_not_declared_is_not_judged() -> None:
    def nothing(_inventory: Inventory, _config: Ec2ClusterConfig) -> Iterator[Verdict]:
        yield from ()

    assert results_of(nothing, applies=False) == []


def test_a_check_that_raises_is_unknown_by_name() -> None:
    def raises(_inventory: Inventory, _config: Ec2ClusterConfig) -> Iterator[Verdict]:
        yield expect("a", "size", 1, 1)
        raise KeyError("Arn")

    results = results_of(raises)
    assert outcomes(results) == ["PASS", "UNKNOWN"]
    assert results[1].check.id == "unit.check"
    assert results[1].detail == "the check itself failed: KeyError: 'Arn'"


def test_a_read_that_no_check_uses_is_unknown_once() -> None:
    unused = Unreadable("memorydb:DescribeUsers", "AccessDenied", "someone")
    inventory = replace(HEALTHY, coverage=Coverage(3, (REFUSED, unused, unused)))

    def uses_one(_inventory: Inventory, _config: Ec2ClusterConfig) -> Iterator[Verdict]:
        yield expect("a", "size", REFUSED, 1)

    used, not_used = judge(inventory, SMALL, [check("unit.check", severity=Severity.LOW)(uses_one)])
    assert used.check.id == "unit.check"
    assert (not_used.check.id, not_used.outcome) == ("inventory.every_read_answered", Outcome.UNKNOWN)
    assert (not_used.resource, not_used.detail) == ("someone", "memorydb:DescribeUsers someone gave AccessDenied")
    assert exit_code(judge(inventory, SMALL, [])) == 3


def made(service: str, outcome: Outcome, mute: MuteConfig | None = None) -> Result:
    return Result(
        Check(f"{service}.check", Severity.LOW, lambda *_: iter(()), lambda _: True), outcome, "a", "b", mute=mute
    )


MUTE = MuteConfig(check="s3.check", resource="a", reason="known since the summer", until="2027-01-31")


@pytest.mark.parametrize(
    ("seen", "code"),
    [
        ([made("s3", Outcome.PASS)], 0),
        ([made("s3", Outcome.PASS), made("s3", Outcome.UNKNOWN)], 3),
        ([made("s3", Outcome.UNKNOWN), made("s3", Outcome.FAIL)], 1),
        ([made("drift", Outcome.FAIL), made("s3", Outcome.PASS)], 2),
        ([made("drift", Outcome.FAIL), made("s3", Outcome.FAIL)], 1),
        ([made("drift", Outcome.FAIL), made("s3", Outcome.UNKNOWN)], 3),
        ([made("s3", Outcome.FAIL, MUTE), made("s3", Outcome.PASS)], 0),
        ([made("s3", Outcome.FAIL, MUTE), made("drift", Outcome.FAIL)], 2),
        ([made("s3", Outcome.FAIL, MUTE)], 0),
        ([], 3),
    ],
)
def test_exit_code(seen: list[Result], code: int) -> None:
    assert exit_code(seen) == code


def test_an_optional_check_may_see_nothing() -> None:
    def nothing(_inventory: Inventory, _config: Ec2ClusterConfig) -> Iterator[Verdict]:
        yield from ()

    silent = check("unit.check", severity=Severity.LOW, optional=True)(nothing)
    assert judge(HEALTHY, SMALL, [silent]) == []
