"""The collectors of what stands beside the cluster: second calls are made for what is ours, and for nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from boto3.session import Session as BotoSession
from botocore.config import Config
from moto import mock_aws

from scripts.inventory.alarms import collect_alarms
from scripts.inventory.backup import LIST_RECOVERY_POINTS, collect_backups
from scripts.inventory.eks import DESCRIBE_CLUSTER, collect_eks_clusters
from scripts.inventory.logs import collect_logs
from scripts.inventory.reader import Reader
from scripts.inventory.reading import Read, Unreadable, each, readable
from scripts.inventory.s3 import PUBLIC_ACCESS_BLOCKS
from scripts.inventory.s3_account import GET_ACCESS_POINT, collect_s3_account
from scripts.inventory.scope import Scope
from scripts.inventory.secrets import collect_secrets
from scripts.inventory.session import Session
from scripts.inventory.topics import GET_TOPIC_ATTRIBUTES, collect_topics
from scripts.local_aws.extensions import (  # noqa: F401 — what moto lacks is there by import
    backup,
    ec2_flow_logs,
    eks_clusters,
    eks_versions,
)
from scripts.state import Resource, State
from tests.audit.environments import load

SMALL = load("small")
BUCKET = SMALL.bucket_name("models")
ACCOUNT = SMALL.account_id
BLOCKED = dict.fromkeys(PUBLIC_ACCESS_BLOCKS, True)
READABLE_BY_ALL = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}],
}


@pytest.fixture
def session() -> Iterator[Session]:
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        patch.delenv("AWS_ENDPOINT_URL", raising=False)
        patch.delenv("AWS_PROFILE", raising=False)
        yield Session(BotoSession(region_name=SMALL.region), None, Config(parameter_validation=False))


@pytest.fixture
def reader(session: Session) -> Iterator[Reader]:
    with Reader(session) as found:
        yield found


def scope(*resources: Resource, vpc_id: str = "vpc-1") -> Scope:
    return Scope(SMALL, State(resources), vpc_id)


def asked(reader: Reader, read: Read) -> list[Any]:
    """Arguments of the calls of a kind."""
    return [dict(call.arguments) for call in reader.answers().of(read)]


def test_access_points_of_our_buckets_are_looked_at(session: Session, reader: Reader) -> None:
    s3control = session.client("s3control")
    s3control.put_public_access_block(AccountId=ACCOUNT, PublicAccessBlockConfiguration=BLOCKED)
    for name, bucket in (("door", BUCKET), ("others", "somebody-elses")):
        half = {"BlockPublicAcls": True, "BlockPublicPolicy": False}
        s3control.create_access_point(AccountId=ACCOUNT, Name=name, Bucket=bucket, PublicAccessBlockConfiguration=half)
    account = collect_s3_account(reader, scope())
    assert account.public_access_blocks == PUBLIC_ACCESS_BLOCKS
    (point,) = each(readable(account.access_points))
    assert (point.name, point.bucket, "BlockPublicPolicy" in point.public_access_blocks) == ("door", BUCKET, False)
    assert asked(reader, GET_ACCESS_POINT) == [{"AccountId": ACCOUNT, "Name": "door"}]


def test_an_account_without_a_block_has_none_on(session: Session, reader: Reader) -> None:
    session.client("s3control").delete_public_access_block(AccountId=ACCOUNT)
    account = collect_s3_account(reader, scope())
    assert (account.public_access_blocks, account.access_points) == ((), ())


def test_alarms_and_topics_of_the_cluster(session: Session, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scripts.inventory.scope.environment_names", lambda: ["small", "small-gpu"])
    sns, cloudwatch = session.client("sns"), session.client("cloudwatch")
    names = ("ray-small-alarms", "ray-small-gpu-alarms", "rays")
    ours, longer, others = (sns.create_topic(Name=name)["TopicArn"] for name in names)
    for name in ("ray-small-head-down", "ray-small-gpu-head-down", "other"):
        cloudwatch.put_metric_alarm(
            AlarmName=name, MetricName="x", Namespace="y", Period=60, EvaluationPeriods=1, Threshold=1,
            ComparisonOperator="GreaterThanThreshold", Statistic="Average", AlarmActions=[ours],
        )  # fmt: skip
    (alarm,) = readable(collect_alarms(reader, scope()))
    assert (alarm.name, alarm.actions_enabled, alarm.actions) == ("ray-small-head-down", True, (ours,))
    topics = collect_topics(reader, scope())
    assert topics.arns == (ours, longer, others)
    (topic,) = each(readable(topics.ours))
    assert (topic.arn, topic.kms_key) == (ours, None)
    assert topic.policy["Statement"]
    assert asked(reader, GET_TOPIC_ATTRIBUTES) == [{"TopicArn": ours}]


EKS_TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "eks.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def test_kubernetes_clusters_elsewhere_are_left_out(session: Session, reader: Reader) -> None:
    ec2, eks_client = session.client("ec2"), session.client("eks")
    vpcs = {}
    role = session.client("iam").create_role(RoleName="eks", AssumeRolePolicyDocument=json.dumps(EKS_TRUST))["Role"][
        "Arn"
    ]
    for name, cidr in (("here", "10.1"), ("elsewhere", "10.2")):
        vpcs[name] = ec2.create_vpc(CidrBlock=f"{cidr}.0.0/16")["Vpc"]["VpcId"]
        subnets = [
            ec2.create_subnet(
                VpcId=vpcs[name], CidrBlock=f"{cidr}.{third}.0/24", AvailabilityZone=f"{SMALL.region}{zone}"
            )
            for third, zone in enumerate("ab")
        ]
        place = {"subnetIds": [subnet["Subnet"]["SubnetId"] for subnet in subnets]}
        eks_client.create_cluster(name=name, version="1.36", roleArn=role, resourcesVpcConfig=place)
    for made in eks_clusters.clusters():
        made.document["version"] = "1.20"  # AWS lists it no more
    (cluster,) = each(readable(collect_eks_clusters(reader, scope(vpc_id=vpcs["here"]))))
    assert (cluster.name, cluster.support, cluster.public_cidrs) == ("here", "UNSUPPORTED", ("0.0.0.0/0",))
    assert (cluster.secrets_key_arn, cluster.logs) == (None, ())


def test_without_kubernetes_clusters_nothing_more_is_asked(reader: Reader) -> None:
    assert collect_eks_clusters(reader, scope()) == ()
    assert asked(reader, DESCRIBE_CLUSTER) == []


def test_backups_are_asked_for_by_file_system(reader: Reader) -> None:
    backups = collect_backups(reader, scope(Resource("aws_efs_file_system.a", "aws_efs_file_system", {"id": "fs-1"})))
    assert backups.recovery_points == {"fs-1": ()}
    assert asked(reader, LIST_RECOVERY_POINTS) == [
        {"ResourceArn": f"arn:aws:elasticfilesystem:{SMALL.region}:{ACCOUNT}:file-system/fs-1"}
    ]


def test_who_may_read_a_secret_beside_those_of_iam(session: Session, reader: Reader) -> None:
    secrets = session.client("secretsmanager")
    names = ("open", "closed")
    for name in names:
        secrets.create_secret(Name=name, SecretString="x", Tags=[{"Key": "Owner", "Value": "us"}])
    secrets.put_resource_policy(SecretId="open", ResourcePolicy=json.dumps(READABLE_BY_ALL))
    noted = (Resource(f"x.{name}", "aws_secretsmanager_secret", {"name": name}) for name in (*names, "gone"))
    found = {secret.name: secret for secret in each(collect_secrets(reader, scope(*noted)))}
    assert set(found) == set(names)
    assert (found["closed"].policy, found["closed"].tags, found["closed"].rotates) == (None, {"Owner": "us"}, False)
    policy = readable(found["open"].policy)
    assert policy is not None
    assert policy["Statement"][0]["Principal"] == "*"


@pytest.mark.parametrize("collect", [collect_alarms, collect_eks_clusters])
def test_a_list_that_was_refused_is_unreadable(collect: Any, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = Unreadable("service:Operation", "AccessDenied")
    monkeypatch.setattr(Reader, "_run", lambda *_: refused)
    assert collect(reader, scope()) == refused


def test_records_arrive_in_a_group_that_is_there(session: Session, reader: Reader) -> None:
    ec2, logs = session.client("ec2"), session.client("logs")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    logs.create_log_group(logGroupName="there")
    for name in ("there", "gone"):
        ec2.create_flow_logs(
            ResourceIds=[vpc], ResourceType="VPC", TrafficType="ALL", LogDestinationType="cloud-watch-logs",
            LogDestination=f"arn:aws:logs:{SMALL.region}:{ACCOUNT}:log-group:{name}",
            DeliverLogsPermissionArn=f"arn:aws:iam::{ACCOUNT}:role/x",
        )  # fmt: skip
    found = readable(collect_logs(reader, scope(vpc_id=vpc)).flow_logs)
    assert {log.log_group_name: log.status for log in found} == {
        "gone": "ACTIVE, delivery failed: Access error",
        "there": "ACTIVE",
    }
