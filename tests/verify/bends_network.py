"""Routes, subnets and DNS."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv4Network
from typing import Any

from config.anyscale import CloudAccessConfig
from config.anyscale_cloud import AnyscaleCloudConfig
from config.network import ExistingNetworkConfig, NetworkConfig
from tests.verify.bending import Bend, Declared, Make, anyway
from tests.verify.deployment import Deployment

EVERYWHERE = "0.0.0.0/0"
INTERNET, ENDPOINT = "anyscale.nodes_reach_internet", "anyscale.s3_endpoint"
ZONE = "us-west-2a"


def table_of(d: Deployment, tier: str) -> dict[str, Any]:
    """The route table of a subnet in the first zone."""
    subnet = d.output(f"{tier}_subnet_ids")[ZONE]
    filters = [{"Name": "association.subnet-id", "Values": [subnet]}]
    found: dict[str, Any] = d.client("ec2").describe_route_tables(Filters=filters)["RouteTables"][0]
    return found


def default_route(tier: str, target: str | None) -> Make:
    """Let the table of a subnet lead elsewhere: to `gateway`, or nowhere."""

    @contextmanager
    def make(d: Deployment) -> Iterator[None]:
        ec2, table = d.client("ec2"), table_of(d, tier)
        place = {"RouteTableId": table["RouteTableId"], "DestinationCidrBlock": EVERYWHERE}
        (before,) = (route for route in table["Routes"] if route.get("DestinationCidrBlock") == EVERYWHERE)
        ec2.delete_route(**place)
        if target is not None:
            ec2.create_route(**place, GatewayId=gateway_id(d))
            yield
            ec2.delete_route(**place)
        else:
            yield
        kept = {key: before[key] for key in ("GatewayId", "NatGatewayId") if before.get(key)}
        ec2.create_route(**place, **kept)

    return make


def gateway_id(d: Deployment) -> str:
    """The internet gateway."""
    filters = [{"Name": "attachment.vpc-id", "Values": [d.vpc_id]}]
    return str(d.client("ec2").describe_internet_gateways(Filters=filters)["InternetGateways"][0]["InternetGatewayId"])


@contextmanager
def gateway_detached(d: Deployment) -> Iterator[None]:
    """No internet gateway."""
    ec2, gateway = d.client("ec2"), gateway_id(d)
    ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=d.vpc_id)
    yield
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=d.vpc_id)


def vpc_attribute(name: str) -> Make:
    """Turn something of the VPC off."""

    @contextmanager
    def make(d: Deployment) -> Iterator[None]:
        ec2 = d.client("ec2")
        ec2.modify_vpc_attribute(VpcId=d.vpc_id, **{name: {"Value": False}})
        yield
        ec2.modify_vpc_attribute(VpcId=d.vpc_id, **{name: {"Value": True}})

    return make


@contextmanager
def addresses_at_launch(d: Deployment) -> Iterator[None]:
    """A private subnet gives public addresses."""
    ec2, subnet = d.client("ec2"), d.output("private_subnet_ids")[ZONE]
    ec2.modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch={"Value": True})
    yield
    ec2.modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch={"Value": False})


@contextmanager
def endpoint_off_a_table(d: Deployment) -> Iterator[None]:
    """The S3 endpoint does not serve the first zone."""
    ec2, table = d.client("ec2"), table_of(d, "private")["RouteTableId"]
    filters = [{"Name": "vpc-id", "Values": [d.vpc_id]}, {"Name": "vpc-endpoint-type", "Values": ["Gateway"]}]
    (endpoint,) = (each["VpcEndpointId"] for each in ec2.describe_vpc_endpoints(Filters=filters)["VpcEndpoints"])
    ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, RemoveRouteTableIds=[table])
    yield
    ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, AddRouteTableIds=[table])


@contextmanager
def nothing(_d: Deployment) -> Iterator[None]:
    """Nothing is bent: it is declared otherwise."""
    yield


def existing(*zones: str, **more: str) -> Declared:
    """The environment in a VPC that somebody else manages, with the subnets of these zones, and others."""

    def declared(d: Deployment) -> AnyscaleCloudConfig:
        subnets = {zone: d.output("private_subnet_ids")[zone] for zone in zones}
        network = ExistingNetworkConfig(vpc_id=d.vpc_id, private_subnets={**subnets, **more})
        return d.environment.model_copy(update={"network": NetworkConfig(existing=network)})

    return declared


PUBLIC = CloudAccessConfig(public_nodes=True, client_cidrs=[IPv4Network("10.0.0.0/8")])
"""Direct networking."""

BENDS = (
    Bend("no default route", default_route("private", None), {INTERNET: "has no route to"}),
    Bend(
        "private nodes without addresses behind an internet gateway",
        default_route("private", "gateway"),
        {INTERNET: "to igw-.*, but it has no public address"},
    ),
    Bend("a NAT gateway without a way out", default_route("public", None), {INTERNET: "and there: .* has no route"}),
    Bend("no internet gateway", gateway_detached, {INTERNET: "and there: .* is a black hole|is not attached to"}),
    Bend("no DNS hostnames", vpc_attribute("EnableDnsHostnames"), {"network.dns_on": "DNS hostnames is off, want on"}),
    Bend("no DNS", vpc_attribute("EnableDnsSupport"), {"network.dns_on": "DNS support is off, want on"}),
    Bend(
        "public addresses at launch",
        addresses_at_launch,
        {"anyscale.no_public_addresses_at_launch": "public address on launch is on, want off"},
    ),
    Bend(
        "an existing subnet of another VPC",
        nothing,
        {
            "anyscale.subnets_there": "the VPC has no subnet subnet-0123456789abcdef0 in us-west-2b",
            "anyscale.two_zones": "subnets for nodes in usw2-az., want 2 zones",
        },
        existing("us-west-2a", **{"us-west-2b": "subnet-0123456789abcdef0"}),
    ),
    Bend(
        "existing subnets in one zone",
        nothing,
        {"anyscale.two_zones": "subnets for nodes in usw2-az., want 2 zones"},
        existing("us-west-2a"),
    ),
    Bend(
        "direct networking without public addresses",
        nothing,
        {
            "anyscale.public_addresses_at_launch": "public address on launch is off, want on",
            INTERNET: "to igw-.*, but it has no public address",
        },
        anyway(access=PUBLIC),
    ),
    Bend("S3 past the endpoint", endpoint_off_a_table, {ENDPOINT: "S3 endpoint on rtb-.* is off, want on"}),
)
