"""The surroundings as moto shows them: things made by hand beside those that the state knows."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from boto3.session import Session as BotoSession
from botocore.config import Config
from moto import mock_aws

from config.label import CLUSTER_TAG
from scripts.inventory.reader import Reader
from scripts.inventory.reading import Unreadable, readable
from scripts.inventory.scope import Scope, scope_of
from scripts.inventory.session import Session
from scripts.inventory.surroundings import Surroundings, Thing, collect_surroundings
from scripts.inventory.surroundings.compute import _data_volumes
from scripts.inventory.surroundings.thing import Managed
from scripts.state import Resource, State
from tests.audit.environments import load
from tests.inventory.world import World

SMALL = load("small")
TAG = [{"Key": CLUSTER_TAG, "Value": SMALL.label.cluster}]
BY_HAND = "ray-small-by-hand"


def make_by_hand(world: World) -> None:
    """What a person in a hurry makes."""
    ec2, vpc, subnet = world.client("ec2"), world.ids["aws_vpc"], world.ids["aws_subnet"]
    group = ec2.create_security_group(VpcId=vpc, GroupName="quick-test", Description="by hand")["GroupId"]
    place = f"{SMALL.region}b"
    ec2.create_volume(AvailabilityZone=place, Size=8, TagSpecifications=[{"ResourceType": "volume", "Tags": TAG}])
    extra = ec2.create_volume(AvailabilityZone=place, Size=8)["VolumeId"]
    head = world.ids["aws_instance"]
    ec2.attach_volume(VolumeId=extra, InstanceId=head, Device="/dev/sdh")
    ec2.create_network_interface(SubnetId=subnet, Description="ELB app/web/0123456789abcdef", Groups=[group])
    described = f"second of {head}"
    second = ec2.create_network_interface(SubnetId=subnet, Description=described)["NetworkInterface"]
    ec2.attach_network_interface(NetworkInterfaceId=second["NetworkInterfaceId"], InstanceId=head, DeviceIndex=1)
    ec2.create_egress_only_internet_gateway(VpcId=vpc)
    other = ec2.create_vpc(CidrBlock="10.99.0.0/16")["Vpc"]["VpcId"]
    ec2.create_vpc_peering_connection(VpcId=vpc, PeerVpcId=other)
    gone = ec2.create_nat_gateway(SubnetId=subnet, ConnectivityType="private")["NatGateway"]["NatGatewayId"]
    ec2.delete_nat_gateway(NatGatewayId=gone)
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    world.client("iam").create_role(RoleName=BY_HAND, AssumeRolePolicyDocument=trust)
    world.client("iam").create_role(RoleName="of-another-team", AssumeRolePolicyDocument=trust)
    world.client("s3").create_bucket(Bucket=BY_HAND, CreateBucketConfiguration={"LocationConstraint": SMALL.region})
    world.client("kms").create_grant(
        KeyId=world.ids["aws_kms_key"], GranteePrincipal="arn:aws:iam::999999999999:root", Operations=["Decrypt"]
    )
    for_cluster = [{"TagKey": CLUSTER_TAG, "TagValue": SMALL.label.cluster}]
    destroyed = world.client("kms").create_key(Tags=for_cluster)["KeyMetadata"]["KeyId"]
    world.client("kms").schedule_key_deletion(KeyId=destroyed)
    for who in ("role/evil.amazonaws.com", "role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"):
        world.client("kms").create_grant(
            KeyId=world.ids["aws_kms_key"], GranteePrincipal=f"arn:aws:iam::999999999999:{who}", Operations=["Encrypt"]
        )
    for who in (
        f"arn:aws:sts::{SMALL.account_id}:assumed-role/aws:ec2-infrastructure/i-0",
        "rds.us-west-2.amazonaws.com",
    ):
        world.client("kms").create_grant(KeyId=world.ids["aws_kms_key"], GranteePrincipal=who, Operations=["Decrypt"])
    world.client("secretsmanager").create_secret(Name=BY_HAND, SecretString="never-shown")
    world.client("sqs").create_queue(QueueName="mine", tags={CLUSTER_TAG: SMALL.label.cluster})


@pytest.fixture(scope="module")
def surroundings() -> Iterator[Surroundings]:
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        patch.delenv("AWS_ENDPOINT_URL", raising=False)
        patch.delenv("AWS_PROFILE", raising=False)
        world = World(SMALL)
        make_by_hand(world)
        session = Session(BotoSession(region_name=SMALL.region), None, Config(parameter_validation=False))
        with Reader(session) as reader:
            yield collect_surroundings(reader, scope_of(SMALL, world.state))


@pytest.mark.parametrize(
    ("type_", "attribute"),
    [
        ("aws_key_pair", "key_pair_id"),
        ("aws_placement_group", "placement_group_id"),
        ("aws_instance", "spot_instance_request_id"),
    ],
)
def test_ids_that_ec2_tags_what_terraform_knows_by_name(type_: str, attribute: str) -> None:
    resource = Resource(f"{type_}.x", type_, {"id": "ray-small-nodes", attribute: "x-0123456789"})
    managed = Managed(Scope(SMALL, State((resource,)), "vpc-1"))
    assert managed.has_any("x-0123456789")


def test_what_a_person_attached_stays_nobodys_when_the_state_lists_it() -> None:
    blocks = [
        {"volume_id": "vol-image", "delete_on_termination": True},
        {"volume_id": "vol-by-hand", "delete_on_termination": False},
    ]
    node = Resource("aws_instance.x", "aws_instance", {"id": "i-0", "ebs_block_device": blocks})
    scope = Scope(SMALL, State((node,)), "vpc-1")
    assert list(_data_volumes(scope)) == ["vol-image"]


def strays(surroundings: Surroundings, kind: str) -> list[Thing]:
    things = readable(surroundings.things[kind])
    return [thing for thing in things if not thing.managed and not thing.made_by]


def test_what_moto_knows_is_readable(surroundings: Surroundings) -> None:
    unread = {kind for kind, things in surroundings.things.items() if isinstance(things, Unreadable)}
    assert unread <= {"memorydb"}  # only the emulator has it


def test_security_groups(surroundings: Surroundings) -> None:
    assert {thing.name for thing in strays(surroundings, "security_groups")} == {"quick-test", "added"}
    default = [thing for thing in readable(surroundings.things["security_groups"]) if thing.name == "default"]
    assert [thing.made_by for thing in default] == ["AWS made it with the VPC"]


def test_a_volume_that_an_instance_left_behind_is_nobodys(surroundings: Surroundings) -> None:
    (left,) = [thing for thing in readable(surroundings.things["volumes"]) if "on no instance" in thing.note]
    assert (left.managed, left.tagged, left.holders, left.note) == (False, True, (), "8 GiB, on no instance")


def test_the_second_volume_and_the_second_interface_of_a_node_are_nobodys(surroundings: Surroundings) -> None:
    volumes = [thing for thing in readable(surroundings.things["volumes"]) if thing.note.startswith("attached")]
    assert [(thing.note.split(" as ")[1], bool(thing.holders)) for thing in volumes if not thing.holders] == [
        ("/dev/sdh", False)
    ]
    interfaces = {thing.note: thing for thing in readable(surroundings.things["interfaces"]) if not thing.holders}
    assert interfaces["load balancer web"].used_by_service
    assert any(note.startswith("attached to i-") for note in interfaces)


def test_interfaces_of_nodes_and_mount_targets_know_their_holders(surroundings: Surroundings) -> None:
    held = {holder.split("-")[0] for thing in readable(surroundings.things["interfaces"]) for holder in thing.holders}
    assert {"i", "fsmt"} <= held


def test_gateways_that_are_gone_are_left_out(surroundings: Surroundings) -> None:
    notes = {thing.note.partition(" with ")[0] for thing in strays(surroundings, "gateways")}
    assert notes == {"internet gateway", "egress-only internet gateway", "peering"}


def test_names_with_the_prefix(surroundings: Surroundings) -> None:
    for kind in ("roles", "buckets", "secrets"):
        assert [thing.id for thing in strays(surroundings, kind)] == [BY_HAND], kind


def test_a_grant_to_another_account(surroundings: Surroundings) -> None:
    assert sorted(thing.note for thing in strays(surroundings, "grants")) == [
        "lets arn:aws:iam::999999999999:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX Encrypt",
        "lets arn:aws:iam::999999999999:role/evil.amazonaws.com Encrypt",
        "lets arn:aws:iam::999999999999:root Decrypt",
    ]


def test_everything_with_the_tag(surroundings: Surroundings) -> None:
    notes = {thing.note for thing in strays(surroundings, "tagged")}
    assert notes == {"volume", "sqs"}


def test_a_key_that_was_destroyed_keeps_its_tags_for_weeks(surroundings: Surroundings) -> None:
    explained = {thing.note: thing.made_by for thing in readable(surroundings.things["tagged"]) if thing.made_by}
    assert explained == {"kms": "KMS is about to delete it"}


def test_no_secret_is_among_them(surroundings: Surroundings) -> None:
    assert "never-shown" not in repr(surroundings)
