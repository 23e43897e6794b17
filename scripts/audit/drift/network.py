"""VPC, subnets, and what routes between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scripts.audit.drift.deployed import Deployed
from scripts.audit.drift.translator import (
    COMPUTED,
    FOLLOWS,
    OWN,
    TAGS,
    Case,
    Same,
    Translator,
    added,
    at,
    by_item,
    fields,
    left_out,
    numbers,
    renamed,
    tags,
)
from scripts.inventory.addresses import DESCRIBE_ADDRESSES
from scripts.inventory.network import (
    DESCRIBE_INTERNET_GATEWAYS,
    DESCRIBE_NAT_GATEWAYS,
    DESCRIBE_ROUTE_TABLES,
    DESCRIBE_SUBNETS,
    DESCRIBE_VPC_ATTRIBUTE,
    DESCRIBE_VPCS,
)
from scripts.state import Resource

_DESTINATIONS = {
    "destination_cidr_block": "DestinationCidrBlock",
    "destination_ipv6_cidr_block": "DestinationIpv6CidrBlock",
    "destination_prefix_list_id": "DestinationPrefixListId",
}
_TARGETS = {
    "gateway_id": "GatewayId",
    "nat_gateway_id": "NatGatewayId",
    "transit_gateway_id": "TransitGatewayId",
    "vpc_peering_connection_id": "VpcPeeringConnectionId",
    "egress_only_gateway_id": "EgressOnlyInternetGatewayId",
    "network_interface_id": "NetworkInterfaceId",
    "instance_id": "InstanceId",
    "carrier_gateway_id": "CarrierGatewayId",
    "local_gateway_id": "LocalGatewayId",
    "core_network_arn": "CoreNetworkArn",
}
_ENDPOINT = "vpce-"
_GONE = frozenset({"deleted", "deleting"})


def _vpc_attribute(attribute: str) -> Same:
    answer_field = attribute[0].upper() + attribute[1:]

    def read(case: Case) -> Any:
        document = case.deployed.document(DESCRIBE_VPC_ATTRIBUTE, VpcId=case.state("id"), Attribute=attribute)
        return document[answer_field]["Value"]

    return Same(read)


def _ipv6_block(case: Case) -> Any:
    return next(_ipv6_blocks(case.answer), None)


def _ipv6_blocks(answer: Mapping[str, Any]) -> Iterator[str]:
    for block in answer.get("Ipv6CidrBlockAssociationSet") or ():
        if block.get("Ipv6CidrBlockState", {}).get("State") == "associated":
            yield block["Ipv6CidrBlock"]


def _added_blocks(case: Case) -> list[str]:
    first = case.answer["CidrBlock"]
    blocks = case.answer.get("CidrBlockAssociationSet") or ()
    return [each["CidrBlock"] for each in blocks if each["CidrBlock"] != first and _is_associated(each)]


def _is_associated(block: Mapping[str, Any]) -> bool:
    return bool(block.get("CidrBlockState", {}).get("State", "associated") == "associated")


def _main_table(case: Case) -> Any:
    tables = case.deployed.items(DESCRIBE_ROUTE_TABLES, "VpcId", case.state("id"))
    mains = (table["RouteTableId"] for table in tables for each in table.get("Associations") or () if each.get("Main"))
    return next(mains, None)


VPC = Translator(
    "aws_vpc",
    by_item(DESCRIBE_VPCS, "VpcId"),
    {
        **fields("cidr_block instance_tenancy dhcp_options_id owner_id"),
        "enable_dns_support": _vpc_attribute("enableDnsSupport"),
        "enable_dns_hostnames": _vpc_attribute("enableDnsHostnames"),
        "enable_network_address_usage_metrics": _vpc_attribute("enableNetworkAddressUsageMetrics"),
        "ipv6_cidr_block": Same(_ipv6_block),
        "main_route_table_id": Same(_main_table),
        "secondary_cidr_blocks": added(_added_blocks),
        **tags(),
    },
    left_out(
        (COMPUTED, "arn id ipv6_association_id default_network_acl_id default_security_group_id"),
        (TAGS, "tags"),
        (FOLLOWS, "default_route_table_id assign_generated_ipv6_cidr_block ipv6_cidr_block_network_border_group"),
        (OWN, "ipv4_ipam_pool_id ipv4_netmask_length ipv6_ipam_pool_id ipv6_netmask_length"),
    ),
)

SUBNET = Translator(
    "aws_subnet",
    by_item(DESCRIBE_SUBNETS, "SubnetId"),
    {
        **fields("availability_zone availability_zone_id cidr_block map_public_ip_on_launch vpc_id owner_id"),
        **fields("assign_ipv6_address_on_creation enable_dns64 ipv6_native"),
        **numbers("enable_lni_at_device_index"),
        **fields("customer_owned_ipv4_pool map_customer_owned_ip_on_launch outpost_arn"),
        **renamed(
            private_dns_hostname_type_on_launch="PrivateDnsNameOptionsOnLaunch.HostnameType",
            enable_resource_name_dns_a_record_on_launch="PrivateDnsNameOptionsOnLaunch.EnableResourceNameDnsARecord",
            enable_resource_name_dns_aaaa_record_on_launch=(
                "PrivateDnsNameOptionsOnLaunch.EnableResourceNameDnsAAAARecord"
            ),
        ),
        "ipv6_cidr_block": Same(_ipv6_block),
        **tags(),
    },
    left_out((COMPUTED, "arn id ipv6_cidr_block_association_id"), (TAGS, "tags"), (OWN, "timeouts")),
)

INTERNET_GATEWAY = Translator(
    "aws_internet_gateway",
    by_item(DESCRIBE_INTERNET_GATEWAYS, "InternetGatewayId"),
    {
        "vpc_id": Same(lambda case: next((each["VpcId"] for each in case.answer.get("Attachments") or ()), None)),
        **fields("owner_id"),
        **tags(),
    },
    left_out((COMPUTED, "arn id"), (TAGS, "tags"), (OWN, "timeouts")),
)


def _nat_gateway(resource: Resource, deployed: Deployed) -> Any:
    gateway = deployed.item(DESCRIBE_NAT_GATEWAYS, "NatGatewayId", resource.attributes["id"])
    return None if gateway is None or gateway["State"] in _GONE else gateway


def _nat_allocation(case: Case) -> Any:
    addresses = case.answer.get("NatGatewayAddresses") or [{}]
    return next((each for each in addresses if each.get("IsPrimary")), addresses[0]).get("AllocationId")


def _nat_secondary(case: Case) -> list[str]:
    first = _nat_allocation(case)
    ids = (each.get("AllocationId") for each in case.answer.get("NatGatewayAddresses") or ())
    return [id_ for id_ in ids if id_ and id_ != first]


NAT_GATEWAY = Translator(
    "aws_nat_gateway",
    _nat_gateway,
    {
        **fields("connectivity_type subnet_id"),
        "allocation_id": Same(_nat_allocation),
        "secondary_allocation_ids": Same(_nat_secondary),
        **tags(),
    },
    left_out(
        (COMPUTED, "id association_id network_interface_id private_ip public_ip"),
        (FOLLOWS, "secondary_private_ip_address_count secondary_private_ip_addresses"),
        (TAGS, "tags"),
        (OWN, "timeouts"),
    ),
)

ADDRESS = Translator(
    "aws_eip",
    by_item(DESCRIBE_ADDRESSES, "AllocationId"),
    {**fields("domain public_ip"), **tags()},
    left_out(
        (COMPUTED, "allocation_id arn id carrier_ip private_dns public_dns ptr_record"),
        (COMPUTED, "customer_owned_ip network_border_group public_ipv4_pool"),
        # Filled on the next refresh only: the gateway that uses the address is made after it.
        (FOLLOWS, "association_id instance network_interface private_ip vpc"),
        (OWN, "address associate_with_private_ip customer_owned_ipv4_pool ipam_pool_id timeouts"),
        (TAGS, "tags"),
    ),
)


def _route(resource: Resource, deployed: Deployed) -> Any:
    table = deployed.item(DESCRIBE_ROUTE_TABLES, "RouteTableId", resource.attributes["route_table_id"])
    routes = table["Routes"] if table else ()
    return next((route for route in routes if _leads_to(route, resource)), None)


def _leads_to(route: Mapping[str, Any], resource: Resource) -> bool:
    return all(
        (route.get(theirs) or "") == (resource.attributes.get(ours) or "") for ours, theirs in _DESTINATIONS.items()
    )


def _gateway(case: Case) -> Any:
    gateway = case.answer.get("GatewayId") or ""
    return None if gateway.startswith(_ENDPOINT) else gateway


def _endpoint(case: Case) -> Any:
    gateway = case.answer.get("GatewayId") or ""
    return gateway if gateway.startswith(_ENDPOINT) else None


ROUTE = Translator(
    "aws_route",
    _route,
    {
        **renamed(**{name: path for name, path in _TARGETS.items() if name not in ("gateway_id", "instance_id")}),
        "gateway_id": Same(_gateway),
        "vpc_endpoint_id": Same(_endpoint),
        "state": Same(at("State")),
    },
    left_out(
        (COMPUTED, "id instance_owner_id origin"),
        ("find the route", "route_table_id " + " ".join(_DESTINATIONS)),
        ("an instance is a target by its network interface, which is compared", "instance_id"),
        (OWN, "timeouts"),
    ),
)


def _added_routes(case: Case) -> list[str]:
    """Routes of a table that are no resource of their own: not the VPC's, and not those of gateway endpoints."""
    ours = case.deployed.resources("aws_route", "route_table_id", case.state("id"))
    return [
        _route_text(route)
        for route in case.answer.get("Routes") or ()
        if route.get("GatewayId") != "local"
        and not (route.get("GatewayId") or "").startswith(_ENDPOINT)
        and not any(_leads_to(route, each) for each in ours)
    ]


def _route_text(route: Mapping[str, Any]) -> str:
    destination = next((route[key] for key in _DESTINATIONS.values() if route.get(key)), "unknown")
    target = next((route[key] for key in _TARGETS.values() if route.get(key)), "unknown")
    return f"{destination} to {target}"


def _added_associations(case: Case) -> list[str]:
    ours = case.deployed.resources("aws_route_table_association", "route_table_id", case.state("id"))
    known = {each.attributes.get(name) for each in ours for name in ("subnet_id", "gateway_id")}
    ids = (each.get("SubnetId") or each.get("GatewayId") for each in case.answer.get("Associations") or ())
    return [id_ for id_ in ids if id_ and id_ not in known]


ROUTE_TABLE = Translator(
    "aws_route_table",
    by_item(DESCRIBE_ROUTE_TABLES, "RouteTableId"),
    {
        **fields("vpc_id owner_id"),
        "route": added(_added_routes),
        "association": added(_added_associations),
        "propagating_vgws": Same(lambda case: [each["GatewayId"] for each in case.answer.get("PropagatingVgws") or ()]),
        **tags(),
    },
    left_out((COMPUTED, "arn id"), (TAGS, "tags"), (OWN, "timeouts")),
)


def _association(resource: Resource, deployed: Deployed) -> Any:
    """By subnet, not by id: a subnet that was given another table has a new association."""
    wanted = resource.attributes.get("subnet_id") or resource.attributes.get("gateway_id")
    deployed.require(DESCRIBE_ROUTE_TABLES)
    tables = deployed.grouped(DESCRIBE_ROUTE_TABLES, "RouteTableId").values()
    associations = (each for table in tables for each in table[0].get("Associations") or ())
    return next((each for each in associations if wanted in (each.get("SubnetId"), each.get("GatewayId"))), None)


ROUTE_TABLE_ASSOCIATION = Translator(
    "aws_route_table_association",
    _association,
    fields("route_table_id subnet_id gateway_id"),
    left_out((COMPUTED, "id"), (OWN, "timeouts")),
)

TRANSLATORS = (
    VPC,
    SUBNET,
    INTERNET_GATEWAY,
    NAT_GATEWAY,
    ADDRESS,
    ROUTE,
    ROUTE_TABLE,
    ROUTE_TABLE_ASSOCIATION,
)
