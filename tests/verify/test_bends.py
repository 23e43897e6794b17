"""A hundred bent clouds, on real Terraform's apply: each fault is found by its check, and what is no fault by none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from scripts.audit.engine import EXIT_FAILED, Outcome, Result, exit_code, judge
from scripts.verify.verification import VERIFYING
from tests.audit.change import REFUSED, change, readings
from tests.integration.workspace import Workspace
from tests.verify import bends_access, bends_bucket, bends_files, bends_network, bends_roles, bends_store, variations
from tests.verify.bending import Bend
from tests.verify.bends_network import existing
from tests.verify.conftest import NAME
from tests.verify.deployment import Deployment
from tests.verify.faults import ASKED_FOR, FAULTS, FOUND_BY_READING, NODE_SUBNET, SIZES
from tests.verify.rounds import Round, rounds

pytestmark = pytest.mark.integration

AREAS = [module.BENDS for module in (bends_access, bends_network, bends_roles, bends_bucket, bends_files, bends_store)]
ROUNDS = rounds(AREAS)
CASES = [(round_, bend) for round_ in ROUNDS for bend in round_.bends]
VARIED = rounds(variations.AREAS)

Findings = Mapping[int, list[Result]]


@pytest.fixture(scope="module")
def findings(deployment: Deployment) -> Findings:
    """What each round finds."""
    return {id(round_): round_.judged(deployment) for round_ in ROUNDS}


def said(results: list[Result]) -> list[str]:
    """Findings as a reader of a failed test needs them."""
    return [f"{result.outcome.value} {result.check.id} {result.resource}: {result.detail}" for result in results]


def test_a_fresh_apply_is_clean(deployment: Deployment) -> None:
    assert said(deployment.verified()) == []


@pytest.mark.parametrize(("round_", "bend"), CASES, ids=[bend.name for _, bend in CASES])
def test_a_fault_is_found_by_its_checks(findings: Findings, round_: Round, bend: Bend) -> None:
    mine = [result for result in findings[id(round_)] if result.check.id in bend.found]
    assert {result.check.id for result in mine} == set(bend.found)
    assert said([result for result in mine if not re.search(bend.found[result.check.id], result.detail)]) == []


@pytest.mark.parametrize("round_", ROUNDS, ids=[round_.bends[0].name for round_ in ROUNDS])
def test_nothing_else_is_found(findings: Findings, round_: Round) -> None:
    assert said([result for result in findings[id(round_)] if result.check.id not in round_.checks]) == []


@pytest.mark.parametrize("round_", VARIED, ids=[round_.bends[0].name for round_ in VARIED])
def test_what_works_as_well_is_not_found(deployment: Deployment, round_: Round) -> None:
    assert said(round_.judged(deployment)) == []


def test_all_is_put_back(deployment: Deployment, findings: Findings) -> None:
    assert findings
    assert said(deployment.verified()) == []


def test_every_check_finds_something() -> None:
    found = {check for bends in AREAS for bend in bends for check in bend.found}
    assert {check.id for check in VERIFYING} == found | FOUND_BY_READING


def test_a_warning_counts_in_the_exit_code(findings: Findings) -> None:
    (round_,) = (each for each in ROUNDS if any(bend.name == "no backup" for bend in each.bends))
    warnings = [result for result in findings[id(round_)] if result.check.id == "anyscale.files_backed_up"]
    assert exit_code(warnings) == EXIT_FAILED


def node_subnet(deployment: Deployment) -> int:
    """Place of a subnet for nodes in the inventory."""
    wanted = set(deployment.output("private_subnet_ids").values())
    subnets = deployment.fresh.network.subnets
    assert isinstance(subnets, tuple)
    return next(index for index, subnet in enumerate(subnets) if subnet.subnet_id in wanted)


@pytest.mark.parametrize(
    ("check_id", "path", "value", "detail"), FAULTS, ids=[f"{each[0]}-{each[1]}" for each in FAULTS]
)
def test_a_fault_is_found(deployment: Deployment, check_id: str, path: str, value: Any, detail: str) -> None:
    faulty = change(deployment.fresh, path.format(node=node_subnet(deployment)), value)
    # A subnet of an existing VPC is known by its id, whatever its size.
    environment = existing("us-west-2a", "us-west-2b")(deployment) if path == NODE_SUBNET else deployment.environment
    results = judge(faulty, environment, [check for check in VERIFYING if check.id == check_id])
    found = [result.detail for result in results if result.outcome is Outcome.FAIL]
    assert found
    assert [each for each in found if not re.search(detail, each)] == []


@pytest.mark.parametrize("check_id", ["anyscale.vpc_large_enough", "anyscale.vpc_roomy"])
def test_all_blocks_of_a_vpc_count(deployment: Deployment, check_id: str) -> None:
    grown = change(deployment.fresh, SIZES, ("10.40.0.0/28", "100.64.0.0/20"))
    results = judge(grown, deployment.environment, [check for check in VERIFYING if check.id == check_id])
    assert [result.outcome for result in results] == [Outcome.PASS]


@pytest.mark.parametrize("path", ASKED_FOR)
def test_what_could_not_be_read_is_unknown(deployment: Deployment, path: str) -> None:
    fresh = deployment.fresh
    roles = [getattr(role, "name", "") for role in fresh.iam.roles]
    buckets = [bucket.name for bucket in fresh.buckets]
    place = path.format(control=roles.index(deployment.control_plane), bucket=buckets.index(deployment.bucket))
    assert place in set(readings(fresh))
    refused = replace(REFUSED, about=deployment.control_plane) if path == "iam.roles.{control}" else REFUSED
    results = judge(change(fresh, place, refused), deployment.environment, VERIFYING)
    wrong = [result for result in results if result.outcome is not Outcome.PASS]
    assert {result.outcome for result in wrong} == {Outcome.UNKNOWN}
    assert not any("the check itself failed" in result.detail for result in wrong)


def test_the_command_says_what_it_did_not_verify(applied: Workspace) -> None:
    result = applied.python("-m", "scripts.verify", "--env", NAME)
    assert result.code == 0, result.output + result.errors
    assert "0 failed, 0 unknown" in result.output
    assert "not verified here" in result.output
