"""Faults of the reachability checks, in the small environment."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from scripts.inventory.network import Route
from scripts.inventory.network_acls import NetworkAclEntry
from scripts.inventory.reading import readable
from scripts.inventory.security_groups import SecurityGroupRule
from tests.audit.change import REMOVED, Several
from tests.audit.environments import load
from tests.audit.healthy import healthy
from tests.audit.healthy_reachability import ALLOW_ALL

_HEALTHY = healthy(load("small"))
_HEAD = readable(_HEALTHY.network_interfaces)[0]


def rule_of(group: str, peer: str, first_port: int, *, egress: bool = False) -> str:
    """Where a rule of the small environment is."""
    wanted = (f"sg-{group}", peer, first_port, egress)
    for index, rule in enumerate(readable(_HEALTHY.security_groups.rules)):
        if (rule.group_id, rule.peer, rule.first_port, rule.egress) == wanted:
            return f"security_groups.rules.{index}"
    raise LookupError(wanted)


def added(group: str, ports: tuple[int, int], peer: str, *, protocol: str = "tcp") -> tuple[str, Any]:
    """A further ingress rule, among the others."""
    rule = SecurityGroupRule("sgr-x", f"sg-{group}", False, protocol, *ports, peer, "by hand")
    return "security_groups.rules", (*readable(_HEALTHY.security_groups.rules), rule)


def denying(first_port: int, last_port: int, *, egress: bool = False, cidr: str = "0.0.0.0/0") -> tuple[str, Any]:
    """An entry of the network ACL before all others."""
    entry = NetworkAclEntry(10, egress, False, "6", first_port, last_port, cidr)
    return "network_acls.0.entries", (entry, *ALLOW_ALL)


PUBLIC_HEAD = ("network_interfaces.0", replace(_HEAD, subnet_id="subnet-public-us-west-2a", public_ip="1.2.3.4"))
"""The head with a public address, in a subnet with a route to the internet gateway."""

_LOCAL = Route("10.0.0.0/16", "local", "active")
_TO_NAT = Route("0.0.0.0/0", "nat-us-west-2a", "active")

FAULTS: dict[str, tuple[str, Any]] = {
    "reachability.nodes_reach_each_other": (rule_of("head", "sg-worker", 6379), REMOVED),
    "reachability.nodes_reach_efs": (rule_of("worker", "sg-efs", 2049, egress=True), REMOVED),
    "reachability.head_reaches_memorydb": denying(6379, 6379),
    "reachability.nodes_reach_endpoints": ("vpc_endpoints.1.group_ids", ("sg-efs",)),
    "reachability.nodes_reach_s3": ("network.route_tables.1.routes", (_LOCAL,)),
    "reachability.nodes_reach_internet": ("network.nat_gateways.0.state", "failed"),
    "reachability.closed_to_internet": ("", Several(PUBLIC_HEAD, added("head", (8265, 8265), "8.0.0.0/8"))),
    "reachability.closed_to_clients": added("head", (6384, 6384), "10.0.0.0/8"),
    "reachability.tiers_closed": added("memorydb", (0, 65535), "10.0.0.0/16"),
}

_EACH_OTHER, _EFS, _INTERNET = (
    f"reachability.{name}" for name in ("nodes_reach_each_other", "nodes_reach_efs", "nodes_reach_internet")
)
_S3, _CLOSED = "reachability.nodes_reach_s3", "reachability.closed_to_internet"

MORE_FAULTS: tuple[tuple[str, str, Any], ...] = (
    (_EACH_OTHER, *denying(6379, 6379)),
    (_EACH_OTHER, *denying(15000, 15000)),
    (_EACH_OTHER, *denying(40000, 40000)),  # one of the ports that replies go to
    (_EACH_OTHER, *denying(40000, 40000, egress=True)),
    (_EACH_OTHER, rule_of("worker", "sg-head", 6379, egress=True), REMOVED),
    (_EACH_OTHER, f"{rule_of('head', 'sg-worker', 10002)}.last_port", 19998),
    (_EACH_OTHER, "network.route_tables.1.routes", (replace(_LOCAL, state="blackhole"), _TO_NAT)),
    (_EACH_OTHER, "network_interfaces.1.group_ids", ("sg-default",)),
    (_EFS, "file_systems.0.mount_targets.0.group_ids", ("sg-default",)),
    (_S3, "network.route_tables.1.routes", (_LOCAL, Route("pl-s3", "vpce-s3", "blackhole"), _TO_NAT)),
    (_S3, "vpc_endpoints.0.state", "failed"),
    (_S3, rule_of("head", "0.0.0.0/0", 443, egress=True), REMOVED),
    (_INTERNET, "network.route_tables.1.routes", (_LOCAL, replace(_TO_NAT, state="blackhole"))),
    (_INTERNET, "network.route_tables.1.routes", (_LOCAL, _TO_NAT, Route("8.8.8.0/24", "igw-1", "active"))),
    (_INTERNET, "network.nat_gateways.0.public_ips", ()),
    (_INTERNET, "network.internet_gateways", ()),
    (_INTERNET, *denying(1024, 2048)),  # ports that NAT gateways are answered on
    (_CLOSED, "", Several(PUBLIC_HEAD, added("head", (8000, 9000), "0.0.0.0/1"))),
    (_CLOSED, "", Several(PUBLIC_HEAD, added("head", (-1, -1), "128.0.0.0/1", protocol="-1"))),
    (_CLOSED, "", Several(PUBLIC_HEAD, added("head", (80, 80), "0.0.0.0/0"))),
)
