"""Network ACLs of the VPC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scripts.inventory.reader import Reader
from scripts.inventory.reading import Read, Reading
from scripts.inventory.scope import Scope
from scripts.inventory.shapes import Tags, name_of, ordered, tags_of

DESCRIBE_NETWORK_ACLS = Read("ec2", "DescribeNetworkAcls", items="NetworkAcls")


@dataclass(frozen=True)
class NetworkAclEntry:
    """One rule of a network ACL."""

    number: int
    """The lowest that matches a packet decides."""
    egress: bool
    allows: bool
    protocol: str
    """`-1` for all, else the number: `6` is TCP."""
    first_port: int | None
    last_port: int | None
    """None for all ports."""
    cidr: str
    """IPv4 or IPv6."""


@dataclass(frozen=True)
class NetworkAcl:
    """A network ACL and the subnets that use it."""

    network_acl_id: str
    name: str
    default: bool
    subnet_ids: tuple[str, ...]
    entries: tuple[NetworkAclEntry, ...]
    """By direction and number."""
    tags: Tags


def collect_network_acls(reader: Reader, scope: Scope) -> Reading[tuple[NetworkAcl, ...]]:
    """Read the network ACLs of the VPC: one call."""
    return reader.start(DESCRIBE_NETWORK_ACLS, Filters=scope.vpc_filter).parse(_network_acls)


def _network_acls(answer: list[Any]) -> tuple[NetworkAcl, ...]:
    acls = (
        NetworkAcl(
            network_acl_id=acl["NetworkAclId"],
            name=name_of(acl),
            default=acl["IsDefault"],
            subnet_ids=tuple(sorted(association["SubnetId"] for association in acl["Associations"])),
            entries=ordered(map(_entry, acl["Entries"]), key=lambda entry: (entry.egress, entry.number, entry.cidr)),
            tags=tags_of(acl.get("Tags")),
        )
        for acl in answer
    )
    return ordered(acls, key=lambda acl: acl.network_acl_id)


def _entry(entry: Mapping[str, Any]) -> NetworkAclEntry:
    ports = entry.get("PortRange") or {}
    return NetworkAclEntry(
        number=entry["RuleNumber"],
        egress=entry["Egress"],
        allows=entry["RuleAction"] == "allow",
        protocol=str(entry["Protocol"]),
        first_port=ports.get("From"),
        last_port=ports.get("To"),
        cidr=entry.get("CidrBlock") or entry["Ipv6CidrBlock"],
    )
