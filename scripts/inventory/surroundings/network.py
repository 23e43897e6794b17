"""What stands in the VPC and routes or guards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scripts.inventory.endpoints import DESCRIBE_VPC_ENDPOINTS, service_name
from scripts.inventory.filters import one_of
from scripts.inventory.network import (
    DESCRIBE_INTERNET_GATEWAYS,
    DESCRIBE_NAT_GATEWAYS,
    DESCRIBE_ROUTE_TABLES,
    DESCRIBE_SUBNETS,
)
from scripts.inventory.network_acls import DESCRIBE_NETWORK_ACLS
from scripts.inventory.reader import Reader
from scripts.inventory.reading import Read
from scripts.inventory.scope import Scope
from scripts.inventory.security_groups import DEFAULT_GROUP, DESCRIBE_SECURITY_GROUPS
from scripts.inventory.surroundings.thing import Managed, Thing, Things, parsed, together

DESCRIBE_EGRESS_ONLY_GATEWAYS = Read("ec2", "DescribeEgressOnlyInternetGateways", items="EgressOnlyInternetGateways")
DESCRIBE_VPC_PEERINGS = Read("ec2", "DescribeVpcPeeringConnections", items="VpcPeeringConnections")
DESCRIBE_TRANSIT_ATTACHMENTS = Read("ec2", "DescribeTransitGatewayVpcAttachments", items="TransitGatewayVpcAttachments")
DESCRIBE_VPN_GATEWAYS = Read("ec2", "DescribeVpnGateways", items="VpnGateways")

ENDED = frozenset({"deleted", "deleting", "rejected", "expired", "failed"})
"""States in which something is shown for a while after its end."""
MADE_WITH_VPC = "AWS made it with the VPC"


def start_network(reader: Reader, scope: Scope, managed: Managed) -> Things:
    """Start the reads of everything in the VPC that routes or guards."""
    in_vpc = scope.vpc_filter
    attached = one_of("attachment.vpc-id", [scope.vpc_id])
    groups = in_vpc
    if scope.environment.network.existing is not None:
        # In a VPC of others only the groups of the state are looked at; what is tagged is found by its tag.
        groups = [*in_vpc, *one_of("group-id", _group_ids(scope))]
    parse = _Parser(scope.vpc_id, managed)
    return {
        "security_groups": parsed(parse.security_groups, reader.start(DESCRIBE_SECURITY_GROUPS, Filters=groups)),
        "subnets": parsed(parse.subnets, reader.start(DESCRIBE_SUBNETS, Filters=in_vpc)),
        "route_tables": parsed(parse.route_tables, reader.start(DESCRIBE_ROUTE_TABLES, Filters=in_vpc)),
        "network_acls": parsed(parse.network_acls, reader.start(DESCRIBE_NETWORK_ACLS, Filters=in_vpc)),
        "gateways": together(
            parsed(parse.internet_gateways, reader.start(DESCRIBE_INTERNET_GATEWAYS, Filters=attached)),
            parsed(parse.nat_gateways, reader.start(DESCRIBE_NAT_GATEWAYS, Filter=in_vpc)),
            parsed(parse.egress_only_gateways, reader.start(DESCRIBE_EGRESS_ONLY_GATEWAYS)),
            parsed(parse.peerings, reader.start(DESCRIBE_VPC_PEERINGS)),
            parsed(parse.transit_attachments, reader.start(DESCRIBE_TRANSIT_ATTACHMENTS, Filters=in_vpc)),
            parsed(parse.vpn_gateways, reader.start(DESCRIBE_VPN_GATEWAYS, Filters=attached)),
        ),
        "endpoints": parsed(parse.endpoints, reader.start(DESCRIBE_VPC_ENDPOINTS, Filters=in_vpc)),
    }


def _group_ids(scope: Scope) -> list[str]:
    """As the collector of security groups asks for them, so that there is one call."""
    return [*scope.state.values("aws_security_group"), *scope.state.values("aws_default_security_group")]


class _Parser:
    def __init__(self, vpc_id: str, managed: Managed) -> None:
        self._vpc_id = vpc_id
        self._managed = managed

    def security_groups(self, answer: list[Any]) -> Iterator[Thing]:
        for group in answer:
            made_by = MADE_WITH_VPC if group["GroupName"] == DEFAULT_GROUP else ""
            thing = self._of(group, "GroupId", "aws_security_group", "aws_default_security_group", made_by=made_by)
            yield Thing(thing.id, group["GroupName"], thing.managed, thing.tagged, made_by=thing.made_by)

    def subnets(self, answer: list[Any]) -> Iterator[Thing]:
        return (self._of(subnet, "SubnetId", "aws_subnet", note=subnet["CidrBlock"]) for subnet in answer)

    def route_tables(self, answer: list[Any]) -> Iterator[Thing]:
        for table in answer:
            main = any(association.get("Main") for association in table.get("Associations", ()))
            made_by = MADE_WITH_VPC if main else ""
            yield self._of(table, "RouteTableId", "aws_route_table", "aws_default_route_table", made_by=made_by)

    def network_acls(self, answer: list[Any]) -> Iterator[Thing]:
        for acl in answer:
            made_by = MADE_WITH_VPC if acl["IsDefault"] else ""
            yield self._of(acl, "NetworkAclId", "aws_network_acl", "aws_default_network_acl", made_by=made_by)

    def internet_gateways(self, answer: list[Any]) -> Iterator[Thing]:
        note = "internet gateway"
        return (self._of(gateway, "InternetGatewayId", "aws_internet_gateway", note=note) for gateway in answer)

    def nat_gateways(self, answer: list[Any]) -> Iterator[Thing]:
        there = (gateway for gateway in answer if gateway["State"] not in ENDED)
        return (self._of(gateway, "NatGatewayId", "aws_nat_gateway", note="NAT gateway") for gateway in there)

    def egress_only_gateways(self, answer: list[Any]) -> Iterator[Thing]:
        for gateway in answer:
            if any(each["VpcId"] == self._vpc_id for each in gateway.get("Attachments", ())):
                yield self._of(
                    gateway,
                    "EgressOnlyInternetGatewayId",
                    "aws_egress_only_internet_gateway",
                    note="egress-only internet gateway",
                )

    def peerings(self, answer: list[Any]) -> Iterator[Thing]:
        for peering in answer:
            sides = [peering.get(side, {}).get("VpcId") for side in ("RequesterVpcInfo", "AccepterVpcInfo")]
            if self._vpc_id in sides and peering["Status"]["Code"] not in ENDED:
                other = next((side for side in sides if side != self._vpc_id), None)
                note = f"peering with {other or 'another VPC'}"
                types = ("aws_vpc_peering_connection", "aws_vpc_peering_connection_accepter")
                yield self._of(peering, "VpcPeeringConnectionId", *types, note=note)

    def transit_attachments(self, answer: list[Any]) -> Iterator[Thing]:
        for attachment in answer:
            if attachment["State"] not in ENDED:
                note = f"attachment to transit gateway {attachment.get('TransitGatewayId', '')}"
                type_ = "aws_ec2_transit_gateway_vpc_attachment"
                yield self._of(attachment, "TransitGatewayAttachmentId", type_, note=note)

    def vpn_gateways(self, answer: list[Any]) -> Iterator[Thing]:
        there = (gateway for gateway in answer if gateway["State"] not in ENDED)
        return (self._of(gateway, "VpnGatewayId", "aws_vpn_gateway", note="VPN gateway") for gateway in there)

    def endpoints(self, answer: list[Any]) -> Iterator[Thing]:
        for endpoint in answer:
            if endpoint["State"].lower() not in ENDED:
                yield self._of(endpoint, "VpcEndpointId", "aws_vpc_endpoint", note=service_name(endpoint))

    def _of(self, answer: Mapping[str, Any], key: str, *types: str, **more: Any) -> Thing:
        return self._managed.of_ec2(answer, answer[key], *types, **more)
