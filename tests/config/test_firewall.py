"""The bastion's place in the security groups."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Literal

import pytest

from config.access import AccessConfig
from config.firewall import declared_rules, security_groups
from config.static_ec2 import StaticEc2Config

OFFICE = IPv4Network("203.0.113.0/24")


def _cluster(bastion: Literal["none", "ssm", "ssh"]) -> StaticEc2Config:
    return StaticEc2Config(
        name="demo", region="us-west-2", access=AccessConfig(ssh_cidrs=[OFFICE], bastion=bastion, key_pair_name="team")
    )


@pytest.mark.parametrize(
    ("bastion", "from_office", "from_bastion"),
    [
        ("none", {"head", "worker"}, set()),
        ("ssm", {"head", "worker"}, {"head", "worker"}),
        ("ssh", {"bastion"}, {"head", "worker"}),
    ],
)
def test_ssh_comes_in_where_it_should(
    bastion: Literal["none", "ssm", "ssh"], from_office: set[str], from_bastion: set[str]
) -> None:
    rules = [rule for rule in declared_rules(_cluster(bastion)) if rule.direction == "ingress" and rule.name == "ssh"]
    assert {rule.group for rule in rules if rule.peer == OFFICE} == from_office
    assert {rule.group for rule in rules if rule.peer == "bastion"} == from_bastion


def test_nothing_but_ssh_comes_in_to_a_bastion() -> None:
    cluster = _cluster("ssh")
    assert "bastion" in security_groups(cluster)
    into = [rule for rule in declared_rules(cluster) if rule.group == "bastion" and rule.direction == "ingress"]
    assert [(rule.peer, rule.first_port, rule.last_port) for rule in into] == [(OFFICE, 22, 22)]
