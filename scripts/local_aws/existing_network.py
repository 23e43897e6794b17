"""Make on the emulator what an environment finds in its account: VPC, subnets and images with given ids, a key pair."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from typing import TYPE_CHECKING, Any

from scripts.local_aws.client import environment_variables
from scripts.local_aws.identity import ID_TAG

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client


def create_existing_network(
    endpoint: str, *, region: str, vpc_id: str, cidr: str, subnets: Mapping[str, tuple[str, str]]
) -> None:
    """Create what is missing of a VPC and its subnets (`id: (zone, cidr)`), with an internet gateway and DNS."""
    with closing(_client(endpoint, region)) as ec2:
        _create_missing(ec2, vpc_id, cidr, subnets)


def create_existing_key_pair(endpoint: str, *, region: str, name: str) -> None:
    """Create a key pair when it is missing; nobody gets its private half."""
    with closing(_client(endpoint, region)) as ec2:
        if not ec2.describe_key_pairs(Filters=[{"Name": "key-name", "Values": [name]}])["KeyPairs"]:
            ec2.create_key_pair(KeyName=name)


def create_existing_images(endpoint: str, *, region: str, images: Mapping[str, str]) -> None:
    """Register what is missing of machine images (`id: architecture`)."""
    with closing(_client(endpoint, region)) as ec2:
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


def _create_missing(ec2: EC2Client, vpc_id: str, cidr: str, subnets: Mapping[str, tuple[str, str]]) -> None:
    if not ec2.describe_vpcs(Filters=[{"Name": "vpc-id", "Values": [vpc_id]}])["Vpcs"]:
        _create_vpc(ec2, vpc_id, cidr)
    found = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc_id]}])["Subnets"]
    present = {subnet["SubnetId"] for subnet in found}
    for subnet_id, (zone, subnet_cidr) in subnets.items():
        if subnet_id not in present:
            tags = _tags("subnet", subnet_id)
            ec2.create_subnet(VpcId=vpc_id, CidrBlock=subnet_cidr, AvailabilityZone=zone, TagSpecifications=tags)


def _create_vpc(ec2: EC2Client, vpc_id: str, cidr: str) -> None:
    ec2.create_vpc(CidrBlock=cidr, TagSpecifications=_tags("vpc", vpc_id))
    ec2.modify_vpc_attribute(VpcId=vpc_id, EnableDnsSupport={"Value": True})
    ec2.modify_vpc_attribute(VpcId=vpc_id, EnableDnsHostnames={"Value": True})
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc_id)
    table = _main_table(ec2, vpc_id)
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)


def _main_table(ec2: EC2Client, vpc_id: str) -> str:
    filters: Any = [{"Name": "vpc-id", "Values": [vpc_id]}]
    return ec2.describe_route_tables(Filters=filters)["RouteTables"][0]["RouteTableId"]


def _tags(kind: Any, wanted: str) -> Any:
    return [{"ResourceType": kind, "Tags": [{"Key": ID_TAG, "Value": wanted}, {"Key": "Name", "Value": wanted}]}]


def _client(endpoint: str, region: str) -> EC2Client:
    import boto3  # late: the client of the emulator is to stay light

    variables = environment_variables(endpoint)
    return boto3.client(
        "ec2",
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
    )
