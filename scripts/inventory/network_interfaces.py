"""Network interfaces of the VPC: of nodes, endpoints, mount targets and whatever else stands there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scripts.inventory.reader import Reader
from scripts.inventory.reading import Read, Reading
from scripts.inventory.scope import Scope
from scripts.inventory.shapes import ordered

DESCRIBE_NETWORK_INTERFACES = Read("ec2", "DescribeNetworkInterfaces", items="NetworkInterfaces")


@dataclass(frozen=True)
class NetworkInterface:
    """A network interface."""

    network_interface_id: str
    description: str
    type: str
    """`interface`, `nat_gateway`, `vpc_endpoint` …"""
    subnet_id: str
    instance_id: str | None
    device_index: int | None
    """0 is the instance's primary one."""
    private_ips: tuple[str, ...]
    ipv6_ips: tuple[str, ...]
    public_ip: str | None
    group_ids: tuple[str, ...]
    source_dest_check: bool = True
    """Whether it drops what is neither from nor to one of its own addresses."""


def collect_network_interfaces(reader: Reader, scope: Scope) -> Reading[tuple[NetworkInterface, ...]]:
    """Read the interfaces in the VPC: one call, however many instances."""
    return reader.start(DESCRIBE_NETWORK_INTERFACES, Filters=scope.vpc_filter).parse(_interfaces)


def _interfaces(answer: list[Any]) -> tuple[NetworkInterface, ...]:
    return ordered(map(_interface, answer), key=lambda interface: interface.network_interface_id)


def _interface(answer: Mapping[str, Any]) -> NetworkInterface:
    attachment = answer.get("Attachment") or {}
    return NetworkInterface(
        network_interface_id=answer["NetworkInterfaceId"],
        description=answer.get("Description", ""),
        type=answer.get("InterfaceType", "interface"),
        subnet_id=answer["SubnetId"],
        instance_id=attachment.get("InstanceId"),
        device_index=attachment.get("DeviceIndex"),
        private_ips=_private_ips(answer),
        ipv6_ips=tuple(sorted(address["Ipv6Address"] for address in answer.get("Ipv6Addresses") or ())),
        public_ip=_public_ip(answer),
        group_ids=tuple(sorted(group["GroupId"] for group in answer["Groups"])),
        source_dest_check=answer["SourceDestCheck"],
    )


def _private_ips(answer: Mapping[str, Any]) -> tuple[str, ...]:
    more = {address["PrivateIpAddress"] for address in answer.get("PrivateIpAddresses") or ()}
    return tuple(sorted(more | {answer["PrivateIpAddress"]}))


def _public_ip(answer: Mapping[str, Any]) -> str | None:
    """Any one: a secondary address may have one though the first has none."""
    holders = [answer, *(answer.get("PrivateIpAddresses") or ())]
    found = ((holder.get("Association") or {}).get("PublicIp") for holder in holders)
    return next((str(address) for address in found if address), None)
