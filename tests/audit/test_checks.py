"""Every check passes what is as declared, fails what is not, and passes nothing that it could not see."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.audit.checks import CHECKS
from scripts.audit.engine import Outcome, judge
from scripts.audit.registry import Check
from tests.audit.change import REFUSED, change, readings
from tests.audit.environments import FILES, load
from tests.audit.faults import FAULTS
from tests.audit.healthy import healthy

SMALL = load("small")
HEALTHY = healthy(SMALL)
BY_ID = {check.id: check for check in CHECKS}


def test_every_check_has_a_fault() -> None:
    assert set(FAULTS) == set(BY_ID)
    assert len(BY_ID) == len(CHECKS), "an id is used twice"


@pytest.mark.parametrize("name", list(FILES))
def test_what_is_as_declared_passes(name: str) -> None:
    environment = load(name)
    results = judge(healthy(environment), environment, CHECKS)
    assert [(r.check.id, r.resource, r.detail) for r in results if r.outcome is not Outcome.PASS] == []


def test_every_check_applies_to_the_small_environment() -> None:
    assert [check.id for check in CHECKS if not check.applies(SMALL)] == []


@pytest.mark.parametrize("check_id", list(FAULTS))
def test_what_is_not_as_declared_fails(check_id: str) -> None:
    faulty = change(HEALTHY, *FAULTS[check_id])
    results = judge(faulty, SMALL, [BY_ID[check_id]])
    assert Outcome.FAIL in {result.outcome for result in results}, results


NOT_JUDGED = {"buckets.0.logging"}
"""The logs bucket does not log into itself."""


@pytest.mark.parametrize("path", [path for path in readings(HEALTHY) if path not in NOT_JUDGED])
def test_what_could_not_be_read_is_unknown_and_nothing_breaks(path: str) -> None:
    results = judge(change(HEALTHY, path, REFUSED), SMALL, CHECKS)
    unknown = [result for result in results if result.outcome is Outcome.UNKNOWN]
    assert any("AccessDenied" in result.detail for result in unknown)
    assert not any("the check itself failed" in result.detail for result in results)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_a_check_explains_itself(check: Check) -> None:
    assert check.title.endswith((".", ":")) or "\n" in check.documentation
    assert "Fix: " in check.documentation
    assert check.scope.startswith(("Every environment", "Environments", "Protected"))


def test_a_check_stands_in_the_file_of_its_service() -> None:
    for check in CHECKS:
        assert Path(check.judge.__code__.co_filename).stem == check.service
        assert check.id.split(".")[1].isidentifier()
