"""FSx for Lustre: file systems that are ready at once, with their network interfaces, and AWS's limits."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from moto.core.utils import utcnow
from moto.ec2.models import ec2_backends
from moto.fsx.models import fsx_backends
from moto.fsx.responses import FSxResponse

from scripts.local_aws.extensions.fsx_refusals import BAD, check_growth, check_lustre, check_network
from scripts.local_aws.extensions.plumbing import AwsError, Params, copy_given, need, op, table
from scripts.local_aws.identity import ACCOUNT_ID

CHANGEABLE = (
    "PerUnitStorageThroughput", "DataCompressionType", "AutomaticBackupRetentionDays", "DailyAutomaticBackupStartTime",
    "WeeklyMaintenanceStartTime", "LogConfiguration", "RootSquashConfiguration", "MetadataConfiguration",
)  # fmt: skip
KEPT = (*CHANGEABLE, "DeploymentType", "CopyTagsToBackups", "DriveCacheType", "EfaEnabled")
"""Members of LustreConfiguration that a description gives back."""


@dataclass
class FileSystem:
    """One file system, as DescribeFileSystems has it but for its tags."""

    document: Params

    @property
    def resource_arn(self) -> str:
        """Its ARN; moto's tags go by it."""
        return str(self.document["ResourceARN"])


@op(FSxResponse, replaces=True)
def create_file_system(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/fsx/latest/APIReference/API_CreateFileSystem.html"""
    lustre = params.get("LustreConfiguration") or {}
    if params["FileSystemType"] != "LUSTRE":
        raise AwsError(BAD, f"The embedded AWS has no file systems of type {params['FileSystemType']}")
    check_lustre(self, params, lustre)
    check_network(self, params)
    subnet = _ec2(self).get_subnet(params["SubnetIds"][0])
    file_system_id = f"fs-{secrets.token_hex(9)[:17]}"
    place = f"arn:aws:fsx:{self.region}:{self.current_account}"
    document: Params = {
        "OwnerId": self.current_account,
        "CreationTime": utcnow(),
        "FileSystemId": file_system_id,
        "FileSystemType": "LUSTRE",
        "FileSystemTypeVersion": params.get("FileSystemTypeVersion") or "2.10",
        "Lifecycle": "AVAILABLE",
        "StorageCapacity": params["StorageCapacity"],
        "StorageType": params.get("StorageType") or "SSD",
        "VpcId": subnet.vpc_id,
        "SubnetIds": params["SubnetIds"],
        "NetworkInterfaceIds": _interfaces(self, params, subnet, file_system_id),
        "DNSName": f"{file_system_id}.fsx.{self.region}.amazonaws.com",
        "ResourceARN": f"{place}:file-system/{file_system_id}",
        "LustreConfiguration": _described(lustre),
    }
    copy_given(params, document, ["KmsKeyId"])
    self.fsx_backend.file_systems[file_system_id] = FileSystem(document)
    self.fsx_backend.tagger.tag_resource(document["ResourceARN"], params.get("Tags") or [])
    return {"FileSystem": described(self, document)}


@op(FSxResponse, replaces=True)
def describe_file_systems(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/fsx/latest/APIReference/API_DescribeFileSystems.html"""
    wanted = params.get("FileSystemIds") or list(self.fsx_backend.file_systems)
    found = [described(self, need_file_system(self, each).document) for each in wanted]
    first, size = int(params.get("NextToken") or 0), int(params.get("MaxResults") or 100)
    rest = {"NextToken": str(first + size)} if first + size < len(found) else {}
    return {"FileSystems": found[first : first + size], **rest}


@op(FSxResponse)
def update_file_system(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/fsx/latest/APIReference/API_UpdateFileSystem.html"""
    document = need_file_system(self, params["FileSystemId"]).document
    lustre, capacity = params.get("LustreConfiguration") or {}, params.get("StorageCapacity")
    if capacity is not None:
        check_growth(document, capacity)
        document["StorageCapacity"] = capacity
    copy_given(lustre, document["LustreConfiguration"], CHANGEABLE)
    done = {
        "AdministrativeActionType": "FILE_SYSTEM_UPDATE",
        "ProgressPercent": 100,
        "RequestTime": utcnow(),
        "Status": "COMPLETED",
        "TargetFileSystemValues": {"StorageCapacity": document["StorageCapacity"]},
    }
    document["AdministrativeActions"] = [done]
    return {"FileSystem": described(self, document)}


@op(FSxResponse, replaces=True)
def delete_file_system(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/fsx/latest/APIReference/API_DeleteFileSystem.html"""
    from scripts.local_aws.extensions.fsx_backups import take_backup

    document = need_file_system(self, params["FileSystemId"]).document
    settings = params.get("LustreConfiguration") or {}
    answer: Params = {"FileSystemId": document["FileSystemId"], "Lifecycle": "DELETING"}
    if settings.get("SkipFinalBackup") is False:
        backup = take_backup(self, document, settings.get("FinalBackupTags") or [])
        answer["LustreResponse"] = {"FinalBackupId": backup["BackupId"]}
    _remove(self.fsx_backend, _ec2(self), document)
    return answer


def need_file_system(response: Any, file_system_id: str) -> FileSystem:
    """One file system; refused when there is none."""
    message = f"File system '{file_system_id}' does not exist."
    found: FileSystem = need(response.fsx_backend.file_systems, file_system_id, "FileSystemNotFound", message)
    return found


def described(response: Any, document: Params) -> Params:
    """A description with its tags."""
    return {**document, "Tags": response.fsx_backend.list_tags_for_resource(document["ResourceARN"])}


def associations_of(backend: Any) -> dict[str, Params]:
    """Data repository associations of a region by id."""
    return table(backend, "data_repository_associations")


def delete_slow_file_systems(prefix: str) -> int:
    """Delete the file systems whose names begin so, in every region; see `client.prepare_destroy`."""
    doomed = [
        (backend, found)
        for backend in fsx_backends[ACCOUNT_ID].values()
        for found in list(backend.file_systems.values())
        if any(name.startswith(prefix) for name in _names(backend, found))
    ]
    for backend, found in doomed:
        _remove(backend, ec2_backends[ACCOUNT_ID][backend.region_name], found.document)
    return len(doomed)


def _names(backend: Any, found: FileSystem) -> Iterator[str]:
    tags = backend.list_tags_for_resource(found.resource_arn)
    yield from (tag["Value"] for tag in tags if tag["Key"] == "Name")


def _remove(backend: Any, ec2: Any, document: Params) -> None:
    for interface_id in document["NetworkInterfaceIds"]:
        ec2.enis.pop(interface_id, None)
    for association_id, association in list(associations_of(backend).items()):
        if association["FileSystemId"] == document["FileSystemId"]:
            del associations_of(backend)[association_id]
    del backend.file_systems[document["FileSystemId"]]


def _described(lustre: Params) -> Params:
    persistent = lustre["DeploymentType"].startswith("PERSISTENT")
    defaults = {"AutomaticBackupRetentionDays": 0, "CopyTagsToBackups": False} if persistent else {}
    given: Params = {
        "WeeklyMaintenanceStartTime": "7:09:00",
        "DataCompressionType": "NONE",
        "LogConfiguration": {"Level": "WARN_ERROR" if lustre["DeploymentType"] == "PERSISTENT_2" else "DISABLED"},
        "MountName": secrets.token_hex(4),
        **defaults,
    }
    copy_given(lustre, given, KEPT)
    return given


def _interfaces(self: Any, params: Params, subnet: Any, file_system_id: str) -> list[str]:
    description = f"Created by Amazon FSx for file system {file_system_id}"
    groups = params.get("SecurityGroupIds")
    made = _ec2(self).create_network_interface(subnet, None, group_ids=groups, description=description)
    return [str(made.id)]


def _ec2(response: Any) -> Any:
    return ec2_backends[response.current_account][response.region]
