"""Who may talk to whom in an Anyscale cloud."""

from __future__ import annotations

from collections import Counter
from ipaddress import IPv4Network, ip_network
from typing import Any

import pytest

from config.anyscale import AnyscaleConfig, CloudAccessConfig, CloudEfsConfig, CloudMemoryDbConfig, EgressConfig
from config.anyscale_cloud import AnyscaleCloudConfig
from config.anyscale_firewall import MACHINE_POOL_PORTS
from config.firewall import declared_rules, security_groups
from config.network import NetworkConfig
from config.security_rules import INTERNET, Rule

OFFICE = ip_network("203.0.113.0/24")
POOL = ip_network("192.168.0.0/16")
EVERYTHING: dict[str, Any] = {
    "access": CloudAccessConfig(client_cidrs=[OFFICE, POOL], machine_pool_cidrs=[POOL]),
    "network": NetworkConfig(endpoints=["ecr.api"]),
    "efs": CloudEfsConfig(),
    "memorydb": CloudMemoryDbConfig(),
}


def _cloud(**settings: Any) -> AnyscaleCloudConfig:
    anyscale = AnyscaleConfig(external_id="org_1a2b3c-9f2c", cloud_id="cld_4d5e")
    return AnyscaleCloudConfig(name="demo", region="us-west-2", anyscale=anyscale, **settings)


def _into(cloud: AnyscaleCloudConfig, group: str) -> list[Rule]:
    return [rule for rule in declared_rules(cloud) if rule.group == group and rule.direction == "ingress"]


def test_only_the_cloud_itself_comes_in_unasked() -> None:
    cloud = _cloud()
    (rule,) = _into(cloud, "cloud")
    assert (rule.peer, rule.protocol) == ("cloud", "-1")
    assert security_groups(cloud) == ["cloud"]


def test_everything_goes_out_to_the_cloud_itself() -> None:
    out = [rule for rule in declared_rules(_cloud()) if rule.direction == "egress" and rule.peer == "cloud"]
    assert [(rule.group, rule.protocol) for rule in out] == [("cloud", "-1")]


def test_clients_reach_443_alone() -> None:
    cloud = _cloud(access=CloudAccessConfig(client_cidrs=[OFFICE]))
    rules = [rule for rule in _into(cloud, "cloud") if rule.peer == OFFICE]
    assert [(rule.first_port, rule.last_port) for rule in rules] == [(443, 443)]


def test_machine_pool_reaches_its_ports() -> None:
    cloud = _cloud(access=CloudAccessConfig(machine_pool_cidrs=[POOL]))
    rules = [rule for rule in _into(cloud, "cloud") if rule.peer == POOL]
    assert tuple((rule.first_port, rule.last_port) for rule in rules) == MACHINE_POOL_PORTS
    assert len(MACHINE_POOL_PORTS) == 22


def test_no_rule_is_there_twice() -> None:
    """EC2 refuses a rule that differs from another one in its description only."""
    rules = Counter(
        (rule.group, rule.direction, rule.peer, rule.protocol, rule.first_port, rule.last_port)
        for rule in declared_rules(_cloud(**EVERYTHING))
    )
    assert max(rules.values()) == 1
    assert rules["cloud", "ingress", POOL, "tcp", 443, 443] == 1


def test_memorydb_is_reached_by_the_cloud_alone() -> None:
    cloud = _cloud(memorydb=CloudMemoryDbConfig())
    assert [(rule.peer, rule.first_port) for rule in _into(cloud, "memorydb")] == [("cloud", 6379)]
    shared = _cloud(memorydb=CloudMemoryDbConfig(in_cloud_security_group=True))
    assert security_groups(shared) == ["cloud"]
    assert not _into(shared, "memorydb")


def test_mount_targets_have_no_group_of_their_own() -> None:
    assert security_groups(_cloud(**EVERYTHING)) == ["cloud", "memorydb", "endpoints"]


@pytest.mark.parametrize(("is_open", "ports"), [(False, {80, 443}), (True, {None})])
def test_nodes_reach_the_internet_on_two_ports_unless_asked(is_open: bool, ports: set[int | None]) -> None:
    cloud = _cloud(access=CloudAccessConfig(open_egress=is_open))
    assert {rule.first_port for rule in declared_rules(cloud) if rule.peer == INTERNET} == ports


def test_nodes_reach_what_is_named_besides() -> None:
    dns, kafka = IPv4Network("10.1.0.2/32"), IPv4Network("10.2.0.0/16")
    named = [
        EgressConfig(cidr=dns, first_port=53, protocol="udp"),
        EgressConfig(cidr=dns, first_port=53),
        EgressConfig(cidr=kafka, first_port=9092, last_port=9094),
    ]
    cloud = _cloud(access=CloudAccessConfig(egress=named))
    out = [rule for rule in declared_rules(cloud) if rule.direction == "egress" and rule.peer in (dns, kafka)]
    assert [(rule.peer, rule.protocol, rule.first_port, rule.last_port) for rule in out] == [
        (dns, "udp", 53, 53),
        (dns, "tcp", 53, 53),
        (kafka, "tcp", 9092, 9094),
    ]
    assert len({(rule.name, rule.peer) for rule in out}) == 3
