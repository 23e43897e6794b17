"""Who may talk to whom in an EKS cluster."""

from __future__ import annotations

from collections import Counter
from ipaddress import ip_network
from typing import Any

from config.efs import MountedEfsConfig
from config.eks import EksAccessConfig, EksConfig, ExistingClusterConfig
from config.firewall import declared_rules, security_groups
from config.fsx import FsxConfig
from config.kuberay_eks import KuberayEksConfig
from config.memorydb import MemoryDbConfig
from config.network import NetworkConfig
from config.security_rules import INTERNET

OFFICE = ip_network("10.0.0.0/8")
EVERYTHING: dict[str, Any] = {
    "access": EksAccessConfig(client_cidrs=[OFFICE]),
    "network": NetworkConfig(endpoints=["ecr.api"]),
    "efs": MountedEfsConfig(),
    "fsx": FsxConfig(),
    "memorydb": MemoryDbConfig(),
}


def _cluster(**settings: Any) -> KuberayEksConfig:
    return KuberayEksConfig(name="demo", region="us-west-2", **settings)


def _into(cluster: KuberayEksConfig, group: str) -> set[tuple[Any, ...]]:
    rules = [rule for rule in declared_rules(cluster) if rule.group == group and rule.direction == "ingress"]
    return {(str(rule.peer), rule.protocol, rule.first_port, rule.last_port) for rule in rules}


def test_only_nodes_and_control_plane_meet_unasked() -> None:
    cluster = _cluster()
    assert security_groups(cluster) == ["control_plane", "node"]
    assert _into(cluster, "control_plane") == {("node", "tcp", 443, 443)}
    assert _into(cluster, "node") == {
        ("node", "-1", None, None),
        ("control_plane", "tcp", 443, 443),
        ("control_plane", "tcp", 1025, 65535),
    }


def test_clients_reach_the_api_alone() -> None:
    rules = [rule for rule in declared_rules(_cluster(**EVERYTHING)) if rule.peer == OFFICE]
    assert [(rule.group, rule.direction, rule.first_port) for rule in rules] == [("control_plane", "ingress", 443)]


def test_a_cluster_that_is_there_keeps_its_control_plane() -> None:
    cluster = _cluster(eks=EksConfig(existing_cluster=ExistingClusterConfig(name="shared")), efs=MountedEfsConfig())
    assert security_groups(cluster) == ["node", "efs"]
    assert _into(cluster, "node") == {("node", "-1", None, None)}
    assert not [rule for rule in declared_rules(cluster) if "control_plane" in (rule.group, rule.peer)]


def test_stores_are_reached_by_nodes_alone() -> None:
    cluster = _cluster(**EVERYTHING)
    assert security_groups(cluster) == ["control_plane", "node", "efs", "fsx", "memorydb", "endpoints"]
    assert _into(cluster, "efs") == {("node", "tcp", 2049, 2049)}
    assert _into(cluster, "memorydb") == {("node", "tcp", 6379, 6379)}
    assert _into(cluster, "endpoints") == {("node", "tcp", 443, 443)}


def test_lustre_lets_itself_in() -> None:
    """Else FSx refuses to make the file system."""
    ports = [(988, 988), (1018, 1023)]
    assert _into(_cluster(**EVERYTHING), "fsx") == {(peer, "tcp", *port) for peer in ("fsx", "node") for port in ports}


def test_nodes_go_out_by_https_alone() -> None:
    rules = [rule for rule in declared_rules(_cluster(**EVERYTHING)) if rule.peer == INTERNET]
    assert [(rule.group, rule.direction, rule.first_port, rule.last_port) for rule in rules] == [
        ("node", "egress", 443, 443)
    ]


def test_no_rule_is_there_twice() -> None:
    """EC2 refuses a rule that differs from another one in its description only."""
    rules = Counter(
        (rule.group, rule.direction, rule.peer, rule.protocol, rule.first_port, rule.last_port)
        for rule in declared_rules(_cluster(**EVERYTHING))
    )
    assert max(rules.values()) == 1
