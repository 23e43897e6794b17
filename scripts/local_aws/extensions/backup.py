"""AWS Backup: the recovery points of file systems with automatic backups.

Nothing is copied here. A file system whose backup policy is on has had a recovery point every day since it was made,
as AWS's default plan for EFS would have seen to.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import unquote

from moto.backup.responses import BackupResponse
from moto.backup.urls import url_paths
from moto.efs.models import efs_backends

from scripts.local_aws.extensions.plumbing import Params, op

VAULT = "aws/efs/automatic-backup-vault"
KEPT_DAYS = 35
"""https://docs.aws.amazon.com/efs/latest/ug/awsbackup.html"""

url_paths["{0}/resources/(?P<resource_arn>.+)/recovery-points/$"] = BackupResponse.dispatch


@op(BackupResponse)
def list_recovery_points_by_resource(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListRecoveryPointsByResource.html"""
    arn = unquote(params["ResourceArn"])
    file_systems = efs_backends[self.current_account][self.region].file_systems_by_id
    file_system = file_systems.get(arn.rpartition("/")[2])
    if file_system is None or file_system.backup_policy["Status"] != "ENABLED":
        return {"RecoveryPoints": []}
    made = datetime.fromtimestamp(file_system.creation_time, timezone.utc)
    return {"RecoveryPoints": [_point(self, arn, day) for day in days_since(made)]}


def days_since(made: datetime) -> Iterator[datetime]:
    """The days since it was made, newest first, as far back as AWS keeps them."""
    age = (datetime.now(timezone.utc) - made).days
    yield from (made + timedelta(days=day) for day in range(age, max(0, age - KEPT_DAYS), -1))


def _point(self: Any, arn: str, day: datetime) -> Params:
    place = f"arn:aws:backup:{self.region}:{self.current_account}"
    return {
        "RecoveryPointArn": f"{place}:recovery-point:{arn.rpartition('/')[2]}-{day:%Y%m%d}",
        "CreationDate": day.timestamp(),
        "Status": "COMPLETED",
        "EncryptionKeyArn": f"arn:aws:kms:{self.region}:{self.current_account}:alias/aws/backup",
        "BackupVaultName": VAULT,
        "VaultType": "BACKUP_VAULT",
        "IsParent": False,
    }
