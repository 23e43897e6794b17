"""EFS: backup and file-system policies, throughput that changes, and AWS's limits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.efs.models import EFSBackend, FileSystem
from moto.efs.responses import EFSResponse

from scripts.local_aws.extensions.plumbing import AwsError, Params, need, op, wrap, wrap_property
from scripts.local_aws.extensions.policies import check_policy

THROUGHPUT_MODES = ("bursting", "elastic", "provisioned")
PROVISIONED_MIBPS = range(1, 3415)


@wrap(FileSystem, "__init__")
def file_system(original: Callable[..., None], self: Any, *args: Any, **kwargs: Any) -> None:
    """https://docs.aws.amazon.com/efs/latest/ug/API_FileSystemDescription.html"""
    original(self, *args, **kwargs)
    self._backup = "ENABLED" if self._backup else "DISABLED"
    self.file_system_protection = {"ReplicationOverwriteProtection": "ENABLED"}
    _refuse_throughput(self.throughput_mode, self.provisioned_throughput_in_mibps)


@wrap_property(FileSystem, "backup_policy")
def backup_policy(_value: Any, self: Any) -> dict[str, str]:
    """https://docs.aws.amazon.com/efs/latest/ug/API_DescribeBackupPolicy.html"""
    return {"Status": self._backup}


@op(EFSResponse)
def put_backup_policy(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/efs/latest/ug/API_PutBackupPolicy.html"""
    found = _file_system(self, params)
    found._backup = params["BackupPolicy"]["Status"]
    return {"BackupPolicy": found.backup_policy}


@op(EFSResponse)
def delete_file_system_policy(self: Any, params: Params) -> None:
    """https://docs.aws.amazon.com/efs/latest/ug/API_DeleteFileSystemPolicy.html"""
    _file_system(self, params).file_system_policy = None


@op(EFSResponse)
def update_file_system(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/efs/latest/ug/API_UpdateFileSystem.html"""
    found = _file_system(self, params)
    mode, mibps = params.get("ThroughputMode") or found.throughput_mode, params.get("ProvisionedThroughputInMibps")
    _refuse_throughput(mode, mibps)
    found.throughput_mode, found.provisioned_throughput_in_mibps = mode, mibps
    description: Params = found.info_json()
    return description


@wrap(EFSBackend, "put_file_system_policy")
def put_file_system_policy(
    original: Callable[..., None], self: Any, file_system_id: str, policy: str, **kwargs: Any
) -> None:
    """https://docs.aws.amazon.com/efs/latest/ug/API_PutFileSystemPolicy.html"""
    check_policy(policy, "InvalidPolicyException")
    original(self, file_system_id, policy, **kwargs)


def _file_system(self: Any, params: Params) -> Any:
    wanted = params["FileSystemId"]
    message = f"File system '{wanted}' does not exist."
    return need(self.efs_backend.file_systems_by_id, wanted, "FileSystemNotFound", message)


def _refuse_throughput(mode: str, mibps: float | None) -> None:
    if mode not in THROUGHPUT_MODES:
        raise AwsError("BadRequest", f"Invalid throughput mode: {mode}")
    if (mode == "provisioned") is not bool(mibps):
        raise AwsError("BadRequest", "ProvisionedThroughputInMibps goes with ThroughputMode provisioned, and only so")
    if mibps and int(mibps) not in PROVISIONED_MIBPS:
        raise AwsError("BadRequest", f"ProvisionedThroughputInMibps {mibps} is not 1 to 3414")
