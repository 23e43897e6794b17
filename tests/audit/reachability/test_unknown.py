"""What could not be read makes cells unknown, unless something that was read decides."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scripts.audit.checks import reachability
from scripts.audit.engine import Outcome, judge
from scripts.audit.registry import checks_of
from scripts.inventory.network import Route
from scripts.inventory.prefix_lists import PrefixLists
from scripts.inventory.reading import readable
from scripts.inventory.security_groups import SecurityGroupRule
from tests.audit.change import REFUSED
from tests.audit.reachability.world import (
    HEAD_TABLE,
    HEALTHY,
    LOCAL,
    NAT,
    SMALL,
    cell,
    changed,
    public_head,
    rule,
    rules,
)

OPEN = rules(rule("head", (8265, 8265), "0.0.0.0/0"))
CHECKS = {check.id.partition(".")[2]: check for check in checks_of(reachability) if check.is_for(SMALL)}


@pytest.mark.parametrize(
    ("path", "source", "destination", "port"),
    [
        ("network_acls", "head", "memorydb", "redis"),
        ("network.route_tables", "head", "memorydb", "redis"),
        ("network.route_tables", "head", "efs", "efs"),
        ("security_groups.rules", "worker", "head", "gcs"),
        ("network_interfaces", "worker", "head", "gcs"),
        ("nodes.instances", "worker", "head", "gcs"),
        ("network.subnets", "head", "endpoints", "https"),
        ("file_systems.0", "head", "efs", "efs"),
        ("file_systems.0.mount_targets", "head", "efs", "efs"),
        ("file_systems.0.mount_targets.0.group_ids", "head", "efs", "efs"),
        ("memorydb.clusters.0", "head", "memorydb", "redis"),
        ("memorydb.subnet_groups.0", "head", "memorydb", "redis"),
        ("vpc_endpoints", "head", "endpoints", "https"),
        ("vpc_endpoints", "head", "s3", "https"),
        ("prefix_lists.of_aws", "head", "s3", "https"),
        ("prefix_lists.of_aws", "head", "internet", "https"),
        ("network.nat_gateways", "head", "internet", "https"),
        ("network.internet_gateways", "head", "internet", "https"),
        ("network_acls", "head", "internet", "https"),
    ],
)
def test_a_needed_path_is_unknown(path: str, source: str, destination: str, port: str) -> None:
    found = cell(changed((path, REFUSED)), source, destination, port)
    assert (found.open, found.declared) == (REFUSED, True)
    assert found.hops == (str(REFUSED),)


@pytest.mark.parametrize("path", ["network_acls", "network.route_tables", "network.internet_gateways"])
def test_an_open_group_is_unknown_without_the_rest_of_the_way(path: str) -> None:
    found = cell(changed(OPEN, public_head(), (path, REFUSED)), "internet", "head", "dashboard")
    assert (found.open, found.declared) == (REFUSED, False)


@pytest.mark.parametrize("path", ["network_acls", "network.route_tables", "network.internet_gateways"])
def test_a_closed_group_is_closed_whatever_the_rest_of_the_way(path: str) -> None:
    found = cell(changed(public_head(), (path, REFUSED)), "internet", "head", "dashboard")
    assert found.open is False
    assert found.hops[-1].startswith("no rule of security group ray-small-head")


def test_groups_that_nobody_could_read_do_not_matter_without_a_way_in() -> None:
    assert cell(changed(("security_groups.rules", REFUSED)), "internet", "head", "dashboard").open is False
    found = cell(changed(("security_groups.rules", REFUSED), public_head()), "internet", "head", "dashboard")
    assert found.open is REFUSED


def test_a_prefix_list_that_nobody_could_read() -> None:
    lists = PrefixLists(HEALTHY.prefix_lists.of_aws, {"pl-office": REFUSED})
    listed = rules(rule("head", (8265, 8265), "pl-office"))
    inventory = changed(listed, public_head(), ("prefix_lists", lists))
    assert cell(inventory, "internet", "head", "dashboard").open is REFUSED
    assert cell(inventory, "internet", "head", "client").open is False
    # A rule that is known takes nothing from what is declared: the needed path is still there.
    assert cell(inventory, "worker", "head", "gcs").open is True


def test_a_route_by_a_prefix_list_that_nobody_could_read() -> None:
    lists = PrefixLists(HEALTHY.prefix_lists.of_aws, {"pl-office": REFUSED})
    routes = (LOCAL, NAT, Route("pl-office", "igw-1", "active"))
    inventory = changed((HEAD_TABLE, routes), ("prefix_lists", lists))
    assert cell(inventory, "head", "internet", "https").open is REFUSED
    assert cell(inventory, "head", "memorydb", "redis").open is True, "no list reaches into the VPC"


def test_a_group_of_others_is_not_known() -> None:
    head = readable(HEALTHY.network_interfaces)[0]
    inventory = changed(("network_interfaces.0", replace(head, group_ids=("sg-head", "sg-of-another-team"))))
    found = cell(inventory, "worker", "head", "metrics")
    assert found.open is False, "the worker lets nothing out on this port"
    inventory = changed(
        rules(rule("worker", (6384, 6384), "sg-head", egress=True)),
        ("network_interfaces.0.group_ids", ("sg-head", "sg-of-another-team")),
    )
    found = cell(inventory, "worker", "head", "metrics")
    assert "sg-of-another-team" in str(found.open)


def test_a_peer_of_unknown_kind() -> None:
    unknown = SecurityGroupRule("sgr-y", "sg-head", False, "tcp", 6384, 6384, "unknown", "")
    found = cell(changed(rules(unknown), public_head()), "internet", "head", "metrics")
    assert "unknown kind" in str(found.open)


def test_an_instance_without_an_interface_is_not_known() -> None:
    interfaces = readable(HEALTHY.network_interfaces)[1:]
    found = cell(changed(("network_interfaces", interfaces)), "internet", "head", "dashboard")
    assert "i-0 gave no interface" in str(found.open)


def test_the_internet_by_a_transit_gateway_is_not_known() -> None:
    routes = (LOCAL, Route("0.0.0.0/0", "tgw-1", "active"))
    assert cell(changed((HEAD_TABLE, routes)), "internet", "head", "dashboard").open is False
    found = cell(changed((HEAD_TABLE, routes), OPEN), "internet", "head", "dashboard")
    assert "tgw-1 gave a way that ends outside of the VPC" in str(found.open)


DECIDED = {
    ("security_groups.rules", "closed_to_internet"),  # private nodes: nothing leads in
    ("network.route_tables", "closed_to_internet"),  # no rule lets the internet in
    ("network_acls", "closed_to_internet"),
    ("network.route_tables", "tiers_closed"),  # no rule between the tiers
    ("network_acls", "tiers_closed"),
    ("network_acls", "nodes_reach_efs"),  # nodes and their mount targets share subnets, inside which there is no ACL
}
"""What the healthy environment passes without a part, because another part decides."""


@pytest.mark.parametrize("check_id", list(CHECKS))
@pytest.mark.parametrize(
    "path", ["network_interfaces", "nodes.instances", "security_groups.rules", "network.route_tables", "network_acls"]
)
def test_no_check_fails_or_passes_from_a_part_that_is_missing(path: str, check_id: str) -> None:
    outcomes = {result.outcome for result in judge(changed((path, REFUSED)), SMALL, [CHECKS[check_id]])}
    if (path, check_id) in DECIDED:
        assert outcomes == {Outcome.PASS}
    else:
        assert Outcome.UNKNOWN in outcomes
        assert Outcome.FAIL not in outcomes
