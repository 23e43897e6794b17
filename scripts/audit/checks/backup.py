"""What AWS Backup has made of the file system, by effect: a backup that is declared and does not happen is none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from config.foundation import FoundationConfig
from scripts.audit import applies
from scripts.audit.registry import Severity, check
from scripts.audit.verdict import Verdict
from scripts.inventory import Inventory
from scripts.inventory.backup import RecoveryPoint
from scripts.inventory.reading import Reading, Unreadable, each

LONGEST_AGE = timedelta(days=2)
"""The default plan backs up each night and may take its time: https://docs.aws.amazon.com/efs/latest/ug/awsbackup.html"""

_WHOLE = frozenset({"COMPLETED", "AVAILABLE"})


@check(
    "backup.recent",
    severity=Severity.HIGH,
    applies=applies.has_efs_backup,
    standards=("Config efs-last-backup-recovery-point-created",),
    setting="efs.backup",
)
def recent(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """A file system older than two days has a whole backup that is not.

    Why: that backups are on says nothing of whether they succeed.

    Fix: `aws backup list-backup-jobs --by-resource-arn …` tells what failed; `efs.backup` turns daily backups on,
    and the first one comes in the following night.
    """
    now = inventory.backups.read_at
    for fs in each(inventory.file_systems):
        points = inventory.backups.recovery_points.get(fs.file_system_id)
        if points is not None:
            yield _fresh(fs.name, fs.created, points, now)


@check(
    "backup.recovery_points_encrypted",
    severity=Severity.MEDIUM,
    standards=("FSBP Backup.1", "Config backup-recovery-point-encrypted"),
    optional=True,
)
def recovery_points_encrypted(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """Every backup of the file system is encrypted.

    Why: a backup holds all of the files.

    Fix: `aws backup delete-recovery-point`, once another backup is there.
    """
    for points in each(inventory.backups.recovery_points.values()):
        for point in points:
            yield Verdict(point.arn, point.kms_key_arn is not None, f"key is {point.kms_key_arn or 'none'}")


def _fresh(name: str, made: datetime | None, points: Reading[tuple[RecoveryPoint, ...]], now: datetime) -> Verdict:
    if isinstance(points, Unreadable):
        return Verdict(name, points, str(points))
    newest = max((point.created for point in points if point.status in _WHOLE), default=None)
    if newest is not None:
        return Verdict(name, now - newest <= LONGEST_AGE, f"newest backup is of {newest:%Y-%m-%d %H:%M}")
    young = made is not None and now - made <= LONGEST_AGE
    return Verdict(name, young, "no backup yet, it is younger than two days" if young else "there is no backup")
