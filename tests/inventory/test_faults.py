"""Every read goes wrong in turn, in every way: nothing breaks or passes because of it, the rest is still found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from boto3.session import Session as BotoSession
from botocore.config import Config
from moto import mock_aws

from config.s3 import LOGS_BUCKET
from scripts.audit.checks import CHECKS
from scripts.audit.engine import Outcome, Result, judge
from scripts.docs.auditor_policy import inventory_reads
from scripts.inventory import Inventory, patience
from scripts.inventory.inventory import collect
from scripts.inventory.reader import Reader
from scripts.inventory.scope import Scope, scope_of
from scripts.inventory.session import Session
from tests.audit.environments import load
from tests.inventory.replayed import GARBAGE, NO_ANSWER, Fault, Recording, refused, replay
from tests.inventory.world import World

SMALL = load("small")
NOT_IN_THE_WORLD = {
    # What moto does not have or only some environments do: `every_fault.py` goes through them on an applied one.
    "ec2:DescribeDhcpOptions",
    "ec2:DescribeKeyPairs",
    "ec2:DescribePlacementGroups",
    "iam:GetOpenIDConnectProvider",
    "memorydb:DescribeParameters",
    "memorydb:ListTags",
    "s3:GetBucketLocation",
    "s3control:GetAccessPoint",
    "sns:GetTopicAttributes",
}
GONE = SMALL.bucket_name(LOGS_BUCKET)
"""A bucket that was never made: when the read that tells is refused, it is one without settings, and itself unknown."""
JUDGED = ("emptied", "without odd members", "numbered")
"""Kinds of garbage that are judged here for each read; `every_fault.py` goes through all kinds."""
NOT_IN_THE_WORLD |= {read.name for read in inventory_reads() if read.service in ("amp", "ecr", "eks", "fsx")}
NOT_IN_THE_WORLD -= {"eks:ListClusters"}
READS = sorted({read.name for read in inventory_reads()} - NOT_IN_THE_WORLD)


@dataclass(frozen=True)
class Round:
    """What a round came to."""

    inventory: Inventory
    results: list[Result]

    def passed(self) -> set[tuple[str, str]]:
        found = {(result.check.id, result.resource) for result in self.results if result.outcome is Outcome.PASS}
        return {(check, resource) for check, resource in found if resource != GONE}

    def unknown(self) -> list[Result]:
        return [result for result in self.results if result.outcome is Outcome.UNKNOWN]

    def broken(self) -> list[str]:
        return [result.detail for result in self.results if "the check itself failed" in result.detail]

    def by_check(self) -> dict[str, set[tuple[str, str]]]:
        """What was found; not in which words: a path shows an id where the name could not be read."""
        seen: dict[str, set[tuple[str, str]]] = {}
        for result in self.results:
            if result.resource != GONE:
                seen.setdefault(result.check.id, set()).add((result.outcome.value, result.resource))
        return seen


@dataclass(frozen=True)
class Recorded:
    """A good round against moto, which can be had again with a fault in it."""

    recording: Recording
    scope: Scope
    good: Round
    without: dict[str, Round] = field(default_factory=dict)

    def round(self, faulty: str = "", fault: Fault = lambda answer: answer) -> Round:
        inventory = replay(self.recording, self.scope, faulty=faulty, fault=fault)
        return Round(inventory, judge(inventory, SMALL, CHECKS))

    def refused(self, read: str) -> Round:
        """The round without one read, which two tests look at."""
        if read not in self.without:
            self.without[read] = self.round(read, refused)
        return self.without[read]


@pytest.fixture(scope="module")
def recorded() -> Iterator[Recorded]:
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        patch.setattr(patience, "PATIENCE_SECONDS", 0)
        patch.delenv("AWS_ENDPOINT_URL", raising=False)
        patch.delenv("AWS_PROFILE", raising=False)
        scope = scope_of(SMALL, World(SMALL).state)
        session = Session(BotoSession(region_name=SMALL.region), None, Config(parameter_validation=False))
        with Reader(session) as reader:
            inventory = collect(reader, scope)
        recording = Recording(inventory.answers)
        again = replay(recording, scope)
        yield Recorded(recording, scope, Round(again, judge(again, SMALL, CHECKS)))


def changed(good: Round, faulty: Round) -> set[str]:
    """Checks that say something else than in the good round."""
    before, after = good.by_check(), faulty.by_check()
    return {check for check in before.keys() | after.keys() if before.get(check) != after.get(check)}


def test_every_read_of_the_world_is_made(recorded: Recorded) -> None:
    assert set(recorded.recording.reads) == set(READS)


@pytest.mark.parametrize("read", READS)
def test_a_refused_read_is_unknown_and_changes_nothing_else(recorded: Recorded, read: str) -> None:
    faulty = recorded.refused(read)
    unknown = faulty.unknown()
    assert any(result.detail.startswith(read) for result in unknown)
    assert faulty.passed() <= recorded.good.passed()
    assert faulty.broken() == []
    # What a check says otherwise, it says because it could not see: all other findings are still there.
    assert changed(recorded.good, faulty) <= {result.check.id for result in unknown}


@pytest.mark.parametrize("read", READS)
def test_a_read_without_an_answer_is_named(recorded: Recorded, read: str) -> None:
    for fault in NO_ANSWER.values():
        inventory = replay(recorded.recording, recorded.scope, faulty=read, fault=fault)
        assert read in {unreadable.read for unreadable in inventory.coverage.unreadable}


@pytest.mark.parametrize("read", READS)
def test_garbage_breaks_nothing_and_passes_nothing(recorded: Recorded, read: str) -> None:
    blind = {result.check.id for result in recorded.refused(read).unknown()}
    for kind in JUDGED:
        faulty = recorded.round(read, GARBAGE[kind])
        assert faulty.passed() - recorded.good.passed() == set(), kind
        assert faulty.broken() == [], kind
        # A check that looks at the answer is one that is unknown without it.
        if kind == "numbered":
            assert changed(recorded.good, faulty) <= blind | {result.check.id for result in faulty.unknown()}, kind
