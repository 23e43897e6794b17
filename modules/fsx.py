"""FSx for Lustre, shared by the pods of a cluster."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from cdktf import ITerraformDependable
from constructs import Construct

from config.fsx import FsxConfig
from config.label import Label
from modules.aws import (
    FsxDataRepositoryAssociation,
    FsxDataRepositoryAssociationS3,
    FsxDataRepositoryAssociationS3AutoExportPolicy,
    FsxDataRepositoryAssociationS3AutoImportPolicy,
    FsxLustreFileSystem,
)
from modules.protection import protected, waive

_LUSTRE_VERSION = "2.15"
"""Newest: https://docs.aws.amazon.com/fsx/latest/LustreGuide/lustre-client-matrix.html"""
_THROUGHPUT_MIBPS_PER_TIB = 125
_EVENTS = ["NEW", "CHANGED", "DELETED"]


class FsxLustre(Construct):
    """Define an encrypted file system in one subnet, with a link to a bucket where one is asked for.

    Stateful: `protect` maps to Terraform `prevent_destroy`. A scratch file system is encrypted with a key of FSx's own:
    it takes no other. https://docs.aws.amazon.com/fsx/latest/LustreGuide/encryption-at-rest.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        config: FsxConfig,
        label: Label,
        subnet_id: str,
        security_group_id: str,
        key_arn: str,
        linked_bucket_name: str | None,
        protect: bool,
        wait_for: Sequence[ITerraformDependable],
    ) -> None:
        super().__init__(scope, id_)
        persistent = config.deployment_type == "PERSISTENT_2"
        # FSx refuses backups of one that is linked, the last one included:
        # https://docs.aws.amazon.com/fsx/latest/LustreGuide/using-backups-fsx.html
        backed_up = persistent and config.linked_bucket is None
        self._file_system = FsxLustreFileSystem(
            self,
            "file_system",
            deployment_type=config.deployment_type,
            storage_type="SSD",
            storage_capacity=config.capacity_gib,
            per_unit_storage_throughput=_throughput(config) if persistent else None,
            file_system_type_version=_LUSTRE_VERSION,
            data_compression_type="LZ4",
            subnet_ids=[subnet_id],
            security_group_ids=[security_group_id],
            kms_key_id=key_arn if persistent else None,
            automatic_backup_retention_days=config.backup_days if persistent else None,
            copy_tags_to_backups=True if backed_up else None,
            skip_final_backup=not backed_up,
            # FSx looks at the rules of the group when it makes the file system.
            depends_on=list(wait_for),
            lifecycle=protected(protect),
            tags=label.tags("fsx"),
        )
        if not persistent:
            waive(
                self._file_system,
                CKV_AWS_190="A scratch file system takes no key of ours; FSx encrypts it with its own.",
            )
        if config.linked_bucket is not None and linked_bucket_name is not None:
            self._link(config.linked_bucket, linked_bucket_name, label)

    def _link(self, bucket: str, bucket_name: str, label: Label) -> None:
        """Show a bucket in the file system, and write back what changes."""
        FsxDataRepositoryAssociation(
            self,
            "link",
            file_system_id=self.file_system_id,
            file_system_path=f"/{bucket}",
            data_repository_path=f"s3://{bucket_name}",
            batch_import_meta_data_on_create=True,
            s3=FsxDataRepositoryAssociationS3(
                auto_import_policy=FsxDataRepositoryAssociationS3AutoImportPolicy(events=_EVENTS),
                auto_export_policy=FsxDataRepositoryAssociationS3AutoExportPolicy(events=_EVENTS),
            ),
            tags=label.tags("fsx-link"),
        )

    @cached_property
    def file_system_id(self) -> str:
        """FSx id (`fs-…`), a token until apply."""
        return str(self._file_system.id)

    @cached_property
    def dns_name(self) -> str:
        """Name that clients mount from, a token until apply."""
        return str(self._file_system.dns_name)

    @cached_property
    def mount_name(self) -> str:
        """Name of the file system on its servers, a token until apply."""
        return str(self._file_system.mount_name)


def _throughput(config: FsxConfig) -> int:
    return config.throughput_mibps_per_tib or _THROUGHPUT_MIBPS_PER_TIB
