"""The collectors of the account around the environment: its settings, quotas and what counts against them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from typing import Any

import pytest

from scripts.inventory.account import collect_account
from scripts.inventory.addresses import collect_addresses
from scripts.inventory.ebs import DESCRIBE_SNAPSHOTS, collect_ebs
from scripts.inventory.endpoints import collect_vpc_endpoints
from scripts.inventory.instance_defaults import InstanceDefaults, collect_instance_defaults
from scripts.inventory.launch_templates import LaunchTemplate, collect_launch_templates
from scripts.inventory.logs import collect_logs
from scripts.inventory.network import _cidrs
from scripts.inventory.quotas import GET_METRIC_DATA, collect_quotas
from scripts.inventory.reader import Reader
from scripts.inventory.reading import Read, Unreadable
from scripts.inventory.scope import Scope
from scripts.inventory.session import session_for
from scripts.inventory.surroundings.thing import Managed
from scripts.state import Resource, State
from tests.audit.environments import load

SMALL = load("small")
NOWHERE = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
OURS = [{"Key": "rayform:cluster", "Value": "ray-small"}]


class Canned(Reader):
    """Answers by operation, and for listings of quotas by service."""

    answers_by_name: Mapping[str, Any] = {}

    def _call(self, read: Read, arguments: Mapping[str, Any]) -> Any:
        name = f"{read.operation}:{arguments['ServiceCode']}" if "ServiceCode" in arguments else read.operation
        answer = self.answers_by_name[name]
        return answer(arguments) if callable(answer) else answer


@pytest.fixture
def reader() -> Iterator[Canned]:
    found = Canned(session_for(NOWHERE, SMALL.region))
    with found:
        yield found


def scope(*resources: Resource) -> Scope:
    return Scope(SMALL, State(resources), "vpc-1")


def test_account_counts_what_has_an_id(reader: Canned) -> None:
    subnet = {
        "SubnetId": "subnet-1",
        "AvailabilityZone": "us-west-2a",
        "AvailabilityZoneId": "usw2-az2",
        "AvailableIpAddressCount": 7,
    }
    reader.answers_by_name = {
        "DescribeVpcs": [{"VpcId": "vpc-1"}, {"VpcId": "vpc-2"}],
        "DescribeInternetGateways": [{}],
        "DescribeNatGateways": [
            {"SubnetId": "subnet-1", "State": "available"},
            {"SubnetId": "subnet-1", "State": "deleted"},
            {"SubnetId": "subnet-shared", "State": "pending"},
            {"AvailabilityMode": "regional", "State": "available"},
        ],
        "DescribeSubnets": [subnet],
        "ListBuckets": [{"Name": "a"}, {"Name": "b"}, {"Name": "c"}],
        "DescribeFileSystems": [],
    }
    account = collect_account(reader)
    assert (account.vpcs, account.buckets, account.file_systems) == (2, 3, 0)
    assert account.nat_gateways == {"?": 2, "us-west-2a": 1}
    assert isinstance(account.internet_gateways, Unreadable)


def test_nat_gateways_have_no_zone_without_their_subnets(reader: Canned) -> None:
    names = ("DescribeVpcs", "DescribeInternetGateways", "DescribeNatGateways", "ListBuckets", "DescribeFileSystems")
    reader.answers_by_name = {name: [] for name in names}
    account = collect_account(reader)
    assert isinstance(account.nat_gateways, Unreadable)
    assert account.nat_gateways.read == "ec2:DescribeSubnets"


def test_addresses_are_ours_by_state_or_by_tag(reader: Canned) -> None:
    reader.answers_by_name = {
        "DescribeAddresses": [
            {"AllocationId": "eipalloc-1", "PublicIp": "1.1.1.1", "AssociationId": "eipassoc-1"},
            {"AllocationId": "eipalloc-2", "PublicIp": "2.2.2.2", "Tags": OURS},
            {"AllocationId": "eipalloc-3", "PublicIp": "3.3.3.3"},
        ]
    }
    found = collect_addresses(reader, scope(Resource("aws_eip.nat", "aws_eip", {"id": "eipalloc-1"})))
    assert not isinstance(found, Unreadable)
    assert [(address.public_ip, address.association_id, address.ours) for address in found] == [
        ("1.1.1.1", "eipassoc-1", True),
        ("2.2.2.2", None, True),
        ("3.3.3.3", None, False),
    ]


def test_snapshots_are_asked_for_by_the_volumes_of_the_state(reader: Canned) -> None:
    snapshot = {"SnapshotId": "snap-1", "VolumeId": "vol-1", "Encrypted": False}
    reader.answers_by_name = {
        "GetEbsEncryptionByDefault": {"EbsEncryptionByDefault": True},
        "GetSnapshotBlockPublicAccessState": {"State": "unblocked"},
        "DescribeSnapshots": lambda arguments: [snapshot] if "Filters" in arguments else [{"SnapshotId": "snap-9"}],
    }
    instance = Resource("aws_instance.a", "aws_instance", {"id": "i-1", "root_block_device": [{"volume_id": "vol-1"}]})
    volume = Resource("aws_ebs_volume.b", "aws_ebs_volume", {"id": "vol-2"})
    ebs = collect_ebs(reader, scope(instance, volume))
    assert (ebs.encrypted_by_default, ebs.snapshot_sharing_block) == (True, "unblocked")
    assert ebs.public_snapshot_ids == ("snap-9",)
    assert not isinstance(ebs.snapshots, Unreadable)
    assert [(found.snapshot_id, found.encrypted) for found in ebs.snapshots] == [("snap-1", False)]
    asked = [
        call.arguments["Filters"] for call in reader.answers().of(DESCRIBE_SNAPSHOTS) if "Filters" in call.arguments
    ]
    assert asked == [[{"Name": "volume-id", "Values": ["vol-1", "vol-2"]}]]


def test_launch_templates_are_those_with_our_tag(reader: Canned) -> None:
    data = {
        "NetworkInterfaces": [{"DeviceIndex": 0, "AssociatePublicIpAddress": True}],
        "BlockDeviceMappings": [
            {"DeviceName": "/dev/xvda", "Ebs": {"Encrypted": False}},
            {"DeviceName": "/dev/xvdb", "Ebs": {}},
            {"DeviceName": "/dev/xvdc", "VirtualName": "ephemeral0"},
        ],
    }
    versions = [
        {"LaunchTemplateId": id_, "LaunchTemplateName": id_, "VersionNumber": 3, "LaunchTemplateData": data}
        for id_ in ("lt-ours", "lt-other")
    ]
    reader.answers_by_name = {
        "DescribeLaunchTemplates": [{"LaunchTemplateId": "lt-ours"}],
        "DescribeLaunchTemplateVersions": versions,
    }
    found = collect_launch_templates(reader, scope())
    assert found == (LaunchTemplate("lt-ours", "lt-ours", 3, None, True, ("/dev/xvda",)),)


@pytest.mark.parametrize(
    ("level", "tokens"),
    [({"HttpTokens": "required"}, "required"), ({"HttpTokens": "no-preference"}, None), ({}, None)],
)
def test_defaults_of_the_account(reader: Canned, level: dict[str, str], tokens: str | None) -> None:
    reader.answers_by_name = {"GetInstanceMetadataDefaults": {"AccountLevel": level}}
    assert collect_instance_defaults(reader) == InstanceDefaults(tokens)


def test_quotas_and_the_newest_figure_of_use(reader: Canned) -> None:
    def use(arguments: Mapping[str, Any]) -> list[dict[str, Any]]:
        ids = [query["Id"] for query in arguments["MetricDataQueries"]]
        return [{"Id": ids[0], "Values": [12.0, 4.0]}, {"Id": ids[1], "Values": []}]

    reader.answers_by_name = {
        "ListServiceQuotas:ec2": [{"QuotaCode": "L-1216C47A", "Value": 32.0}],
        "ListServiceQuotas:vpc": [{"QuotaCode": "L-F678F1CE"}],
        "ListServiceQuotas:s3": [],
        "ListServiceQuotas:elasticfilesystem": [],
        "GetMetricData": use,
        "DescribeInstanceTypes": [{"InstanceType": "m7i.large", "VCpuInfo": {"DefaultVCpus": 2}}],
    }
    quotas = collect_quotas(reader, scope())
    assert quotas.ec2 == {"L-1216C47A": 32.0}
    assert isinstance(quotas.vpc, Unreadable)
    assert quotas.vcpus_in_use == {"L-1216C47A": 12.0}
    assert quotas.vcpus_of_types == {"m7i.large": 2}
    asked = reader.answers().of(GET_METRIC_DATA)[0].arguments
    classes = [query["MetricStat"]["Metric"]["Dimensions"][-1]["Value"] for query in asked["MetricDataQueries"]]
    assert classes == ["Standard/OnDemand", "G/Spot"]
    assert asked["StartTime"] < asked["EndTime"] <= datetime.now(timezone.utc)


@pytest.mark.parametrize(
    ("delivery", "status"),
    [
        ({}, "ACTIVE"),  # nothing was to be delivered yet
        ({"DeliverLogsStatus": "SUCCESS"}, "ACTIVE"),
        ({"DeliverLogsStatus": "FAILED", "DeliverLogsErrorMessage": "Access error"},
         "ACTIVE, delivery failed: Access error"),
    ],
)  # fmt: skip
def test_a_flow_log_whose_records_do_not_arrive(reader: Canned, delivery: dict[str, str], status: str) -> None:
    log = {"FlowLogId": "fl-1", "FlowLogStatus": "ACTIVE", "TrafficType": "ALL", "LogGroupName": "g", **delivery}
    reader.answers_by_name = {"DescribeFlowLogs": [log]}
    found = collect_logs(reader, scope()).flow_logs
    assert not isinstance(found, Unreadable)
    assert [each.status for each in found] == [status]


def test_an_endpoint_to_a_resource_has_no_service(reader: Canned) -> None:
    arn = "arn:aws:vpc-lattice:us-west-2:123456789012:resourceconfiguration/rcfg-1"
    endpoint = {
        "VpcEndpointId": "vpce-1", "VpcEndpointType": "Resource", "State": "Available", "ResourceConfigurationArn": arn,
    }  # fmt: skip
    reader.answers_by_name = {"DescribeVpcEndpoints": [endpoint]}
    found = collect_vpc_endpoints(reader, scope())
    assert not isinstance(found, Unreadable)
    assert [(each.service, each.policy) for each in found] == [(arn, {})]


def test_names_of_a_longer_environment_are_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scripts.inventory.scope.environment_names", lambda: ["other", "small", "small-gpu"])
    managed = Managed(scope())
    names = ("ray-small-models", "ray-small-gpu", "ray-small-gpu-models", "ray-other-models")
    assert [name for name in names if managed.is_ours(name)] == ["ray-small-models", "ray-small-gpu"]


def test_blocks_that_were_taken_away_are_no_blocks() -> None:
    states = {
        "10.0.0.0/16": "associated",
        "10.1.0.0/16": "disassociated",
        "10.2.0.0/16": "failed",
        "10.3.0.0/16": "associating",
    }
    blocks = [{"CidrBlock": cidr, "CidrBlockState": {"State": state}} for cidr, state in states.items()]
    assert _cidrs({"CidrBlock": "10.0.0.0/16", "CidrBlockAssociationSet": blocks}) == ("10.0.0.0/16", "10.3.0.0/16")
