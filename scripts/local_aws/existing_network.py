"""Make on the emulator what an environment finds in its account: VPC, subnets and images with given ids, a key pair."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Mapping
from contextlib import closing
from typing import TYPE_CHECKING, Any

from scripts.local_aws.client import environment_variables
from scripts.local_aws.identity import ID_TAG

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client


def create_existing_network(
    endpoint: str,
    *,
    region: str,
    vpc_id: str,
    cidr: str,
    subnets: Mapping[str, tuple[str, str]],
    private: Collection[str] = (),
    public: Collection[str] = (),
) -> None:
    """Create what is missing of a VPC and its subnets (`id: (zone, cidr)`), with an internet gateway and DNS.

    Subnets that are named `private` reach the internet by a NAT gateway, which stands at the end of the VPC's range,
    and S3 by an endpoint; those that are named `public` give public addresses at launch.
    """
    ec2: EC2Client = client("ec2", endpoint, region)
    with closing(ec2):
        created = _create_missing(ec2, vpc_id, cidr, subnets)
        if inner := [subnet_id for subnet_id in created if subnet_id in private]:
            _route_by_nat(ec2, vpc_id, cidr, inner, zone=subnets[inner[0]][0])
        for subnet_id in public:
            ec2.modify_subnet_attribute(SubnetId=subnet_id, MapPublicIpOnLaunch={"Value": True})


def create_existing_key_pair(endpoint: str, *, region: str, name: str) -> None:
    """Create a key pair when it is missing; nobody gets its private half."""
    with closing(client("ec2", endpoint, region)) as ec2:
        if not ec2.describe_key_pairs(Filters=[{"Name": "key-name", "Values": [name]}])["KeyPairs"]:
            ec2.create_key_pair(KeyName=name)


def create_existing_images(endpoint: str, *, region: str, images: Mapping[str, str]) -> None:
    """Register what is missing of machine images (`id: architecture`)."""
    with closing(client("ec2", endpoint, region)) as ec2:
        found = ec2.describe_images(Filters=[{"Name": "image-id", "Values": list(images)}])["Images"]
        for image_id in images.keys() - {image["ImageId"] for image in found}:
            architecture: Any = images[image_id]
            ec2.register_image(
                Name=image_id,
                Architecture=architecture,
                VirtualizationType="hvm",
                RootDeviceName="/dev/xvda",
                TagSpecifications=_tags("image", image_id),
            )


def _create_missing(ec2: EC2Client, vpc_id: str, cidr: str, subnets: Mapping[str, tuple[str, str]]) -> list[str]:
    """Ids of the subnets that were missing."""
    if not ec2.describe_vpcs(Filters=[{"Name": "vpc-id", "Values": [vpc_id]}])["Vpcs"]:
        _create_vpc(ec2, vpc_id, cidr)
    found = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc_id]}])["Subnets"]
    present = {subnet["SubnetId"] for subnet in found}
    missing = [subnet_id for subnet_id in subnets if subnet_id not in present]
    for subnet_id in missing:
        zone, subnet_cidr = subnets[subnet_id]
        tags = _tags("subnet", subnet_id)
        ec2.create_subnet(VpcId=vpc_id, CidrBlock=subnet_cidr, AvailabilityZone=zone, TagSpecifications=tags)
    return missing


def _create_vpc(ec2: EC2Client, vpc_id: str, cidr: str) -> None:
    ec2.create_vpc(CidrBlock=cidr, TagSpecifications=_tags("vpc", vpc_id))
    ec2.modify_vpc_attribute(VpcId=vpc_id, EnableDnsSupport={"Value": True})
    ec2.modify_vpc_attribute(VpcId=vpc_id, EnableDnsHostnames={"Value": True})
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc_id)
    table = _main_table(ec2, vpc_id)
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)


def _route_by_nat(ec2: EC2Client, vpc_id: str, cidr: str, subnet_ids: list[str], *, zone: str) -> None:
    """A table for these subnets, with routes to the VPC's NAT gateway and to S3."""
    gateway = _nat_gateway(ec2, vpc_id) or _create_nat_gateway(ec2, vpc_id, cidr, zone)
    table = ec2.create_route_table(VpcId=vpc_id)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=gateway)
    s3 = f"com.amazonaws.{ec2.meta.region_name}.s3"
    ec2.create_vpc_endpoint(VpcId=vpc_id, ServiceName=s3, VpcEndpointType="Gateway", RouteTableIds=[table])
    for subnet_id in subnet_ids:
        ec2.associate_route_table(RouteTableId=table, SubnetId=subnet_id)


def _nat_gateway(ec2: EC2Client, vpc_id: str) -> str | None:
    filters: Any = [{"Name": "vpc-id", "Values": [vpc_id]}]
    return next(
        (gateway["NatGatewayId"] for gateway in ec2.describe_nat_gateways(Filters=filters)["NatGateways"]), None
    )


def _create_nat_gateway(ec2: EC2Client, vpc_id: str, cidr: str, zone: str) -> str:
    last = list(ipaddress.ip_network(cidr).subnets(new_prefix=28))[-1]
    subnet = ec2.create_subnet(VpcId=vpc_id, CidrBlock=str(last), AvailabilityZone=zone)["Subnet"]["SubnetId"]
    address = ec2.allocate_address(Domain="vpc", TagSpecifications=_named("elastic-ip", vpc_id))["AllocationId"]
    return ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)["NatGateway"]["NatGatewayId"]


def _main_table(ec2: EC2Client, vpc_id: str) -> str:
    filters: Any = [{"Name": "vpc-id", "Values": [vpc_id]}]
    return ec2.describe_route_tables(Filters=filters)["RouteTables"][0]["RouteTableId"]


def _tags(kind: Any, wanted: str) -> Any:
    return [{"ResourceType": kind, "Tags": [{"Key": ID_TAG, "Value": wanted}, {"Key": "Name", "Value": wanted}]}]


def _named(kind: Any, name: str) -> Any:
    return [{"ResourceType": kind, "Tags": [{"Key": "Name", "Value": name}]}]


def client(service: Any, endpoint: str, region: str) -> Any:
    """A boto3 client of the emulator."""
    import boto3  # late: the client of the emulator is to stay light

    variables = environment_variables(endpoint)
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
    )
