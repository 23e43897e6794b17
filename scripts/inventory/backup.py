"""What AWS Backup keeps of the file systems."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from scripts.inventory.reader import Reader
from scripts.inventory.reading import Read, Reading
from scripts.inventory.scope import Scope
from scripts.inventory.shapes import ordered

LIST_RECOVERY_POINTS = Read(
    "backup", "ListRecoveryPointsByResource", items="RecoveryPoints", absent=("ResourceNotFoundException",)
)


@dataclass(frozen=True)
class RecoveryPoint:
    """One backup of one file system."""

    arn: str
    status: str
    """`COMPLETED`, `PARTIAL`, `EXPIRED` …"""
    created: datetime
    kms_key_arn: str | None
    """Nothing means that it is not encrypted."""
    vault: str


@dataclass(frozen=True)
class Backups:
    """Recovery points, and when they were looked for."""

    recovery_points: Mapping[str, Reading[tuple[RecoveryPoint, ...]]]
    """By file system id, newest first."""
    read_at: datetime = field(compare=False)


def collect_backups(reader: Reader, scope: Scope) -> Backups:
    """Read the recovery points of the file systems in the state."""
    place, ids = scope.environment.place, scope.state.values("aws_efs_file_system")
    arns = {id_: place.arn("elasticfilesystem", f"file-system/{id_}") for id_ in ids}
    answers = {id_: reader.start(LIST_RECOVERY_POINTS, ResourceArn=arn) for id_, arn in arns.items()}
    points = {id_: answer.parse(_recovery_points) for id_, answer in answers.items()}
    return Backups(points, datetime.now(timezone.utc))


def _recovery_points(answer: list[Any]) -> tuple[RecoveryPoint, ...]:
    return ordered((_recovery_point(point) for point in answer), key=lambda point: point.created)[::-1]


def _recovery_point(answer: Mapping[str, Any]) -> RecoveryPoint:
    return RecoveryPoint(
        arn=answer["RecoveryPointArn"],
        status=answer["Status"],
        created=answer["CreationDate"],
        kms_key_arn=answer.get("EncryptionKeyArn"),
        vault=answer.get("BackupVaultName", ""),
    )
