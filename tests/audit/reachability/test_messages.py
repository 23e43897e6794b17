"""What a reader of the report sees."""

from __future__ import annotations

from scripts.audit.checks import reachability
from scripts.audit.engine import Outcome, judge
from scripts.audit.registry import checks_of
from scripts.inventory import Inventory
from tests.audit.reachability.world import HEALTHY, SMALL, changed, public_head, rule, rules


def failures(inventory: Inventory) -> list[tuple[str, str, str]]:
    results = judge(inventory, SMALL, checks_of(reachability))
    return [(each.check.id, each.resource, each.detail) for each in results if each.outcome is not Outcome.PASS]


def test_the_path_that_is_open() -> None:
    found = failures(changed(public_head(), rules(rule("head", (8265, 8265), "8.0.0.0/8"))))
    assert found == [
        (
            "reachability.closed_to_internet",
            "internet to head",
            "tcp 8265 (dashboard) is open: internet: 8.0.0.0/8 > rtb-public-us-west-2a route 0.0.0.0/0 to igw-1 > "
            "network ACL acl-1 rule 100 lets all in from 0.0.0.0/0 > "
            "security group ray-small-head lets tcp 8265 in from 8.0.0.0/8 (by hand) > ray-small-head-node",
        )
    ]


def test_the_hop_that_stops() -> None:
    gcs = next(
        each.rule_id
        for each in HEALTHY.security_groups.rules  # type: ignore[union-attr]  # it is readable
        if (each.group_id, each.egress, each.first_port) == ("sg-head", False, 6379)
    )
    (found,) = failures(changed(rules(without=gcs)))
    assert found[:2] == ("reachability.nodes_reach_each_other", "worker to head")
    assert found[2].startswith("tcp 6379 (gcs) is closed: ray-small-worker-cpu-0 and 1 more > ")
    assert found[2].endswith(" > no rule of security group ray-small-head lets tcp 6379 in from worker")


def test_what_passed() -> None:
    results = judge(HEALTHY, SMALL, checks_of(reachability))
    details = {(each.check.id, each.resource): each.detail for each in results}
    assert (
        details["reachability.closed_to_internet", "internet to memorydb"] == "2 rows of ports, none open but declared"
    )
    assert details["reachability.nodes_reach_s3", "head to s3"].startswith(
        "tcp 443 (https) is open: ray-small-head-node"
    )
