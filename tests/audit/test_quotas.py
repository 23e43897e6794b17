"""Quotas: what counts as used, and what the environment may ask for beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from scripts.audit.checks import quotas
from scripts.audit.engine import Outcome, Result, judge
from scripts.audit.registry import Check
from scripts.inventory import Inventory
from tests.audit.change import REMOVED, change
from tests.audit.environments import load
from tests.audit.healthy import healthy

SMALL = load("small")
HEALTHY = healthy(SMALL)
STANDARD = "L-1216C47A"


def results(check: Check, *changes: tuple[str, Any]) -> list[Result]:
    inventory: Inventory = HEALTHY
    for path, value in changes:
        inventory = change(inventory, path, value)
    return judge(inventory, SMALL, [check])


def details(check: Check, *changes: tuple[str, Any]) -> list[str]:
    return [result.detail for result in results(check, *changes)]


def test_a_replacement_of_the_largest_type_has_room() -> None:
    assert details(quotas.on_demand_vcpus) == ["100 of 1152 in use, 2 more may be asked for"]
    at_the_limit = (f"quotas.ec2.{STANDARD}", 102.0)
    assert [found.outcome for found in results(quotas.on_demand_vcpus, at_the_limit)] == [Outcome.PASS]
    beyond = (f"quotas.ec2.{STANDARD}", 101.0)
    assert [found.outcome for found in results(quotas.on_demand_vcpus, beyond)] == [Outcome.FAIL]


def test_a_node_that_is_missing_may_be_asked_for() -> None:
    assert details(quotas.on_demand_vcpus, ("nodes.instances.0", REMOVED)) == [
        "100 of 1152 in use, 4 more may be asked for"
    ]
    assert details(quotas.on_demand_vcpus, ("nodes.instances.0.state", "stopped")) == [
        "100 of 1152 in use, 4 more may be asked for"
    ]


def test_our_own_nodes_count_when_cloudwatch_is_late() -> None:
    # The head and two workers; the spot worker counts against another quota.
    assert details(quotas.on_demand_vcpus, ("quotas.vcpus_in_use", {})) == ["6 of 1152 in use, 2 more may be asked for"]
    assert details(quotas.spot_vcpus, ("quotas.vcpus_in_use", {})) == ["2 of 1152 in use, 2 more may be asked for"]


def test_a_type_that_aws_does_not_know_is_unknown() -> None:
    found = results(quotas.on_demand_vcpus, ("quotas.vcpus_of_types", {}))
    assert [(result.outcome, result.detail) for result in found] == [
        (Outcome.UNKNOWN, "ec2:DescribeInstanceTypes m7i.large gave no answer: not a type")
    ]


def test_the_default_counts_where_aws_gives_no_applied_value() -> None:
    assert details(quotas.buckets) == ["10 of 10000 in use, 0 more may be asked for"]
    assert details(quotas.vpcs, ("quotas.vpc", {})) == ["2 of 5 in use, 0 more may be asked for"]


@pytest.mark.parametrize(
    ("check", "path", "value", "detail"),
    [
        (quotas.vpcs, "network.vpcs", (), "2 of 5 in use, 1 more may be asked for"),
        (quotas.internet_gateways, "network.internet_gateways", (), "2 of 5 in use, 1 more may be asked for"),
        (quotas.nat_gateways, "network.nat_gateways", (), "1 of 5 in use, 1 more may be asked for"),
        (quotas.addresses, "addresses", (), "0 of 5 in use, 1 more may be asked for"),
        (quotas.interface_endpoints, "vpc_endpoints", (), "0 of 50 in use, 1 more may be asked for"),
        (quotas.buckets, "buckets", (), "10 of 10000 in use, 2 more may be asked for"),
        (quotas.file_systems, "file_systems", (), "1 of 1000 in use, 1 more may be asked for"),
    ],
)
def test_what_is_declared_and_missing_may_be_asked_for(check: Check, path: str, value: Any, detail: str) -> None:
    assert details(check, (path, value)) == [detail]


def test_rules_count_by_direction_and_family() -> None:
    rule = next(rule for rule in HEALTHY.security_groups.rules if rule.group_id == "sg-efs")  # type: ignore[union-attr]
    rules = [replace(rule, egress=False, peer=peer) for peer in ("10.0.0.0/8", "2001:db8::/32", "sg-1", "pl-1")]
    rules += [replace(rule, egress=True, peer="10.0.0.0/8")]
    found = results(quotas.rules_per_group, ("security_groups.rules", tuple(rules)))
    # One range and two references in each family.
    detail = next(result.detail for result in found if "ray-small-efs" in result.resource)
    assert detail == "3 of 60 in use, 0 more may be asked for"
