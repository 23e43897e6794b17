"""MemoryDB for the state of the head."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from constructs import Construct

from config.label import Label
from config.memorydb import ACCESS_STRING, MemoryDbConfig
from modules.aws import (
    MemorydbAcl,
    MemorydbCluster,
    MemorydbParameterGroup,
    MemorydbParameterGroupParameter,
    MemorydbSubnetGroup,
    MemorydbUser,
    MemorydbUserAuthenticationMode,
)
from modules.protection import protected
from modules.secret import GeneratedSecret

PART = "gcs"
_PARAMETER_FAMILY = "memorydb_redis7"
_PASSWORD_LENGTH = 64


class MemoryDb(Construct):
    """Define a MemoryDB cluster that only the head reaches: TLS, one shard, a user with a password of its own.

    Stateful: `protect` maps to Terraform `prevent_destroy`.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        config: MemoryDbConfig,
        label: Label,
        subnet_ids: Mapping[str, str],
        security_group_id: str,
        key_arn: str,
        protect: bool,
    ) -> None:
        super().__init__(scope, id_)
        self._password = GeneratedSecret(
            self,
            "password",
            label=label,
            part="memorydb-password",
            description="Password of the Ray head for MemoryDB",
            length=_PASSWORD_LENGTH,
            key_arn=key_arn,
            protect=protect,
        )
        name = label.name(PART)
        self._user = MemorydbUser(
            self,
            "user",
            user_name=name,
            access_string=ACCESS_STRING,
            authentication_mode=MemorydbUserAuthenticationMode(type="password", passwords=[self._password.read()]),
            tags=label.tags(PART),
        )
        acl = MemorydbAcl(self, "acl", name=name, user_names=[self._user.user_name], tags=label.tags(PART))
        self._cluster = MemorydbCluster(
            self,
            "cluster",
            name=name,
            description=f"State of the Ray head of {label.cluster}",
            acl_name=acl.name,
            engine_version=config.engine_version,
            node_type=config.node_type,
            num_shards=config.shards,
            num_replicas_per_shard=config.replicas,
            parameter_group_name=self._parameter_group(config, label),
            subnet_group_name=self._subnet_group(label, subnet_ids),
            security_group_ids=[security_group_id],
            tls_enabled=True,  # not an option
            kms_key_arn=key_arn,
            snapshot_retention_limit=config.snapshot_retention_days,
            snapshot_window=config.snapshot_window,
            maintenance_window=config.maintenance_window,
            final_snapshot_name=f"{name}-final" if config.final_snapshot else None,
            auto_minor_version_upgrade=True,
            lifecycle=protected(protect),
            tags=label.tags(PART),
        )

    def _parameter_group(self, config: MemoryDbConfig, label: Label) -> str:
        group = MemorydbParameterGroup(
            self,
            "parameter_group",
            name=label.name(PART),
            family=_PARAMETER_FAMILY,
            parameter=[MemorydbParameterGroupParameter(name="maxmemory-policy", value=config.maxmemory_policy)],
            tags=label.tags(PART),
        )
        return str(group.name)

    def _subnet_group(self, label: Label, subnet_ids: Mapping[str, str]) -> str:
        group = MemorydbSubnetGroup(
            self,
            "subnet_group",
            name=label.name(PART),
            subnet_ids=list(subnet_ids.values()),
            tags=label.tags(PART),
        )
        return str(group.name)

    @cached_property
    def address(self) -> str:
        """DNS name of the cluster, a token until apply."""
        return str(self._cluster.cluster_endpoint.get(0).address)

    @cached_property
    def user_name(self) -> str:
        """User that the head logs in as."""
        return str(self._user.user_name)

    @property
    def password_secret_arn(self) -> str:
        """ARN of the secret with the user's password, a token until apply."""
        return self._password.arn
