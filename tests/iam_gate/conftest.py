"""The emulator with a gate before it, and a small environment: a network, two roles, an AMI, a key."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore.config import Config

from scripts.local_aws import client
from tests.iam_gate import Gate
from tests.iam_gate.policies import REGION
from tests.local_aws.conftest import end, point_to

Clients = Callable[..., Any]

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"},
        ],
    }
)


@dataclass(frozen=True)
class Site:
    """Ids of what the administrator has made."""

    image: str
    subnet: str
    other_subnet: str
    group: str
    key: str


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        folder = point_to(tmp_path_factory.mktemp("gate") / "local-aws", monkeypatch)
        yield client.ensure_running()
        end(folder)


@pytest.fixture(scope="session")
def running_gate(emulator: str) -> Iterator[Gate]:
    with Gate(emulator) as gate:
        yield gate


@pytest.fixture
def gate(running_gate: Gate) -> Gate:
    running_gate.clear()
    return running_gate


@pytest.fixture(scope="session")
def clients(running_gate: Gate) -> Iterator[Clients]:
    """boto3 clients of a principal, through the gate."""
    made: dict[tuple[str, ...], Any] = {}

    def get(service: str, key_id: str = "AKIAHEAD", region: str = REGION) -> Any:
        wanted = (service, key_id, region)
        if wanted not in made:
            made[wanted] = boto3.client(
                service,
                endpoint_url=running_gate.endpoint,
                region_name=region,
                aws_access_key_id=key_id,
                aws_secret_access_key="any",
                config=Config(retries={"total_max_attempts": 1}),
            )
        return made[wanted]

    yield get
    for found in made.values():
        found.close()


@pytest.fixture(scope="session")
def site(clients: Clients) -> Site:
    """Made through the gate by its administrator."""
    ec2, iam = clients("ec2", "test"), clients("iam", "test")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24")["Subnet"]["SubnetId"] for number in range(2)
    ]
    group = ec2.create_security_group(GroupName="worker", Description="workers", VpcId=vpc)["GroupId"]
    for name in ("worker", "other"):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
        iam.create_instance_profile(InstanceProfileName=name)
        iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    return Site(
        image=ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"],
        subnet=subnets[0],
        other_subnet=subnets[1],
        group=group,
        key=clients("kms", "test").create_key()["KeyMetadata"]["Arn"],
    )
