"""VPC, subnets and what routes between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from config.anyscale_cloud import AnyscaleCloudConfig
from scripts.inventory.filters import one_of
from scripts.inventory.reader import Answer, Reader
from scripts.inventory.reading import Read, Reading, Unreadable
from scripts.inventory.scope import Scope
from scripts.inventory.shapes import Tags, name_of, ordered, tags_of

DESCRIBE_VPCS = Read("ec2", "DescribeVpcs", items="Vpcs")
DESCRIBE_VPC_ATTRIBUTE = Read("ec2", "DescribeVpcAttribute")
DESCRIBE_DHCP_OPTIONS = Read("ec2", "DescribeDhcpOptions", items="DhcpOptions")
DESCRIBE_SUBNETS = Read("ec2", "DescribeSubnets", items="Subnets")
DESCRIBE_ROUTE_TABLES = Read("ec2", "DescribeRouteTables", items="RouteTables")
DESCRIBE_INTERNET_GATEWAYS = Read("ec2", "DescribeInternetGateways", items="InternetGateways")
DESCRIBE_NAT_GATEWAYS = Read("ec2", "DescribeNatGateways", items="NatGateways")

AMAZON_DNS = "AmazonProvidedDNS"
"""How DHCP options name Amazon's own servers."""
_DESTINATIONS = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")
_TARGETS = (
    "GatewayId", "NatGatewayId", "TransitGatewayId", "VpcPeeringConnectionId", "EgressOnlyInternetGatewayId",
    "NetworkInterfaceId", "InstanceId", "CarrierGatewayId", "LocalGatewayId", "CoreNetworkArn",
    "OdbNetworkArn",
)  # fmt: skip

_NOT_HELD = frozenset({"disassociated", "disassociating", "failed", "failing"})
"""https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_VpcCidrBlockState.html"""


@dataclass(frozen=True)
class Vpc:
    """A VPC."""

    vpc_id: str
    name: str
    cidrs: tuple[str, ...]
    tags: Tags
    ipv6_cidrs: tuple[str, ...] = ()
    owner_id: str = ""
    """The account that it belongs to, where that is said: a subnet of it may be shared with this one."""


@dataclass(frozen=True)
class Subnet:
    """A subnet."""

    subnet_id: str
    name: str
    zone: str
    cidr: str
    maps_public_ip: bool
    tags: Tags
    ipv6_cidrs: tuple[str, ...] = ()
    zone_id: str = ""
    """The zone's name that is the same in all accounts: `usw2-az1`."""
    owner_id: str = ""
    """As that of the VPC."""


@dataclass(frozen=True)
class Route:
    """One route: `0.0.0.0/0` to `igw-…`."""

    destination: str
    target: str
    state: str


@dataclass(frozen=True)
class RouteTable:
    """A route table and the subnets that use it."""

    route_table_id: str
    name: str
    main: bool
    subnet_ids: tuple[str, ...]
    routes: tuple[Route, ...]


@dataclass(frozen=True)
class InternetGateway:
    """An internet gateway that is attached to the VPC."""

    internet_gateway_id: str
    name: str


@dataclass(frozen=True)
class NatGateway:
    """A NAT gateway."""

    nat_gateway_id: str
    name: str
    subnet_id: str
    state: str
    public_ips: tuple[str, ...]


@dataclass(frozen=True)
class Network:
    """The VPC of the environment, whoever manages it."""

    vpcs: Reading[tuple[Vpc, ...]]
    dns_support: Reading[bool]
    dns_hostnames: Reading[bool]
    subnets: Reading[tuple[Subnet, ...]]
    route_tables: Reading[tuple[RouteTable, ...]]
    internet_gateways: Reading[tuple[InternetGateway, ...]]
    nat_gateways: Reading[tuple[NatGateway, ...]]
    dns_servers: Reading[tuple[str, ...]] = (AMAZON_DNS,)
    """What the DHCP options of the VPC name; read of an Anyscale cloud only."""


def collect_network(reader: Reader, scope: Scope) -> Network:
    """Read everything in the VPC that routes."""
    in_vpc = scope.vpc_filter
    attached = one_of("attachment.vpc-id", [scope.vpc_id])
    vpcs = reader.start(DESCRIBE_VPCS, Filters=in_vpc)
    dns_support = reader.start(DESCRIBE_VPC_ATTRIBUTE, VpcId=scope.vpc_id, Attribute="enableDnsSupport")
    dns_hostnames = reader.start(DESCRIBE_VPC_ATTRIBUTE, VpcId=scope.vpc_id, Attribute="enableDnsHostnames")
    subnets = reader.start(DESCRIBE_SUBNETS, Filters=in_vpc)
    route_tables = reader.start(DESCRIBE_ROUTE_TABLES, Filters=in_vpc)
    internet_gateways = reader.start(DESCRIBE_INTERNET_GATEWAYS, Filters=attached)
    nat_gateways = reader.start(DESCRIBE_NAT_GATEWAYS, Filter=in_vpc)
    return Network(
        vpcs=vpcs.parse(_vpcs),
        dns_support=dns_support.parse(partial(_attribute, "EnableDnsSupport")),
        dns_hostnames=dns_hostnames.parse(partial(_attribute, "EnableDnsHostnames")),
        subnets=subnets.parse(_subnets),
        route_tables=route_tables.parse(_route_tables),
        internet_gateways=internet_gateways.parse(_internet_gateways),
        nat_gateways=nat_gateways.parse(_nat_gateways),
        dns_servers=_dns_servers(reader, vpcs) if isinstance(scope.environment, AnyscaleCloudConfig) else (AMAZON_DNS,),
    )


def _dns_servers(reader: Reader, vpcs: Answer) -> Reading[tuple[str, ...]]:
    """https://docs.aws.amazon.com/vpc/latest/userguide/DHCPOptionSetConcepts.html"""
    ids = vpcs.parse(lambda answer: [vpc["DhcpOptionsId"] for vpc in answer if vpc.get("DhcpOptionsId")])
    if isinstance(ids, Unreadable):
        return ids
    named = one_of("dhcp-options-id", ids)
    return reader.start(DESCRIBE_DHCP_OPTIONS, Filters=named).parse(_servers) if ids else (AMAZON_DNS,)


def _servers(answer: list[Any]) -> tuple[str, ...]:
    """Without options of its own a VPC has Amazon's server."""
    configurations = (each for options in answer for each in options.get("DhcpConfigurations", ()))
    servers = [each["Values"] for each in configurations if each["Key"] == "domain-name-servers"]
    found = tuple(value["Value"] for values in servers for value in values)
    return found if answer else (AMAZON_DNS,)


def _vpcs(answer: list[Any]) -> tuple[Vpc, ...]:
    vpcs = (
        Vpc(
            vpc_id=vpc["VpcId"],
            name=name_of(vpc),
            cidrs=_cidrs(vpc),
            tags=tags_of(vpc.get("Tags")),
            ipv6_cidrs=_ipv6_cidrs(vpc),
            owner_id=vpc.get("OwnerId", ""),
        )
        for vpc in answer
    )
    return ordered(vpcs, key=lambda vpc: vpc.vpc_id)


def _cidrs(vpc: Mapping[str, Any]) -> tuple[str, ...]:
    """The VPC's own block first, then those that were added to it; one that was taken away is shown for a while."""
    blocks = vpc.get("CidrBlockAssociationSet") or ()
    more = {block["CidrBlock"] for block in blocks if block.get("CidrBlockState", {}).get("State") not in _NOT_HELD}
    return (vpc["CidrBlock"], *sorted(more - {vpc["CidrBlock"]}))


def _ipv6_cidrs(answer: Mapping[str, Any]) -> tuple[str, ...]:
    """Blocks of a VPC or subnet; one that was taken away is shown for a while."""
    blocks = answer.get("Ipv6CidrBlockAssociationSet") or ()
    held = (block for block in blocks if block["Ipv6CidrBlockState"]["State"] not in _NOT_HELD)
    return tuple(sorted(block["Ipv6CidrBlock"] for block in held))


def _attribute(name: str, answer: Mapping[str, Any]) -> bool:
    return bool(answer[name]["Value"])


def _subnets(answer: list[Any]) -> tuple[Subnet, ...]:
    subnets = (
        Subnet(
            subnet_id=subnet["SubnetId"],
            name=name_of(subnet),
            zone=subnet["AvailabilityZone"],
            cidr=subnet["CidrBlock"],
            maps_public_ip=subnet["MapPublicIpOnLaunch"],
            tags=tags_of(subnet.get("Tags")),
            ipv6_cidrs=_ipv6_cidrs(subnet),
            zone_id=subnet.get("AvailabilityZoneId", ""),
            owner_id=subnet.get("OwnerId", ""),
        )
        for subnet in answer
    )
    return ordered(subnets, key=lambda subnet: (subnet.name, subnet.zone, subnet.subnet_id))


def _route_tables(answer: list[Any]) -> tuple[RouteTable, ...]:
    tables = (
        RouteTable(
            route_table_id=table["RouteTableId"],
            name=name_of(table),
            main=any(association.get("Main") for association in table.get("Associations", ())),
            subnet_ids=tuple(sorted(_associated(table))),
            routes=ordered(map(_route, table.get("Routes", ())), key=lambda route: (route.destination, route.target)),
        )
        for table in answer
    )
    return ordered(tables, key=lambda table: (table.name, table.route_table_id))


def _associated(table: Mapping[str, Any]) -> list[str]:
    return [association["SubnetId"] for association in table.get("Associations", ()) if association.get("SubnetId")]


def _route(route: Mapping[str, Any]) -> Route:
    destination = next(route[key] for key in _DESTINATIONS if route.get(key))
    target = next((route[key] for key in _TARGETS if route.get(key)), "unknown")
    return Route(destination, target, route.get("State", "unknown"))


def _internet_gateways(answer: list[Any]) -> tuple[InternetGateway, ...]:
    gateways = (InternetGateway(gateway["InternetGatewayId"], name_of(gateway)) for gateway in answer)
    return ordered(gateways, key=lambda gateway: gateway.internet_gateway_id)


def _nat_gateways(answer: list[Any]) -> tuple[NatGateway, ...]:
    gateways = (
        NatGateway(
            nat_gateway_id=gateway["NatGatewayId"],
            name=name_of(gateway),
            subnet_id=gateway["SubnetId"],
            state=gateway["State"],
            public_ips=tuple(sorted(_public_ips(gateway))),
        )
        for gateway in answer
        if gateway["State"] != "deleted"  # shown for about an hour after its end
    )
    return ordered(gateways, key=lambda gateway: (gateway.name, gateway.nat_gateway_id))


def _public_ips(gateway: Mapping[str, Any]) -> list[str]:
    return [address["PublicIp"] for address in gateway.get("NatGatewayAddresses", ()) if address.get("PublicIp")]
