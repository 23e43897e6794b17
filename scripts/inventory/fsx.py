"""FSx for Lustre."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scripts.inventory.reader import Answer, Reader
from scripts.inventory.reading import Read, Reading
from scripts.inventory.scope import Scope
from scripts.inventory.shapes import Tags, ordered, tags_of

_GONE = ("FileSystemNotFound",)

DESCRIBE_LUSTRE = Read("fsx", "DescribeFileSystems", items="FileSystems", absent=_GONE)
DESCRIBE_LINKS = Read(
    "fsx",
    "DescribeDataRepositoryAssociations",
    items="Associations",
    absent=(*_GONE, "DataRepositoryAssociationNotFound"),
)


@dataclass(frozen=True)
class LustreLink:
    """A bucket that appears in the file system."""

    association_id: str
    state: str
    """`AVAILABLE`."""
    path: str
    """In the file system."""
    bucket_path: str
    """`s3://bucket`."""


@dataclass(frozen=True)
class LustreFileSystem:
    """A file system of FSx for Lustre."""

    file_system_id: str
    name: str
    state: str
    """`AVAILABLE`."""
    failure: str
    """What FSx says is wrong."""
    deployment_type: str
    capacity_gib: int
    throughput_mibps_per_tib: int | None
    version: str
    kms_key_arn: str | None
    """None of a scratch file system: FSx has a key of its own for those."""
    backup_retention_days: int | None
    """None of a scratch file system."""
    subnet_ids: tuple[str, ...]
    interface_ids: tuple[str, ...]
    """Network interfaces: FSx tells its security groups nowhere else."""
    dns_name: str
    mount_name: str
    tags: Tags
    links: Reading[tuple[LustreLink, ...]]


def collect_lustre(reader: Reader, scope: Scope) -> tuple[Reading[LustreFileSystem], ...]:
    """Read the file systems of the state; one that is gone is left out."""
    started = {id_: _start(reader, id_) for id_ in scope.state.values("aws_fsx_lustre_file_system")}
    found = [_file_system(*answers) for answers in started.values()]
    return tuple(each for each in found if each is not None)


def _start(reader: Reader, id_: str) -> tuple[Answer, Answer]:
    links = [{"Name": "file-system-id", "Values": [id_]}]
    return reader.start(DESCRIBE_LUSTRE, FileSystemIds=[id_]), reader.start(DESCRIBE_LINKS, Filters=links)


def _file_system(file_system: Answer, links: Answer) -> Reading[LustreFileSystem | None]:
    read = links.parse(lambda items: ordered(map(_link, items), key=lambda each: each.association_id))
    return file_system.parse(lambda items: _lustre(items[0], read) if items else None)


def _lustre(answer: Mapping[str, Any], links: Reading[tuple[LustreLink, ...]]) -> LustreFileSystem:
    lustre, tags = answer["LustreConfiguration"], tags_of(answer.get("Tags"))
    return LustreFileSystem(
        file_system_id=answer["FileSystemId"],
        name=tags.get("Name", answer["FileSystemId"]),
        state=answer["Lifecycle"],
        failure=(answer.get("FailureDetails") or {}).get("Message", ""),
        deployment_type=lustre["DeploymentType"],
        capacity_gib=answer["StorageCapacity"],
        throughput_mibps_per_tib=lustre.get("PerUnitStorageThroughput"),
        version=answer.get("FileSystemTypeVersion", ""),
        kms_key_arn=answer.get("KmsKeyId"),
        backup_retention_days=lustre.get("AutomaticBackupRetentionDays"),
        subnet_ids=tuple(sorted(answer["SubnetIds"])),
        interface_ids=tuple(sorted(answer.get("NetworkInterfaceIds") or ())),
        dns_name=answer.get("DNSName", ""),
        mount_name=lustre.get("MountName", ""),
        tags=tags,
        links=links,
    )


def _link(answer: Mapping[str, Any]) -> LustreLink:
    return LustreLink(
        answer["AssociationId"],
        answer["Lifecycle"],
        answer.get("FileSystemPath", ""),
        answer.get("DataRepositoryPath", ""),
    )
