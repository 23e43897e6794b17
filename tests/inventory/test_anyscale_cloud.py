"""What is read of an Anyscale cloud only: what its control plane made, and what was there before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import boto3
import pytest
from boto3.session import Session as BotoSession
from botocore.config import Config
from moto import mock_aws

from config.anyscale_cloud import AnyscaleCloudConfig
from scripts.inventory.anyscale import is_of_cloud
from scripts.inventory.instances import collect_nodes
from scripts.inventory.kms import collect_existing_bucket_keys
from scripts.inventory.memorydb import collect_memorydb
from scripts.inventory.network import AMAZON_DNS, collect_network
from scripts.inventory.reader import Reader
from scripts.inventory.reading import readable
from scripts.inventory.s3 import NOT_ASKED, collect_buckets
from scripts.inventory.scope import Scope
from scripts.inventory.session import Session
from scripts.inventory.surroundings import Thing
from scripts.inventory.surroundings.compute import start_compute
from scripts.inventory.surroundings.thing import Managed
from scripts.state import Resource, State
from tests.audit.environments import load, load_any, load_cloud

EXISTING, PUBLIC = load_cloud("cloud-existing"), load_cloud("anyscale-public")
OURS, OTHER = ({"anyscale-cloud-id": id_} for id_ in (EXISTING.anyscale.cloud_id or "", "cld_other"))


@pytest.mark.parametrize(
    ("environment", "tags", "ours"),
    [
        ("cloud-existing", OURS, True),
        ("cloud-existing", OTHER, False),
        ("cloud-existing", {}, False),
        ("anyscale-public", OTHER, True),  # its file knows no id yet
        ("anyscale-public", {}, False),
        ("small", OURS, False),
    ],
)
def test_what_the_control_plane_made_carries_the_tag_of_the_cloud(
    environment: str, tags: dict[str, str], ours: bool
) -> None:
    assert is_of_cloud(load_any(environment), tags) is ours


class Account:
    """Instances of our cloud, of another and of nobody, and a bucket that was there."""

    def __init__(self) -> None:
        self.ec2 = self.client("ec2")
        self.vpc = self.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self.subnet = self.ec2.create_subnet(VpcId=self.vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
        self.image = self.ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
        self.ours, self.other, self.by_hand = map(self.launch, (OURS, OTHER, {}))
        self.volume, self.stray = (self.attach(tags) for tags in (OURS, {}))
        self.address = self.ec2.allocate_address(TagSpecifications=self.tagged("elastic-ip", OURS))["AllocationId"]
        location = {"LocationConstraint": "eu-west-1"}
        self.client("s3", "eu-west-1").create_bucket(Bucket="customer-data", CreateBucketConfiguration=location)

    def client(self, service: str, region: str = EXISTING.region) -> Any:
        make: Any = boto3.client
        return make(service, region_name=region)

    def tagged(self, kind: str, tags: dict[str, str]) -> list[dict[str, Any]]:
        return [{"ResourceType": kind, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}]

    def launch(self, tags: dict[str, str]) -> str:
        found = self.ec2.run_instances(
            ImageId=self.image,
            MinCount=1,
            MaxCount=1,
            SubnetId=self.subnet,
            TagSpecifications=self.tagged("instance", tags or {"Name": "by-hand"}),
        )
        return str(found["Instances"][0]["InstanceId"])

    def attach(self, tags: dict[str, str]) -> str:
        zone = self.ec2.describe_subnets(SubnetIds=[self.subnet])["Subnets"][0]["AvailabilityZone"]
        tagging = {"TagSpecifications": self.tagged("volume", tags)} if tags else {}
        volume = str(self.ec2.create_volume(AvailabilityZone=zone, Size=8, **tagging)["VolumeId"])
        device = "/dev/sdg" if tags else "/dev/sdh"
        self.ec2.attach_volume(VolumeId=volume, InstanceId=self.ours, Device=device)
        return volume

    def scope(self, config: AnyscaleCloudConfig) -> Scope:
        return Scope(config, State(()), self.vpc)


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        patch.delenv("AWS_ENDPOINT_URL", raising=False)
        patch.delenv("AWS_PROFILE", raising=False)
        yield Account()


@pytest.fixture(scope="module")
def reader(account: Account) -> Iterator[Reader]:
    session = Session(BotoSession(region_name=EXISTING.region), None, Config(parameter_validation=False))
    with Reader(session) as opened:
        yield opened


def test_nodes_of_the_cloud_are_among_the_nodes(account: Account, reader: Reader) -> None:
    def found(config: AnyscaleCloudConfig) -> set[str]:
        return {node.instance_id for node in readable(collect_nodes(reader, account.scope(config)).instances)}

    assert found(EXISTING) == {account.ours}
    assert found(PUBLIC) == {account.ours, account.other}


def test_what_the_control_plane_made_is_told_from_what_a_person_did(account: Account, reader: Reader) -> None:
    scope = account.scope(EXISTING)
    things = {kind: later() for kind, later in start_compute(reader, scope, Managed(scope)).items()}

    def of_cloud(kind: str) -> dict[str, bool]:
        found = cast("tuple[Thing, ...]", things[kind])
        return {thing.id: thing.of_cloud or bool(thing.holders) for thing in found}

    assert of_cloud("instances") == {account.ours: True, account.other: False, account.by_hand: False}
    volumes = of_cloud("volumes")
    assert volumes.pop(account.stray) is False
    assert volumes.pop(account.volume) is True
    assert list(volumes.values()) == [True]  # the root volume, which came with its instance
    assert of_cloud("addresses") == {account.address: True}


def test_a_bucket_that_was_there_is_read_with_its_region_and_key(account: Account, reader: Reader) -> None:
    scope = account.scope(EXISTING)
    (bucket,) = collect_buckets(reader, scope)
    assert (bucket.name, bucket.region, bucket.owned) == ("customer-data", "eu-west-1", True)
    assert [key.arn for key in collect_existing_bucket_keys(reader, scope)] == [EXISTING.bucket.existing_key_arn]
    assert collect_existing_bucket_keys(reader, account.scope(PUBLIC)) == ()


def test_dns_servers_are_those_of_the_vpcs_dhcp_options(account: Account, reader: Reader) -> None:
    servers = [{"Key": "domain-name-servers", "Values": ["10.1.0.2", "10.1.0.3"]}]
    options = account.ec2.create_dhcp_options(DhcpConfigurations=servers)["DhcpOptions"]["DhcpOptionsId"]
    assert collect_network(reader, account.scope(PUBLIC)).dns_servers == (AMAZON_DNS,)
    account.ec2.associate_dhcp_options(DhcpOptionsId=options, VpcId=account.vpc)
    with Reader(reader._session) as again:
        assert collect_network(again, account.scope(PUBLIC)).dns_servers == ("10.1.0.2", "10.1.0.3")
        assert collect_network(again, Scope(load("small"), State(()), account.vpc)).dns_servers == (AMAZON_DNS,)


def test_regions_of_other_buckets_are_not_asked(account: Account, reader: Reader) -> None:
    account.client("s3").create_bucket(
        Bucket=load("small").bucket_name("models"), CreateBucketConfiguration={"LocationConstraint": "us-west-2"}
    )
    (bucket,) = collect_buckets(reader, Scope(load("small"), State(()), account.vpc))
    assert bucket.region == NOT_ASKED


CLUSTER = {
    "Name": "gcs", "Status": "available", "NodeType": "db.t4g.small", "EngineVersion": "7.1", "NumberOfShards": 1,
    "Shards": [{"NumberOfNodes": 2}], "TLSEnabled": True, "ACLName": "open-access", "SnapshotRetentionLimit": 1,
    "ParameterGroupName": "default.memorydb-redis7", "SubnetGroupName": "gcs",
}  # fmt: skip
STORE: dict[str, list[dict[str, Any]]] = {
    "DescribeClusters": [CLUSTER],
    "DescribeACLs": [{"Name": "open-access", "UserNames": ["default"]}],
    "DescribeUsers": [{"Name": "default", "Authentication": {"Type": "no-password"}, "AccessString": "on"}],
    "DescribeParameters": [{"Name": "maxmemory-policy", "Value": "noeviction"}],
    "DescribeSubnetGroups": [{"Name": "gcs", "Subnets": [{"Identifier": "subnet-1"}]}],
}


class Stored:
    """In the place of a reader: MemoryDB as the emulator has it, and what was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def start(self, read: Any, **arguments: Any) -> Any:
        self.asked.append(str(next(iter(arguments.values()))))
        return self._Answered(STORE[read.operation])

    class _Answered:
        def __init__(self, value: Any) -> None:
            self._value = value

        def parse(self, parse: Any) -> Any:
            return parse(self._value)


def test_what_a_memorydb_cluster_names_is_read_whoever_made_it() -> None:
    made = {"aws_memorydb_cluster": "gcs", "aws_memorydb_subnet_group": "gcs"}
    state = State(tuple(Resource(f"{type_}.x", type_, {"name": name}) for type_, name in made.items()))
    stored = Stored()
    found = collect_memorydb(cast("Reader", stored), Scope(EXISTING, state, "vpc-1"))
    assert stored.asked == ["gcs", "gcs", "open-access", "default.memorydb-redis7", "default"]
    assert [readable(acl).user_names for acl in found.acls] == [("default",)]
    assert [readable(user).authentication for user in found.users] == ["no-password"]
    assert found.maxmemory_policies == {"default.memorydb-redis7": "noeviction"}
