"""Backups of FSx file systems: those that were asked for, and one for each day that FSx keeps them."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

from moto.core.utils import utcnow
from moto.fsx.responses import FSxResponse

from scripts.local_aws.extensions.backup import days_since
from scripts.local_aws.extensions.fsx import FileSystem, need_file_system
from scripts.local_aws.extensions.plumbing import Params, need, op, table


@op(FSxResponse, replaces=True)
def create_backup(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/fsx/latest/APIReference/API_CreateBackup.html"""
    document = need_file_system(self, params["FileSystemId"]).document
    return {"Backup": take_backup(self, document, params.get("Tags") or [])}


@op(FSxResponse, replaces=True)
def describe_backups(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/fsx/latest/APIReference/API_DescribeBackups.html"""
    wanted = {each["Name"]: each["Values"] for each in params.get("Filters") or []}
    kinds, owners = wanted.get("backup-type"), wanted.get("file-system-id")
    automatic = [each for found in self.fsx_backend.file_systems.values() for each in _automatic(self, found)]
    backups = {each["BackupId"]: each for each in [*_backups(self).values(), *automatic]}
    if ids := params.get("BackupIds"):
        backups = {each: need(backups, each, "BackupNotFound", f"Backup {each} does not exist") for each in ids}
    found = [
        backup
        for backup in backups.values()
        if (kinds is None or backup["Type"] in kinds)
        and (owners is None or backup["FileSystem"]["FileSystemId"] in owners)
    ]
    return {"Backups": found}


@op(FSxResponse, replaces=True)
def delete_backup(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/fsx/latest/APIReference/API_DeleteBackup.html"""
    wanted = params["BackupId"]
    need(_backups(self), wanted, "BackupNotFound", f"Backup {wanted} does not exist")
    del _backups(self)[wanted]
    return {"BackupId": wanted, "Lifecycle": "DELETED"}


def take_backup(response: Any, document: Params, tags: list[Params]) -> Params:
    """Note a backup of a file system as it is now."""
    backup = _described(response, document, f"backup-{secrets.token_hex(9)[:17]}", "USER_INITIATED", utcnow())
    _backups(response)[backup["BackupId"]] = {**backup, "Tags": tags}
    return backup


def _automatic(response: Any, found: FileSystem) -> Iterator[Params]:
    """https://docs.aws.amazon.com/fsx/latest/LustreGuide/using-backups-fsx.html"""
    kept = timedelta(days=found.document["LustreConfiguration"].get("AutomaticBackupRetentionDays") or 0)
    now = datetime.now(timezone.utc)
    for day in days_since(found.document["CreationTime"].replace(tzinfo=timezone.utc)):
        if now - day < kept:
            number = f"{day:%Y%m%d}{found.document['FileSystemId'].removeprefix('fs-')}"
            yield _described(response, found.document, f"backup-{number[:17]}", "AUTOMATIC", day)


def _described(response: Any, document: Params, backup_id: str, kind: str, made: datetime) -> Params:
    return {
        "BackupId": backup_id,
        "Lifecycle": "AVAILABLE",
        "Type": kind,
        "ProgressPercent": 100,
        "CreationTime": made,
        "KmsKeyId": document.get("KmsKeyId"),
        "ResourceARN": f"arn:aws:fsx:{response.region}:{response.current_account}:backup/{backup_id}",
        "Tags": [],
        "FileSystem": document,
    }


def _backups(response: Any) -> dict[str, Params]:
    return table(response.fsx_backend, "backups")
