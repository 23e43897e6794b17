"""The shared file system."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from scripts.audit.drift.normal import snaked
from scripts.audit.drift.translator import (
    COMPUTED,
    FOLLOWS,
    OWN,
    TAGS,
    Case,
    Same,
    Translator,
    by_document,
    by_item,
    fields,
    left_out,
    numbers,
    policy,
    renamed,
    tags,
)
from scripts.inventory.efs import (
    DESCRIBE_ACCESS_POINTS,
    DESCRIBE_BACKUP_POLICY,
    DESCRIBE_FILE_SYSTEM_POLICY,
    DESCRIBE_FILE_SYSTEMS,
    DESCRIBE_LIFECYCLE,
    DESCRIBE_MOUNT_TARGET_GROUPS,
    DESCRIBE_MOUNT_TARGETS,
)

_UNDER_WAY = {"ENABLING": "ENABLED", "DISABLING": "DISABLED"}


def _merged(blocks: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Each transition stands in a block of its own: the blocks together are one map."""
    return {key: value for block in blocks for key, value in block.items() if value}


def _lifecycle(case: Case) -> dict[str, Any]:
    return _merged(snaked(case.deployed.document(DESCRIBE_LIFECYCLE, FileSystemId=case.state("id"))))


FILE_SYSTEM = Translator(
    "aws_efs_file_system",
    by_item(DESCRIBE_FILE_SYSTEMS, "FileSystemId"),
    {
        **fields("creation_token encrypted kms_key_id performance_mode throughput_mode owner_id"),
        **fields("availability_zone_id availability_zone_name"),
        **numbers("", provisioned_throughput_in_mibps="ProvisionedThroughputInMibps"),
        "lifecycle_policy": Same(_lifecycle, intended=lambda case: _merged(case.state("lifecycle_policy") or ())),
        "protection": Same(
            lambda case: {
                "replication_overwrite": (case.answer.get("FileSystemProtection") or {}).get(
                    "ReplicationOverwriteProtection"
                )
            }
        ),
        **tags(),
    },
    left_out((COMPUTED, "arn id dns_name size_in_bytes"), (FOLLOWS, "name number_of_mount_targets"), (TAGS, "tags")),
)


def _status(case: Case) -> dict[str, str]:
    status = str(case.answer["BackupPolicy"]["Status"])
    return {"status": _UNDER_WAY.get(status, status)}


BACKUP_POLICY = Translator(
    "aws_efs_backup_policy",
    by_document(DESCRIBE_BACKUP_POLICY, FileSystemId="file_system_id"),
    {"backup_policy": Same(_status)},
    left_out((COMPUTED, "id"), ("finds it", "file_system_id")),
)

FILE_SYSTEM_POLICY = Translator(
    "aws_efs_file_system_policy",
    by_document(DESCRIBE_FILE_SYSTEM_POLICY, FileSystemId="file_system_id"),
    policy("policy", lambda case: case.answer["Policy"]),
    left_out((COMPUTED, "id"), ("finds it", "file_system_id"), (OWN, "bypass_policy_lockout_safety_check")),
)


def _groups(case: Case) -> Any:
    return case.deployed.document(DESCRIBE_MOUNT_TARGET_GROUPS, MountTargetId=case.state("id"))


MOUNT_TARGET = Translator(
    "aws_efs_mount_target",
    by_item(DESCRIBE_MOUNT_TARGETS, "MountTargetId"),
    {
        **fields("file_system_id subnet_id ip_address availability_zone_id availability_zone_name owner_id"),
        "security_groups": Same(_groups),
    },
    left_out((COMPUTED, "id network_interface_id dns_name mount_target_dns_name file_system_arn"), (OWN, "timeouts")),
)

ACCESS_POINT = Translator(
    "aws_efs_access_point",
    by_item(DESCRIBE_ACCESS_POINTS, "AccessPointId"),
    {
        **fields("file_system_id owner_id"),
        **renamed(posix_user="PosixUser", root_directory="RootDirectory"),
        **tags(),
    },
    left_out((COMPUTED, "arn id file_system_arn"), (TAGS, "tags")),
)

TRANSLATORS = (FILE_SYSTEM, BACKUP_POLICY, FILE_SYSTEM_POLICY, MOUNT_TARGET, ACCESS_POINT)
