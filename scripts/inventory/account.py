"""What the account holds in the region beside the environment: it counts against the same quotas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from scripts.inventory.efs import DESCRIBE_FILE_SYSTEMS
from scripts.inventory.network import (
    DESCRIBE_INTERNET_GATEWAYS,
    DESCRIBE_NAT_GATEWAYS,
    DESCRIBE_SUBNETS,
    DESCRIBE_VPCS,
)
from scripts.inventory.reader import Reader
from scripts.inventory.reading import Reading, Unreadable
from scripts.inventory.s3 import LIST_BUCKETS
from scripts.inventory.shapes import ordered

_ENDED = frozenset({"deleted", "failed"})


@dataclass(frozen=True)
class SubnetRoom:
    """A subnet of the account: where it is, and how much room it has."""

    subnet_id: str
    zone: str
    zone_id: str
    """The same place in every account, unlike the name of the zone: `usw2-az1`."""
    free_addresses: int


@dataclass(frozen=True)
class Account:
    """Numbers of things in the account and region."""

    vpcs: Reading[int]
    internet_gateways: Reading[int]
    nat_gateways: Reading[Mapping[str, int]]
    """By zone; `?` for those whose subnet is not ours to see."""
    subnets: Reading[tuple[SubnetRoom, ...]]
    buckets: Reading[int]
    """Of the account in all regions: that is what the quota counts."""
    file_systems: Reading[int]


def collect_account(reader: Reader) -> Account:
    """Read without a filter: the environment's own reads see only its VPC."""
    vpcs = reader.start(DESCRIBE_VPCS)
    gateways = reader.start(DESCRIBE_INTERNET_GATEWAYS)
    nat_gateways = reader.start(DESCRIBE_NAT_GATEWAYS)
    all_subnets = reader.start(DESCRIBE_SUBNETS)
    buckets = reader.start(LIST_BUCKETS)
    file_systems = reader.start(DESCRIBE_FILE_SYSTEMS)
    subnets = all_subnets.parse(_subnets)
    return Account(
        vpcs=vpcs.parse(partial(_count, "VpcId")),
        internet_gateways=gateways.parse(partial(_count, "InternetGatewayId")),
        nat_gateways=subnets
        if isinstance(subnets, Unreadable)
        else nat_gateways.parse(lambda answer: _by_zone(answer, subnets)),
        subnets=subnets,
        buckets=buckets.parse(partial(_count, "Name")),
        file_systems=file_systems.parse(partial(_count, "FileSystemId")),
    )


def _count(id_: str, answer: list[Any]) -> int:
    """How many there are: what has no id is no answer."""
    return len({each[id_] for each in answer})


def _subnets(answer: list[Any]) -> tuple[SubnetRoom, ...]:
    rooms = (
        SubnetRoom(
            subnet_id=subnet["SubnetId"],
            zone=subnet["AvailabilityZone"],
            zone_id=subnet["AvailabilityZoneId"],
            free_addresses=subnet["AvailableIpAddressCount"],
        )
        for subnet in answer
    )
    return ordered(rooms, key=lambda room: room.subnet_id)


def _by_zone(answer: list[Any], subnets: tuple[SubnetRoom, ...]) -> dict[str, int]:
    zones = {room.subnet_id: room.zone for room in subnets}
    # A regional NAT gateway stands in no subnet.
    found = [zones.get(gateway.get("SubnetId", ""), "?") for gateway in answer if gateway["State"] not in _ENDED]
    return {zone: found.count(zone) for zone in sorted(set(found))}
