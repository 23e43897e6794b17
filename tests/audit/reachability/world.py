"""The small environment, with changes: `cell(change(…), "internet", "head", "dashboard")`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from config.ec2_cluster import Ec2ClusterConfig
from scripts.audit.reachability.matrix import Cell, port_matrix
from scripts.inventory import Inventory
from scripts.inventory.network import Route
from scripts.inventory.network_acls import NetworkAclEntry
from scripts.inventory.reading import readable
from scripts.inventory.security_groups import SecurityGroupRule
from tests.audit.change import change
from tests.audit.environments import load
from tests.audit.healthy import healthy
from tests.audit.healthy_reachability import ALLOW_ALL

SMALL = load("small")
HEALTHY = healthy(SMALL)

LOCAL = Route("10.0.0.0/16", "local", "active")
S3 = Route("pl-s3", "vpce-s3", "active")
NAT = Route("0.0.0.0/0", "nat-us-west-2a", "active")
GATEWAY = Route("0.0.0.0/0", "igw-1", "active")

HEAD_TABLE = "network.route_tables.1.routes"
"""Of the private subnet in us-west-2a, where the head is, a worker, and mount targets."""

Change = tuple[str, Any]


def changed(*changes: Change, inventory: Inventory = HEALTHY) -> Inventory:
    """The healthy inventory with changes."""
    for path, value in changes:
        inventory = change(inventory, path, value)
    return inventory


def cell(inventory: Inventory, source: str, destination: str, port: str, *, config: Ec2ClusterConfig = SMALL) -> Cell:
    """One cell of the matrix."""
    (found,) = (
        each
        for each in port_matrix(inventory, config).cells
        if (each.source, each.destination, each.port) == (source, destination, port)
    )
    return found


def rules(*more: SecurityGroupRule, without: str = "") -> Change:
    """Further rules, and the declared ones but those of an id."""
    kept = tuple(rule for rule in readable(HEALTHY.security_groups.rules) if rule.rule_id != without)
    return "security_groups.rules", (*kept, *more)


def rule(group: str, ports: tuple[int, int], peer: str, *, egress: bool = False, protocol: str = "tcp") -> Any:
    """One rule made by hand."""
    return SecurityGroupRule("sgr-x", f"sg-{group}", egress, protocol, *ports, peer, "by hand")


def acl(*entries: NetworkAclEntry) -> Change:
    """Entries of the network ACL before the default ones."""
    return "network_acls.0.entries", (*entries, *ALLOW_ALL)


def public_head(public_ip: str | None = "1.2.3.4", ipv6_ips: tuple[str, ...] = ()) -> Change:
    """The head in a subnet with a route to the internet gateway."""
    head = readable(HEALTHY.network_interfaces)[0]
    moved = replace(head, subnet_id="subnet-public-us-west-2a", public_ip=public_ip, ipv6_ips=ipv6_ips)
    return "network_interfaces.0", moved


def public_table() -> str:
    """Where the routes of the public subnet in us-west-2a are."""
    tables = readable(HEALTHY.network.route_tables)
    index = next(i for i, table in enumerate(tables) if "subnet-public-us-west-2a" in table.subnet_ids)
    return f"network.route_tables.{index}.routes"
