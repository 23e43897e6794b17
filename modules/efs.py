"""The shared file system."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from cdktf import TerraformResource
from constructs import Construct

from config.efs import EfsConfig, MountedEfsConfig
from config.label import Label
from config.permissions import CLIENT_ACTIONS, mount_statements
from config.statement import ANYBODY, Condition, Statement
from modules.aws import (
    EfsAccessPoint,
    EfsAccessPointPosixUser,
    EfsAccessPointRootDirectory,
    EfsAccessPointRootDirectoryCreationInfo,
    EfsBackupPolicy,
    EfsBackupPolicyBackupPolicy,
    EfsFileSystem,
    EfsFileSystemLifecyclePolicy,
    EfsFileSystemPolicy,
    EfsMountTarget,
)
from modules.ids import construct_id
from modules.policy import policy_document
from modules.protection import protected, waive


class FileSystem(Construct):
    """Define an encrypted file system with a mount target in each zone; `_allow` says who may use it.

    Stateful: `protect` maps to Terraform `prevent_destroy`. Without a key it keeps the one that it is encrypted with,
    which is that of AWS for a new one.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        config: EfsConfig,
        label: Label,
        creation_token: str,
        subnet_ids: Mapping[str, str],
        security_group_id: str,
        key_arn: str | None,
        protect: bool,
    ) -> None:
        super().__init__(scope, id_)
        self._config = config
        self._file_system = EfsFileSystem(
            self,
            "file_system",
            creation_token=creation_token,
            encrypted=True,  # not an option
            kms_key_id=key_arn,
            throughput_mode=config.throughput_mode,
            provisioned_throughput_in_mibps=config.provisioned_mibps,
            lifecycle_policy=_lifecycle(config),
            lifecycle=protected(protect),
            tags=label.tags("efs"),
        )
        if key_arn is None:
            waive(self._file_system, CKV_AWS_184="It came with its key, and another would replace it.")
        # Keyed by zone, not by position: addresses survive reordering.
        self._targets = {
            zone: EfsMountTarget(
                self,
                construct_id("mount_target", zone),
                file_system_id=self.file_system_id,
                subnet_id=subnet_id,
                security_groups=[security_group_id],
            )
            for zone, subnet_id in subnet_ids.items()
        }

    def _allow(self, statements: Sequence[Statement]) -> None:
        """Set the file system's policy, and whether it is backed up."""
        EfsBackupPolicy(
            self,
            "backup",
            file_system_id=self.file_system_id,
            backup_policy=EfsBackupPolicyBackupPolicy(status="ENABLED" if self._config.backup else "DISABLED"),
        )
        self._policy = EfsFileSystemPolicy(
            self,
            "policy",
            file_system_id=self.file_system_id,
            policy=policy_document(self, "policy_document", statements),
        )

    @cached_property
    def file_system_id(self) -> str:
        """EFS id (`fs-…`), a token until apply."""
        return str(self._file_system.id)

    @cached_property
    def arn(self) -> str:
        """ARN of the file system, a token until apply."""
        return str(self._file_system.arn)

    @property
    def needed_to_mount(self) -> list[TerraformResource]:
        """What must be there before a node mounts it."""
        return [*self._targets.values(), self._policy]


class Efs(FileSystem):
    """Define an encrypted file system that node roles mount by TLS through one access point."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        config: MountedEfsConfig,
        label: Label,
        subnet_ids: Mapping[str, str],
        security_group_id: str,
        key_arn: str,
        role_arns: Sequence[str],
        protect: bool,
    ) -> None:
        super().__init__(
            scope,
            id_,
            config=config,
            label=label,
            creation_token=label.name("efs"),
            subnet_ids=subnet_ids,
            security_group_id=security_group_id,
            key_arn=key_arn,
            protect=protect,
        )
        self._access_point = self._define_access_point(config, label)
        self._allow(self._statements(role_arns))

    def _define_access_point(self, config: MountedEfsConfig, label: Label) -> EfsAccessPoint:
        owner = EfsAccessPointRootDirectoryCreationInfo(
            owner_uid=config.posix_user_id, owner_gid=config.posix_group_id, permissions="0770"
        )
        return EfsAccessPoint(
            self,
            "access_point",
            file_system_id=self.file_system_id,
            posix_user=EfsAccessPointPosixUser(uid=config.posix_user_id, gid=config.posix_group_id),
            root_directory=EfsAccessPointRootDirectory(path="/ray", creation_info=owner),
            tags=label.tags("efs"),
        )

    def _statements(self, role_arns: Sequence[str]) -> list[Statement]:
        through_us = Condition("StringEquals", "elasticfilesystem:AccessPointArn", self.access_point_arn)
        return [
            Statement("NodesMount", CLIENT_ACTIONS, [self.arn], principals={"AWS": role_arns}, conditions=[through_us]),
            tls_only(self.arn),
        ]

    def node_statements(self) -> list[Statement]:
        """What a node's role needs to mount it."""
        return mount_statements(self.arn, self.access_point_arn)

    @cached_property
    def access_point_id(self) -> str:
        """Id of the access point (`fsap-…`), a token until apply."""
        return str(self._access_point.id)

    @cached_property
    def access_point_arn(self) -> str:
        """ARN of the access point, a token until apply."""
        return str(self._access_point.arn)


def tls_only(file_system_arn: str) -> Statement:
    """Refuse whatever comes without TLS."""
    return Statement(
        "DenyWithoutTls",
        ["*"],
        [file_system_arn],
        effect="Deny",
        principals=ANYBODY,
        conditions=[Condition("Bool", "aws:SecureTransport", "false")],
    )


def _lifecycle(config: EfsConfig) -> list[EfsFileSystemLifecyclePolicy] | None:
    """One transition a block, as EFS wants it."""
    policies = []
    if config.transition_to_ia_days is not None:
        policies.append(EfsFileSystemLifecyclePolicy(transition_to_ia=_after(config.transition_to_ia_days)))
    if config.transition_to_archive_days is not None:
        policies.append(EfsFileSystemLifecyclePolicy(transition_to_archive=_after(config.transition_to_archive_days)))
    if policies and config.transition_back_on_access:
        policies.append(EfsFileSystemLifecyclePolicy(transition_to_primary_storage_class="AFTER_1_ACCESS"))
    return policies or None


def _after(days: int) -> str:
    return f"AFTER_{days}_DAY" if days == 1 else f"AFTER_{days}_DAYS"
