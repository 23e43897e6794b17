"""What an Anyscale cloud has that no other flavour has: the two roles, a file system and a MemoryDB that they share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from constructs import Construct

from config.anyscale_arns import CloudArns
from config.anyscale_cloud import CLUSTER_NODE, CONTROL_PLANE, AnyscaleCloudConfig
from config.anyscale_permissions import (
    BUCKET_ACTIONS,
    OBJECT_ACTIONS,
    cluster_node_managed_policies,
    cluster_node_policies,
    control_plane_policies,
    control_plane_trust,
)
from config.memorydb import STORE_PART
from config.memorydb_zones import anyscale_memorydb_zones
from config.permissions import CLIENT_ACTIONS
from config.s3 import BucketConfig
from config.statement import ANYBODY, Condition, Statement
from modules.efs import FileSystem, tls_only
from modules.memorydb import MemoryDb
from modules.memorydb_zones import MemoryDbZones
from modules.protection import waive
from modules.role import InstanceRole, Role


class ControlPlane(Role):
    """Define the role that Anyscale's control plane takes on from its own account."""

    def __init__(self, scope: Construct, id_: str, *, config: AnyscaleCloudConfig) -> None:
        super().__init__(
            scope,
            id_,
            trust=control_plane_trust(config),
            **_identity(config, CONTROL_PLANE),
        )
        waive(
            self._role,
            CKV_AWS_61="Anyscale takes it on from its own account; the external id keeps other customers out.",
        )

    def allow_all(self, config: AnyscaleCloudConfig, arns: CloudArns) -> None:
        """Let it run the cloud."""
        policies = {
            name: self.allow(name, statements) for name, statements in control_plane_policies(config, arns).items()
        }
        if "services" in policies:
            waive(
                policies["services"],
                CKV_AWS_355="It reads and requests certificates; lists know no resource, and IAM has no room for more.",
            )


class ClusterNode(InstanceRole):
    """Define the role of the nodes, with an instance profile of the same name, where Anyscale looks for it."""

    def __init__(self, scope: Construct, id_: str, *, config: AnyscaleCloudConfig) -> None:
        super().__init__(
            scope,
            id_,
            **_identity(config, CLUSTER_NODE),
        )
        self.attach(cluster_node_managed_policies(config))

    def allow_all(self, config: AnyscaleCloudConfig, arns: CloudArns) -> None:
        """Let nodes use what the cloud has."""
        for name, statements in cluster_node_policies(config, arns).items():
            self.allow(name, statements)


def _identity(config: AnyscaleCloudConfig, part: str) -> dict[str, Any]:
    """What every role of the cloud is made with."""
    return {
        "label": config.label,
        "part": part,
        "name": config.role_name(part),
        "permissions_boundary_arn": config.iam.permissions_boundary_arn,
    }


def role_grants(bucket_arn: str, _config: BucketConfig, *, role_arns: Sequence[str]) -> list[Statement]:
    """What a bucket's policy lets the two roles do."""
    roles = {"AWS": role_arns}
    return [
        Statement("RolesUseBucket", BUCKET_ACTIONS, [bucket_arn], principals=roles),
        Statement("RolesUseObjects", OBJECT_ACTIONS, [f"{bucket_arn}/*"], principals=roles),
    ]


class CloudFileSystem(FileSystem):
    """Define an encrypted file system that nodes mount by the address of a mount target.

    Anyscale registers such an address, so that NFS comes without TLS and without a role; who is in the cloud's
    security group gets in. With `require_iam` only the two roles do, over TLS.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        config: AnyscaleCloudConfig,
        subnet_ids: Mapping[str, str],
        security_group_id: str,
        key_arn: str,
        role_arns: Sequence[str],
    ) -> None:
        assert config.efs is not None
        adopted = config.adopted.efs_creation_token
        super().__init__(
            scope,
            id_,
            config=config.efs,
            label=config.label,
            creation_token=adopted or config.label.name("efs"),
            subnet_ids=subnet_ids,
            security_group_id=security_group_id,
            # An adopted one keeps its key: another would replace it.
            key_arn=key_arn if adopted is None else None,
            protect=config.protect,
        )
        self._allow(self._statements(role_arns, require_iam=config.efs.require_iam))
        if not config.efs.require_iam:
            waive(
                self._file_system,
                CKV2_RAYFORM_8="Anyscale mounts it by address, without TLS; efs.require_iam asks for both.",
            )

    def _statements(self, role_arns: Sequence[str], *, require_iam: bool) -> list[Statement]:
        roles = Statement("RolesMount", CLIENT_ACTIONS, [self.arn], principals={"AWS": role_arns})
        if require_iam:
            return [roles, tls_only(self.arn)]
        inside = Condition("Bool", "elasticfilesystem:AccessedViaMountTarget", "true")
        network = Statement("NetworkMounts", CLIENT_ACTIONS, [self.arn], principals=ANYBODY, conditions=[inside])
        return [roles, network]

    @cached_property
    def mount_target_addresses(self) -> dict[str, str]:
        """Address of the mount target by zone, tokens until apply."""
        return {zone: str(target.ip_address) for zone, target in self._targets.items()}


class CloudMemoryDb(MemoryDb):
    """Define a MemoryDB cluster for heads of services, in the zones that offer it.

    Anyscale cannot be told of a user, so that every client that reaches it may do everything: the security group is
    what keeps others away.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        config: AnyscaleCloudConfig,
        subnet_ids: Mapping[str, str],
        security_group_id: str,
        key_arn: str,
    ) -> None:
        assert config.memorydb is not None
        label, adopted = config.label, config.adopted
        super().__init__(
            scope,
            id_,
            config=config.memorydb,
            label=label,
            security_group_id=security_group_id,
            # An adopted one keeps its key: another would replace it.
            key_arn=key_arn if adopted.memorydb_name is None else None,
            protect=config.protect,
        )
        self._define(
            name=config.memorydb_name,
            subnet_group_name=adopted.memorydb_subnet_group_name or label.name(STORE_PART),
            subnet_ids=self._subnets(config, subnet_ids),
            acl_name="open-access",
            description=f"State of heads in {label.cluster}",
        )
        waive(
            self._cluster,
            CKV2_RAYFORM_9="Anyscale cannot be told of a user; only the cloud's security group reaches it.",
        )

    def _subnets(self, config: AnyscaleCloudConfig, subnet_ids: Mapping[str, str]) -> list[str]:
        setting = "network.zones" if config.network.existing is None else "network.existing"
        zones = MemoryDbZones(
            self,
            "zones",
            subnet_ids=subnet_ids,
            offered=anyscale_memorydb_zones(config.region),
            setting=setting,
        )
        return zones.subnet_ids
