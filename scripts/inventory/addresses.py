"""Elastic IP addresses of the account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from config.label import CLUSTER_TAG
from scripts.inventory.reader import Reader
from scripts.inventory.reading import Read, Reading
from scripts.inventory.scope import Scope
from scripts.inventory.shapes import name_of, ordered, tags_of

DESCRIBE_ADDRESSES = Read("ec2", "DescribeAddresses", items="Addresses")


@dataclass(frozen=True)
class Address:
    """An Elastic IP address."""

    allocation_id: str
    name: str
    public_ip: str
    association_id: str | None
    ours: bool
    """Whether the state knows it, or it carries the cluster's tag."""


def collect_addresses(reader: Reader, scope: Scope) -> Reading[tuple[Address, ...]]:
    """Read all addresses: those of others count against the same quota."""
    known = frozenset(scope.state.values("aws_eip"))
    cluster = scope.environment.label.cluster
    return reader.start(DESCRIBE_ADDRESSES).parse(lambda answer: _addresses(answer, known, cluster))


def _addresses(answer: list[Any], known: frozenset[str], cluster: str) -> tuple[Address, ...]:
    addresses = (_address(address, known, cluster) for address in answer)
    return ordered(addresses, key=lambda address: (address.name, address.allocation_id))


def _address(address: Mapping[str, Any], known: frozenset[str], cluster: str) -> Address:
    allocation = str(address["AllocationId"])
    return Address(
        allocation_id=allocation,
        name=name_of(address),
        public_ip=address["PublicIp"],
        association_id=address.get("AssociationId") or None,
        ours=allocation in known or tags_of(address.get("Tags")).get(CLUSTER_TAG) == cluster,
    )
