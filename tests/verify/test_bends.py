"""A hundred bent clouds, on real Terraform's apply: each fault is found by its check, and what is no fault by none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from scripts.audit.engine import EXIT_FAILED, Outcome, Result, exit_code, judge
from scripts.inventory import Inventory
from scripts.inventory.reading import readable
from scripts.inventory.security_groups import SecurityGroupRule
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


def outcomes(deployment: Deployment, inventory: Inventory, check_id: str) -> set[Outcome]:
    """What a check says of an inventory."""
    results = judge(inventory, deployment.environment, [check for check in VERIFYING if check.id == check_id])
    return {result.outcome for result in results}


def test_blocks_that_were_added_give_room_but_anyscale_looks_at_the_first(deployment: Deployment) -> None:
    grown = change(deployment.fresh, SIZES, ("10.40.0.0/28", "100.64.0.0/20"))
    assert outcomes(deployment, grown, "anyscale.vpc_roomy") == {Outcome.PASS}
    assert outcomes(deployment, grown, "anyscale.vpc_large_enough") == {Outcome.FAIL}


def test_an_interface_endpoint_with_private_dns_serves_every_subnet(deployment: Deployment) -> None:
    (gateway,) = readable(deployment.fresh.vpc_endpoints)
    interface = replace(gateway, type="Interface", route_table_ids=(), private_dns=True)
    for endpoint, outcome in ((interface, Outcome.PASS), (replace(interface, private_dns=False), Outcome.FAIL)):
        found = replace(deployment.fresh, vpc_endpoints=(endpoint,))
        assert outcomes(deployment, found, "anyscale.s3_endpoint") == {outcome}


def test_dns_servers_of_ones_own_are_opened_one_by_one(deployment: Deployment) -> None:
    found = change(deployment.fresh, "network.dns_servers", ("10.1.0.2",))
    rules = readable(found.security_groups.rules)
    for protocols, outcome in ((("udp", "tcp"), Outcome.PASS), (("-1",), Outcome.PASS), (("udp",), Outcome.FAIL)):
        more = [
            SecurityGroupRule("sgr-x", deployment.group_id, True, each, 53, 53, "10.1.0.0/24", "") for each in protocols
        ]
        opened = change(found, "security_groups.rules", (*rules, *more))
        assert outcomes(deployment, opened, "anyscale.dns_servers") == {outcome}
    amazons = change(deployment.fresh, "network.dns_servers", ("10.40.0.2", "169.254.169.253"))
    assert outcomes(deployment, amazons, "anyscale.dns_servers") == {Outcome.PASS}


def test_endpoints_of_a_shared_vpc_are_not_seen(deployment: Deployment) -> None:
    shared = replace(change(deployment.fresh, "network.vpcs.0.owner_id", "111111111111"), vpc_endpoints=())
    assert outcomes(deployment, shared, "anyscale.s3_endpoint") == {Outcome.UNKNOWN}
    assert outcomes(deployment, shared, "anyscale.bucket_through_endpoint") == {Outcome.UNKNOWN}


@pytest.mark.parametrize(
    ("owned", "by_policy", "outcome"),
    [
        (False, True, Outcome.PASS),
        (False, False, Outcome.FAIL),
        (REFUSED, True, Outcome.PASS),
        (REFUSED, False, Outcome.UNKNOWN),
    ],
)
def test_of_anothers_bucket_role_and_policy_must_allow(
    deployment: Deployment, owned: Any, by_policy: bool, outcome: Outcome
) -> None:
    place = f"buckets.{[bucket.name for bucket in deployment.fresh.buckets].index(deployment.bucket)}"
    found = change(deployment.fresh, f"{place}.owned", owned)
    if not by_policy:
        found = change(found, f"{place}.policy", None)
    assert outcomes(deployment, found, "anyscale.bucket_usable") == {outcome}


def test_an_endpoint_for_own_buckets_may_stop_those_of_others(deployment: Deployment) -> None:
    place = f"buckets.{[bucket.name for bucket in deployment.fresh.buckets].index(deployment.bucket)}"
    found = change(deployment.fresh, f"{place}.owned", False)
    assert Outcome.UNKNOWN in outcomes(deployment, found, "anyscale.bucket_through_endpoint")


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
