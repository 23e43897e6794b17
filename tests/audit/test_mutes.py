"""A mute bears one finding for a while, says why, and is itself judged."""

from __future__ import annotations

from datetime import date

import pytest

from config.audit import AuditConfig, MuteConfig
from scripts.audit.engine import Outcome, Result, judge
from scripts.audit.mutes import muted, mutes_in_force
from scripts.audit.registry import Check, Severity
from tests.audit.environments import load
from tests.audit.healthy import healthy

TODAY = date(2026, 11, 21)
SMALL = load("small")
MADE = Check("s3.versioned", Severity.LOW, lambda *_: iter(()), lambda _: True)


def mute(**changes: str) -> MuteConfig:
    return MuteConfig(
        **{
            "check": "s3.versioned",
            "resource": "models",
            "reason": "made anew each night",
            "until": "2026-12-31",
            **changes,
        }
    )


def result(outcome: Outcome = Outcome.FAIL, resource: str = "models", address: str = "") -> Result:
    return Result(MADE, outcome, resource, "versioning is Suspended", address=address)


@pytest.mark.parametrize(
    ("found", "by", "borne"),
    [
        (result(), mute(), True),
        (result(), mute(resource="*"), True),
        (result(resource="b-1", address="aws_s3_bucket.models"), mute(resource="aws_s3_bucket.models"), True),
        (result(Outcome.UNKNOWN), mute(), True),
        (result(Outcome.PASS), mute(), False),
        (result(resource="results"), mute(), False),
        (result(), mute(check="s3.tls_only"), False),
        (result(), mute(until="2026-11-21"), True),
        (result(), mute(until="2026-11-20"), False),
        (result(), mute(until="2029-01-01"), False),
    ],
)
def test_what_a_mute_bears(found: Result, by: MuteConfig, borne: bool) -> None:
    (seen,) = muted([found], [by], TODAY)
    assert (seen.mute == by) is borne


@pytest.mark.parametrize(
    ("given", "outcome", "detail"),
    [
        (mute(), Outcome.PASS, "until 2026-12-31: made anew each night"),
        (
            mute(until="2026-11-20"),
            Outcome.FAIL,
            "ended on 2026-11-20, what it bore counts again: made anew each night",
        ),
        (mute(until="2029-01-01"), Outcome.FAIL, "bears nothing: until 2029-01-01 is more than a year ahead"),
        (mute(check="s3.version"), Outcome.FAIL, "there is no check s3.version: docs/checks.md lists them"),
    ],
)
def test_a_mute_is_judged(given: MuteConfig, outcome: Outcome, detail: str) -> None:
    environment = SMALL.model_copy(update={"audit": AuditConfig(mutes=[given])})
    (found,) = judge(healthy(SMALL), environment, [mutes_in_force(TODAY, {"s3.versioned"})])
    assert (found.outcome, found.detail) == (outcome, detail)


def test_the_check_of_the_mutes_cannot_be_muted() -> None:
    itself = Result(Check("mutes.in_force", Severity.LOW, MADE.judge, MADE.applies), Outcome.FAIL, "x", "ended")
    assert muted([itself], [mute(check="mutes.in_force", resource="*")], TODAY)[0].mute is None


def test_without_mutes_there_is_nothing_to_judge() -> None:
    assert judge(healthy(SMALL), SMALL, [mutes_in_force(TODAY, set())]) == []


def test_a_mute_that_bears_nothing_is_told() -> None:
    environment = SMALL.model_copy(update={"audit": AuditConfig(mutes=[mute(resource="modles")])})
    results = judge(healthy(SMALL), environment, [mutes_in_force(TODAY, {"s3.versioned"})])
    (found,) = muted(results, environment.audit.mutes, TODAY)
    assert found.detail == "until 2026-12-31: made anew each night; there is nothing that it bears, now"
