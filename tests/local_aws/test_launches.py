"""Launches as Ray's autoscaler makes them: AWS's answers that the audit and the plan go by."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from scripts.local_aws.extensions.images import IMAGES, image_id
from tests.local_aws.conftest import Clients

AL2023 = image_id("us-west-2", next(path for path in IMAGES if path.endswith("al2023-ami-kernel-default-x86_64")))
TAGS = [{"Key": "ray-cluster-name", "Value": "launches"}]


@pytest.fixture(scope="module")
def subnet_id(aws: Clients) -> str:
    """A subnet of 16 addresses, of which AWS keeps 5."""
    ec2 = aws("ec2")
    vpc_id = ec2.create_vpc(CidrBlock="10.77.0.0/24")["Vpc"]["VpcId"]
    return str(ec2.create_subnet(VpcId=vpc_id, CidrBlock="10.77.0.0/28")["Subnet"]["SubnetId"])


def launch(aws: Clients, subnet_id: str, count: int = 1, **more: Any) -> list[dict[str, Any]]:
    key = aws("kms").create_key()["KeyMetadata"]["Arn"]
    volume = {"VolumeType": "gp3", "VolumeSize": 30, "Encrypted": True, "KmsKeyId": key, "DeleteOnTermination": True}
    settings: dict[str, Any] = {
        "ImageId": AL2023,
        "InstanceType": "m7i.large",
        "SubnetId": subnet_id,
        "MinCount": 1,
        "MaxCount": count,
        "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 1},
        "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": volume}],
        "TagSpecifications": [{"ResourceType": kind, "Tags": TAGS} for kind in ("instance", "volume")],
        **more,
    }
    ids = [each["InstanceId"] for each in aws("ec2").run_instances(**settings)["Instances"]]
    found = aws("ec2").describe_instances(InstanceIds=ids)["Reservations"]
    return [instance for reservation in found for instance in reservation["Instances"]]


def terminate(aws: Clients, instances: list[dict[str, Any]]) -> None:
    aws("ec2").terminate_instances(InstanceIds=[each["InstanceId"] for each in instances])


def test_a_launch_is_described_as_it_was_asked_for(aws: Clients, subnet_id: str) -> None:
    instances = launch(aws, subnet_id)
    (instance,) = instances
    assert (instance["MetadataOptions"]["HttpTokens"], instance["SubnetId"]) == ("required", subnet_id)
    assert (instance["Tags"], "PublicIpAddress" in instance) == (TAGS, False)
    (interface,) = instance["NetworkInterfaces"]
    assert interface["Attachment"]["DeleteOnTermination"] is True
    (device,) = instance["BlockDeviceMappings"]
    (volume,) = aws("ec2").describe_volumes(VolumeIds=[device["Ebs"]["VolumeId"]])["Volumes"]
    assert (volume["Encrypted"], volume["Size"], volume["Tags"]) == (True, 30, TAGS)
    terminate(aws, instances)


def test_every_instance_of_a_launch_has_the_profile(aws: Clients, subnet_id: str) -> None:
    profile = aws("iam").create_instance_profile(InstanceProfileName="launches")["InstanceProfile"]["Arn"]
    instances = launch(aws, subnet_id, 2, IamInstanceProfile={"Arn": profile})
    assert [each["IamInstanceProfile"]["Arn"] for each in instances] == [profile] * 2
    terminate(aws, instances)


def test_addresses_that_aws_keeps_are_given_to_nobody(aws: Clients, subnet_id: str) -> None:
    for _ in range(2):
        instances = launch(aws, subnet_id, 3)
        assert sorted(each["PrivateIpAddress"] for each in instances) == ["10.77.0.4", "10.77.0.5", "10.77.0.6"]
        (subnet,) = aws("ec2").describe_subnets(SubnetIds=[subnet_id])["Subnets"]
        assert subnet["AvailableIpAddressCount"] == 8
        terminate(aws, instances)


def test_a_full_subnet_takes_no_more(aws: Clients, subnet_id: str) -> None:
    instances = launch(aws, subnet_id, 11)
    with pytest.raises(ClientError, match="InsufficientFreeAddressesInSubnet"):
        launch(aws, subnet_id)
    terminate(aws, instances)
