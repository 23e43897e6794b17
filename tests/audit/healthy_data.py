"""What stands beside the cluster's own resources when all is well: the account's S3 block, backups, alarms, EKS."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from config.foundation import FoundationConfig
from scripts.inventory.alarms import Alarm
from scripts.inventory.backup import Backups, RecoveryPoint
from scripts.inventory.eks import EksCluster
from scripts.inventory.s3 import PUBLIC_ACCESS_BLOCKS
from scripts.inventory.s3_account import S3AccessPoint, S3Account
from scripts.inventory.topics import Topic, Topics

READ_AT = datetime(2026, 11, 21, 14, 0, tzinfo=timezone.utc)
"""When the round was made."""
MADE = READ_AT - timedelta(days=30)
"""When the file system was made."""


def recovery_point(*, days_old: float = 0.5, status: str = "COMPLETED", key: str | None = "arn:key") -> RecoveryPoint:
    """A backup of the file system."""
    return RecoveryPoint("arn:recovery-point", status, READ_AT - timedelta(days=days_old), key, "vault")


def s3_account(config: FoundationConfig) -> S3Account:
    """All four blocks, and an access point for one VPC to the first bucket, if any."""
    points = (
        S3AccessPoint(f"door-{name}", config.bucket_name(name), "vpc-1", PUBLIC_ACCESS_BLOCKS)
        for name in list(config.all_buckets)[:1]
    )
    return S3Account(PUBLIC_ACCESS_BLOCKS, tuple(points))


def backups(config: FoundationConfig) -> Backups:
    """A recovery point of last night where backups are on."""
    points = {} if config.efs is None else {"fs-1": (recovery_point(),) if config.efs.backup else ()}
    return Backups(points, READ_AT)


def alarms(config: FoundationConfig) -> tuple[Alarm, ...]:
    """One that tells the topic of the cluster."""
    return (Alarm(config.label.name("head-down"), "OK", True, (_topic_arn(config),)),)


def topics(config: FoundationConfig) -> Topics:
    """One of ours and one of others."""
    place = config.place
    policy = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": place.iam_arn("root")}, "Action": "SNS:Publish"}]}
    arn = _topic_arn(config)
    return Topics((place.arn("sns", "others"), arn), (Topic(arn, place.arn("kms", "key/1234"), policy),))


def eks_clusters(config: FoundationConfig) -> tuple[EksCluster, ...]:
    """A private one."""
    key = config.place.arn("kms", "key/1234")
    return (EksCluster("kube", "1.35", "STANDARD_SUPPORT", None, key, ("api", "audit")),)


def _topic_arn(config: FoundationConfig) -> str:
    return config.place.arn("sns", config.label.name("alarms"))
