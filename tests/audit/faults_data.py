"""Faults of what holds data, and of what tells about it: S3, EFS, MemoryDB, KMS, secrets, backups, alarms, SNS, EKS."""

from __future__ import annotations

from typing import Any

from scripts.inventory.reading import readable
from scripts.inventory.s3_account import S3AccessPoint
from tests.audit.environments import load
from tests.audit.healthy import healthy
from tests.audit.healthy_data import recovery_point

_HEALTHY = healthy(load("small"))
_KEY_POLICY = readable(_HEALTHY.keys[0].policy)
STRANGER = "arn:aws:iam::999999999999:root"
OURS = "arn:aws:iam::123456789012:role/ray-small-head"
HALF_BLOCKED = ("BlockPublicAcls", "IgnorePublicAcls")


def letting_in(principal: Any, action: str = "*", condition: dict[str, Any] | None = None) -> dict[str, Any]:
    """A resource's policy that allows one action."""
    statement: dict[str, Any] = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*"}
    return {"Statement": [{**statement, **({"Condition": condition} if condition else {})}]}


def conditioned(operator: str, key: str, value: Any) -> dict[str, Any]:
    """A policy that lets in everybody who meets one condition."""
    return letting_in("*", condition={operator: {key: value}})


_SERVICE = letting_in({"Service": "logs.us-west-2.amazonaws.com"})
_KEY_FOR_ANY_SERVICE = {"Statement": [*_KEY_POLICY["Statement"], *_SERVICE["Statement"]]}
_ANOTHERS_TOPIC = ("arn:aws:sns:us-west-2:123456789012:deleted",)

FAULTS: dict[str, tuple[str, Any]] = {
    "s3.account_public_access_blocked": ("s3_account.public_access_blocks", ()),
    "s3.no_public_read": ("buckets.1.policy", letting_in("*", "s3:GetObject")),
    "s3.no_public_write": ("buckets.1.policy", letting_in({"AWS": "*"}, "s3:PutObject")),
    "s3.no_other_account": ("buckets.1.policy", letting_in({"AWS": STRANGER}, "s3:PutBucketPolicy")),
    "s3.access_points_blocked": ("s3_account.access_points.0.public_access_blocks", HALF_BLOCKED),
    "efs.access_point_root_fixed": ("file_systems.0.access_points.0.path", "/"),
    "efs.access_points_tagged": ("file_systems.0.access_points.0.tags", {}),
    "efs.mount_targets_in_private_subnets": ("network.subnets.0.maps_public_ip", True),
    "efs.kept_in_several_zones": ("file_systems.0.only_zone", "us-west-2a"),
    "efs.policy_for_us_only": ("file_systems.0.policy", None),
    "efs.protected_from_overwrite": ("file_systems.0.overwrite_protection", "DISABLED"),
    "memorydb.multi_az": ("memorydb.clusters.0.multi_az", False),
    "memorydb.nodes_in_two_zones": ("memorydb.clusters.0.zones", ("us-west-2a",)),
    "memorydb.minor_versions_follow": ("memorydb.clusters.0.auto_minor_version_upgrade", False),
    "kms.key_symmetric": ("keys.0.spec", "RSA_2048"),
    "kms.not_public": ("keys.0.policy", letting_in("*", "kms:Decrypt")),
    "kms.services_confined": ("keys.0.policy", _KEY_FOR_ANY_SERVICE),
    "secrets.policy_closed": ("secrets.0.policy", letting_in({"AWS": STRANGER})),
    "secrets.keep_their_value": ("secrets.0.rotates", True),
    "secrets.tagged": ("secrets.0.tags.Owner", "nobody"),
    "backup.recent": ("backups.recovery_points.fs-1", (recovery_point(days_old=3),)),
    "backup.recovery_points_encrypted": ("backups.recovery_points.fs-1", (recovery_point(key=None),)),
    "alarms.tell_somebody": ("alarms.0.actions", ()),
    "alarms.actions_on": ("alarms.0.actions_enabled", False),
    "alarms.targets_there": ("alarms.0.actions", _ANOTHERS_TOPIC),
    "sns.encrypted": ("topics.ours.0.kms_key", None),
    "sns.not_public": ("topics.ours.0.policy", letting_in({"AWS": "*"}, "SNS:Publish")),
    "eks.endpoint_private": ("eks_clusters.0.public_cidrs", ("10.0.0.0/8",)),
    "eks.version_supported": ("eks_clusters.0.support", "UNSUPPORTED"),
    "eks.secrets_encrypted": ("eks_clusters.0.secrets_key_arn", None),
    "eks.audit_logged": ("eks_clusters.0.logs", ("api",)),
}

_BUCKET_POLICY = "buckets.1.policy"
_NOT_US = {"Effect": "Allow", "NotPrincipal": {"AWS": OURS}, "Action": "s3:GetObject", "Resource": "*"}

MORE_FAULTS: tuple[tuple[str, str, Any], ...] = (
    ("s3.no_public_read", _BUCKET_POLICY, letting_in("*", "S3:Get*")),
    ("s3.no_public_read", _BUCKET_POLICY, letting_in({"AWS": [OURS, "*"]}, "*")),
    ("s3.no_public_read", _BUCKET_POLICY, {"Statement": _NOT_US}),
    ("s3.no_public_read", _BUCKET_POLICY, conditioned("Bool", "aws:SecureTransport", "true")),
    ("s3.no_public_read", _BUCKET_POLICY, conditioned("StringEqualsIfExists", "aws:SourceVpce", "vpce-1")),
    ("s3.no_public_read", _BUCKET_POLICY, conditioned("StringLike", "aws:PrincipalArn", "*")),
    ("s3.no_public_read", _BUCKET_POLICY, conditioned("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/x")),
    ("s3.no_public_read", _BUCKET_POLICY, conditioned("IpAddress", "aws:SourceIp", ["10.0.0.0/8", "0.0.0.0/0"])),
    ("s3.no_public_write", _BUCKET_POLICY, letting_in("*", "s3:*")),
    ("s3.no_other_account", _BUCKET_POLICY, letting_in({"AWS": "999999999999"}, "s3:GetObject")),
    ("s3.no_other_account", _BUCKET_POLICY, letting_in({"AWS": "AROAEXAMPLEOFADELETEDONE"}, "s3:GetObject")),
    ("s3.no_other_account", _BUCKET_POLICY, letting_in({"CanonicalUser": "79a59df900b949e5"}, "s3:GetObject")),
    ("s3.access_points_blocked", "s3_account.access_points", (S3AccessPoint("door", "bucket", None, ()),)),
    ("efs.access_point_root_fixed", "file_systems.0.access_points.0.path", ""),
    ("efs.policy_for_us_only", "file_systems.0.policy", letting_in({"AWS": "*"}, "elasticfilesystem:ClientMount")),
    ("kms.not_public", "keys.0.policy", conditioned("StringLike", "kms:ViaService", "*")),
    ("secrets.policy_closed", "secrets.0.policy", letting_in("*", "secretsmanager:GetSecretValue")),
    ("backup.recent", "backups.recovery_points.fs-1", ()),
    ("backup.recent", "backups.recovery_points.fs-1", (recovery_point(status="PARTIAL"),)),
    (
        "backup.recovery_points_encrypted",
        "backups.recovery_points.fs-1",
        (recovery_point(), recovery_point(days_old=9, key=None)),
    ),
    ("sns.not_public", "topics.ours.0.policy", letting_in("*", "SNS:Subscribe")),
    ("eks.audit_logged", "eks_clusters.0.logs", ()),
)
