"""Network ACLs, interfaces and prefix lists as AWS would show them right after an apply."""

from __future__ import annotations

from ipaddress import IPv4Network

from config.ec2_cluster import Ec2ClusterConfig
from config.foundation import FoundationConfig
from scripts.inventory.network import Route
from scripts.inventory.network_acls import NetworkAcl, NetworkAclEntry
from scripts.inventory.network_interfaces import NetworkInterface
from scripts.inventory.prefix_lists import PrefixList, PrefixLists
from tests.audit.healthy_nodes import made_nodes

S3_LIST = "pl-s3"

ALLOW_ALL = tuple(
    NetworkAclEntry(number, egress, number == 100, "-1", None, None, "0.0.0.0/0")
    for egress in (False, True)
    for number in (100, 32767)
)
"""The entries of a default ACL."""


def block(config: FoundationConfig, zone: str, cidr: IPv4Network | str) -> str:
    """The addresses of a subnet; one of an existing network is known by its id only, and gets some of the VPC's."""
    if isinstance(cidr, IPv4Network):
        return str(cidr)
    zones = sorted({*config.layout.private, *config.layout.public})
    public = config.layout.public.get(zone) == cidr
    return str(list(config.network.cidr.subnets(new_prefix=22))[2 * zones.index(zone) + public])


def address(config: FoundationConfig, zone: str, number: int) -> str:
    """An address in the node subnet of a zone."""
    cidr = config.layout.node_subnets(public=config.access.public_nodes)[zone]
    return str(IPv4Network(block(config, zone, cidr))[number])


def network_acls(subnet_ids: list[str]) -> tuple[NetworkAcl, ...]:
    """The default one, which all subnets use."""
    return (NetworkAcl("acl-1", "", True, tuple(sorted(subnet_ids)), ALLOW_ALL, {}),)


def network_interfaces(config: FoundationConfig, subnet_ids: dict[str, str]) -> tuple[NetworkInterface, ...]:
    """One for each node, by the ids of the nodes' subnets."""
    made = made_nodes(config) if isinstance(config, Ec2ClusterConfig) else ()
    return tuple(
        NetworkInterface(
            network_interface_id=f"eni-{index}",
            description="",
            type="interface",
            subnet_id=subnet_ids[wanted.zone],
            instance_id=f"i-{index}",
            device_index=0,
            private_ips=(address(config, wanted.zone, index + 20),),
            ipv6_ips=(),
            public_ip="1.2.3.4" if config.access.public_nodes else None,
            group_ids=(f"sg-{wanted.tier}",),
        )
        for index, wanted in enumerate(each.node for each in made)
    )


def prefix_lists(config: FoundationConfig) -> PrefixLists:
    """That of S3: rules and routes name no other."""
    s3 = PrefixList(S3_LIST, f"com.amazonaws.{config.region}.s3", ("3.5.0.0/19", "52.216.0.0/15"))
    return PrefixLists((s3,), {})


def routes(config: FoundationConfig, target: str | None) -> tuple[Route, ...]:
    """Of one table: inside the VPC, to S3, and out."""
    out = (Route("0.0.0.0/0", target, "active"),) if target else ()
    return (Route(str(config.network.cidr), "local", "active"), Route(S3_LIST, "vpce-s3", "active"), *out)
