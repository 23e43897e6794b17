"""What the account does with volumes by itself, and the snapshots of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scripts.inventory.filters import in_batches
from scripts.inventory.reader import Reader
from scripts.inventory.reading import Read, Reading, joined, mapped
from scripts.inventory.scope import Scope
from scripts.inventory.shapes import ordered

GET_ENCRYPTION_BY_DEFAULT = Read("ec2", "GetEbsEncryptionByDefault")
GET_SNAPSHOT_BLOCK = Read("ec2", "GetSnapshotBlockPublicAccessState")
DESCRIBE_SNAPSHOTS = Read("ec2", "DescribeSnapshots", items="Snapshots")


@dataclass(frozen=True)
class Snapshot:
    """A snapshot of one of our volumes."""

    snapshot_id: str
    volume_id: str
    encrypted: bool
    kms_key_arn: str | None


@dataclass(frozen=True)
class Ebs:
    """Settings of the account in the region, and snapshots of the state's volumes."""

    encrypted_by_default: Reading[bool]
    snapshot_sharing_block: Reading[str]
    """`block-all-sharing`, `block-new-sharing` or `unblocked`."""
    snapshots: Reading[tuple[Snapshot, ...]]
    public_snapshot_ids: Reading[tuple[str, ...]]
    """All of the account that anybody may restore."""


def collect_ebs(reader: Reader, scope: Scope) -> Ebs:
    """Read settings and snapshots."""
    default = reader.start(GET_ENCRYPTION_BY_DEFAULT)
    block = reader.start(GET_SNAPSHOT_BLOCK)
    public = reader.start(DESCRIBE_SNAPSHOTS, OwnerIds=["self"], RestorableByUserIds=["all"])
    ours = [
        reader.start(DESCRIBE_SNAPSHOTS, OwnerIds=["self"], Filters=filters)
        for filters in in_batches("volume-id", volume_ids(scope))
    ]
    return Ebs(
        encrypted_by_default=default.parse(lambda answer: bool(answer["EbsEncryptionByDefault"])),
        snapshot_sharing_block=block.parse(lambda answer: str(answer["State"])),
        snapshots=mapped(joined(answer.parse(_snapshots) for answer in ours), _in_order),
        public_snapshot_ids=public.parse(lambda answer: tuple(sorted(each["SnapshotId"] for each in answer))),
    )


def volume_ids(scope: Scope) -> list[str]:
    """Root volumes of the state's instances, and volumes of their own."""
    instances = scope.state.of_type("aws_instance")
    devices = (device for instance in instances for device in instance.attributes.get("root_block_device") or ())
    roots = {str(device["volume_id"]) for device in devices if device.get("volume_id")}
    return sorted(roots.union(scope.state.values("aws_ebs_volume")))


def _snapshots(answer: list[Any]) -> tuple[Snapshot, ...]:
    return tuple(map(_snapshot, answer))


def _snapshot(snapshot: Mapping[str, Any]) -> Snapshot:
    return Snapshot(
        snapshot_id=snapshot["SnapshotId"],
        volume_id=snapshot["VolumeId"],
        encrypted=snapshot["Encrypted"],
        kms_key_arn=snapshot.get("KmsKeyId"),
    )


def _in_order(snapshots: tuple[Snapshot, ...]) -> tuple[Snapshot, ...]:
    return ordered(snapshots, key=lambda snapshot: (snapshot.volume_id, snapshot.snapshot_id))
