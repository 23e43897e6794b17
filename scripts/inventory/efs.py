"""The shared file system."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from scripts.inventory.reader import Answer, Reader
from scripts.inventory.reading import Read, Reading, Unreadable
from scripts.inventory.scope import Scope
from scripts.inventory.shapes import Document, Tags, document_of, ordered, tags_of

_GONE = ("FileSystemNotFound",)

DESCRIBE_FILE_SYSTEMS = Read("efs", "DescribeFileSystems", items="FileSystems", absent=_GONE)
DESCRIBE_FILE_SYSTEM_POLICY = Read("efs", "DescribeFileSystemPolicy", absent=(*_GONE, "PolicyNotFound"))
DESCRIBE_BACKUP_POLICY = Read("efs", "DescribeBackupPolicy", absent=(*_GONE, "PolicyNotFound"))
DESCRIBE_LIFECYCLE = Read("efs", "DescribeLifecycleConfiguration", items="LifecyclePolicies", absent=_GONE)
DESCRIBE_MOUNT_TARGETS = Read("efs", "DescribeMountTargets", items="MountTargets", absent=_GONE)
DESCRIBE_MOUNT_TARGET_GROUPS = Read(
    "efs", "DescribeMountTargetSecurityGroups", items="SecurityGroups", absent=("MountTargetNotFound",)
)
DESCRIBE_ACCESS_POINTS = Read("efs", "DescribeAccessPoints", items="AccessPoints", absent=_GONE)


@dataclass(frozen=True)
class MountTarget:
    """The address of a file system in one zone."""

    mount_target_id: str
    zone: str
    subnet_id: str
    ip_address: str
    state: str
    group_ids: Reading[tuple[str, ...]]


@dataclass(frozen=True)
class AccessPoint:
    """A door into a file system that fixes directory, user and group."""

    access_point_id: str
    name: str
    path: str
    user_id: int | None
    group_id: int | None
    tags: Tags = field(default_factory=dict)


@dataclass(frozen=True)
class FileSystem:
    """A file system."""

    file_system_id: str
    name: str
    state: str
    encrypted: bool
    kms_key_arn: str | None
    throughput_mode: str
    provisioned_mibps: float | None
    tags: Tags
    policy: Reading[Document | None]
    backup: Reading[str]
    lifecycle: Reading[tuple[tuple[str, str], ...]]
    """Transitions and their times: `TransitionToIA`, `AFTER_30_DAYS`."""
    mount_targets: Reading[tuple[MountTarget, ...]]
    access_points: Reading[tuple[AccessPoint, ...]]
    created: datetime | None = None
    only_zone: str = ""
    """Of a One Zone file system; nothing when its files are kept in several zones."""
    overwrite_protection: Reading[str] = ""
    """`ENABLED`; `DISABLED` lets a replication write over it, `REPLICATING` is one doing so."""


@dataclass(frozen=True)
class _FileSystemReads:
    file_system: Answer
    policy: Answer
    backup: Answer
    lifecycle: Answer
    mount_targets: Answer
    groups: Mapping[str, Answer]
    """Security groups by mount target, ids from the state."""
    access_points: Answer


def collect_file_systems(reader: Reader, scope: Scope) -> tuple[Reading[FileSystem], ...]:
    """Read the file systems of the state; one that is gone is left out."""
    started = [_start(reader, scope, id_) for id_ in scope.state.values("aws_efs_file_system")]
    file_systems = [_file_system(reader, reads) for reads in started]
    return tuple(file_system for file_system in file_systems if file_system is not None)


def _start(reader: Reader, scope: Scope, file_system_id: str) -> _FileSystemReads:
    targets = scope.state.values("aws_efs_mount_target")
    return _FileSystemReads(
        file_system=reader.start(DESCRIBE_FILE_SYSTEMS, FileSystemId=file_system_id),
        policy=reader.start(DESCRIBE_FILE_SYSTEM_POLICY, FileSystemId=file_system_id),
        backup=reader.start(DESCRIBE_BACKUP_POLICY, FileSystemId=file_system_id),
        lifecycle=reader.start(DESCRIBE_LIFECYCLE, FileSystemId=file_system_id),
        mount_targets=reader.start(DESCRIBE_MOUNT_TARGETS, FileSystemId=file_system_id),
        groups={target: reader.start(DESCRIBE_MOUNT_TARGET_GROUPS, MountTargetId=target) for target in targets},
        access_points=reader.start(DESCRIBE_ACCESS_POINTS, FileSystemId=file_system_id),
    )


def _file_system(reader: Reader, reads: _FileSystemReads) -> Reading[FileSystem | None]:
    return reads.file_system.parse(lambda answer: _file_system_of(reader, answer[0], reads) if answer else None)


def _file_system_of(reader: Reader, answer: Mapping[str, Any], reads: _FileSystemReads) -> FileSystem:
    return FileSystem(
        file_system_id=answer["FileSystemId"],
        name=answer.get("Name", ""),
        state=answer["LifeCycleState"],
        encrypted=answer.get("Encrypted", False),
        kms_key_arn=answer.get("KmsKeyId"),
        throughput_mode=answer.get("ThroughputMode", "bursting"),
        provisioned_mibps=answer.get("ProvisionedThroughputInMibps"),
        tags=tags_of(answer.get("Tags")),
        policy=reads.policy.parse(lambda policy: document_of(policy["Policy"]) if policy else None),
        backup=reads.backup.parse(lambda backup: str(backup["BackupPolicy"]["Status"]) if backup else "DISABLED"),
        lifecycle=reads.lifecycle.parse(_lifecycle),
        mount_targets=reads.mount_targets.parse(lambda targets: _mount_targets(reader, targets, reads.groups)),
        access_points=reads.access_points.parse(_access_points),
        created=answer.get("CreationTime"),
        only_zone=answer.get("AvailabilityZoneName") or "",
        overwrite_protection=_overwrite_protection(answer),
    )


def _overwrite_protection(answer: Mapping[str, Any]) -> Reading[str]:
    protection = (answer.get("FileSystemProtection") or {}).get("ReplicationOverwriteProtection")
    return protection or Unreadable(DESCRIBE_FILE_SYSTEMS.name, "no FileSystemProtection", answer["FileSystemId"])


def _lifecycle(answer: list[Mapping[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(pair for policy in answer for pair in policy.items()))


def _mount_targets(reader: Reader, answer: list[Any], groups: Mapping[str, Answer]) -> tuple[MountTarget, ...]:
    # Targets that Terraform does not know were added behind its back: only their groups are asked for now.
    ids = [target["MountTargetId"] for target in answer]
    added = {id_: reader.start(DESCRIBE_MOUNT_TARGET_GROUPS, MountTargetId=id_) for id_ in ids if id_ not in groups}
    answers = {**groups, **added}
    targets = (_mount_target(target, answers[target["MountTargetId"]]) for target in answer)
    return ordered(targets, key=lambda target: (target.zone, target.mount_target_id))


def _mount_target(answer: Mapping[str, Any], groups: Answer) -> MountTarget:
    return MountTarget(
        mount_target_id=answer["MountTargetId"],
        zone=answer.get("AvailabilityZoneName", ""),
        subnet_id=answer["SubnetId"],
        ip_address=answer.get("IpAddress", ""),
        state=answer["LifeCycleState"],
        group_ids=groups.parse(lambda ids: tuple(sorted(ids))),
    )


def _access_points(answer: list[Any]) -> tuple[AccessPoint, ...]:
    points = (
        AccessPoint(
            access_point_id=point["AccessPointId"],
            name=point.get("Name", ""),
            path=point.get("RootDirectory", {}).get("Path", "/"),
            user_id=point.get("PosixUser", {}).get("Uid"),
            group_id=point.get("PosixUser", {}).get("Gid"),
            tags=tags_of(point.get("Tags")),
        )
        for point in answer
    )
    return ordered(points, key=lambda point: (point.name, point.access_point_id))
