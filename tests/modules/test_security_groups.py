from __future__ import annotations

import re
from typing import Any

import pytest

from config.ports import port_table
from config.ray_ports import RayPortsConfig
from tests.synthesis import Synthesized, environment, example, synth

INGRESS, EGRESS = "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpRange.html
DESCRIPTION = re.compile(r"[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{1,255}")


def rules(stack: Synthesized, direction: str, group: str) -> list[dict[str, Any]]:
    wanted = f"${{aws_security_group.security_groups_{group}.id}}"
    return [rule for rule in stack.of(direction).values() if rule["security_group_id"] == wanted]


def from_outside(stack: Synthesized) -> list[tuple[str, int]]:
    return sorted(
        (rule.get("cidr_ipv4") or rule["cidr_ipv6"], rule["from_port"])
        for rule in stack.of(INGRESS).values()
        if "referenced_security_group_id" not in rule
    )


def test_nothing_comes_in_from_outside_by_default() -> None:
    assert from_outside(synth(environment(workers={"cpu": {}}))) == []


def test_clients_reach_dashboard_and_client_port_only() -> None:
    stack = synth(environment(access={"client_cidrs": ["10.9.0.0/16", "fd00::/64"]}))
    assert from_outside(stack) == [
        ("10.9.0.0/16", 8265),
        ("10.9.0.0/16", 10001),
        ("fd00::/64", 8265),
        ("fd00::/64", 10001),
    ]


def test_ssh_reaches_both_tiers() -> None:
    assert from_outside(example("lab")) == [("203.0.113.0/24", 22)] * 2


def test_the_internet_comes_in_only_when_it_is_asked_for() -> None:
    stack = synth(environment(access={"client_cidrs": ["0.0.0.0/0"], "allow_public": True}))
    assert ("0.0.0.0/0", 8265) in from_outside(stack)


def test_between_nodes_there_are_the_ports_of_the_table_and_no_other() -> None:
    stack = example("production")
    for tier in ("head", "worker"):
        wanted = sorted(
            (port.first, port.last, source)
            for port in port_table(RayPortsConfig())
            for source in port.sources(tier)  # type: ignore[arg-type]
            if source != "clients"
        )
        found = sorted(
            (
                rule["from_port"],
                rule["to_port"],
                rule["referenced_security_group_id"].split("_")[-1].removesuffix(".id}"),
            )
            for rule in rules(stack, INGRESS, tier)
            if "referenced_security_group_id" in rule
        )
        assert found == wanted


def test_ports_that_were_changed_are_the_ones_that_are_opened() -> None:
    stack = synth(environment(ray={"ports": {"gcs": 7379, "workers": "25000-29999"}}))
    found = {rule["from_port"] for rule in rules(stack, INGRESS, "head")}
    assert {7379, 25000} <= found
    assert found.isdisjoint({6379, 10002})


def test_all_traffic_between_nodes_is_an_explicit_choice() -> None:
    stack = synth(environment(access={"intra_cluster": "all"}))
    protocols = {rule["ip_protocol"] for rule in rules(stack, INGRESS, "worker")}
    assert protocols == {"-1"}
    assert "-1" not in {rule["ip_protocol"] for rule in example("production").of(INGRESS).values()}


def test_every_way_in_from_a_group_has_its_way_out() -> None:
    stack = example("production")
    ways_in = {
        (rule["referenced_security_group_id"], rule["security_group_id"], rule["from_port"])
        for rule in stack.of(INGRESS).values()
        if "referenced_security_group_id" in rule
    }
    ways_out = {
        (rule["security_group_id"], rule["referenced_security_group_id"], rule["from_port"])
        for rule in stack.of(EGRESS).values()
        if "referenced_security_group_id" in rule
    }
    assert ways_in == ways_out


def test_nodes_go_out_on_https_and_ubuntu_on_http() -> None:
    def ports(tier: str) -> list[int]:
        return sorted(rule["from_port"] for rule in rules(example("existing-vpc"), EGRESS, tier) if "cidr_ipv4" in rule)

    assert ports("head") == [443]
    assert ports("worker") == [80, 443]


def test_only_the_head_reaches_memorydb() -> None:
    (rule,) = rules(example("production"), INGRESS, "memorydb")
    assert rule["referenced_security_group_id"] == "${aws_security_group.security_groups_head.id}"
    assert (rule["from_port"], rule["to_port"]) == (6379, 6379)


@pytest.mark.parametrize("name", ["demo", "production", "lab"])
def test_every_rule_says_why_in_words_that_ec2_takes(name: str) -> None:
    stack = example(name)
    for rule in [*stack.of(INGRESS).values(), *stack.of(EGRESS).values()]:
        assert DESCRIPTION.fullmatch(rule["description"])


def test_groups_have_no_inline_rules() -> None:
    assert not any(
        "ingress" in group or "egress" in group for group in example("production").of("aws_security_group").values()
    )
