"""MemoryDB for the state of heads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from constructs import Construct

from config.label import Label
from config.memorydb import ACCESS_STRING, STORE_PART, MemoryDbConfig
from modules.aws import (
    MemorydbAcl,
    MemorydbCluster,
    MemorydbParameterGroup,
    MemorydbParameterGroupParameter,
    MemorydbSubnetGroup,
    MemorydbUser,
    MemorydbUserAuthenticationMode,
)
from modules.protection import protected, waive
from modules.secret import GeneratedSecret

_PARAMETER_FAMILY = "memorydb_redis7"
_PASSWORD_LENGTH = 64
_LASTING = ("kms_key_arn", "auto_minor_version_upgrade", "data_tiering")
"""What another value of would replace a cluster, so that one that is taken over keeps it:
https://github.com/hashicorp/terraform-provider-aws/blob/v5.100.0/internal/service/memorydb/cluster.go"""


class MemoryDb(Construct):
    """Define a MemoryDB cluster of one shard, with TLS: `_define` does, once it is known who may log in.

    Stateful: `protect` maps to Terraform `prevent_destroy`. Without a key it keeps the one that it is encrypted with,
    which is that of AWS for a new one.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        config: MemoryDbConfig,
        label: Label,
        security_group_id: str,
        key_arn: str | None,
        protect: bool,
    ) -> None:
        super().__init__(scope, id_)
        self._config, self._label, self._protect = config, label, protect
        self._security_group_id, self._key_arn = security_group_id, key_arn

    def _define(
        self, *, name: str, subnet_group_name: str, subnet_ids: Sequence[str], acl_name: str, description: str
    ) -> None:
        config = self._config
        self._cluster = MemorydbCluster(
            self,
            "cluster",
            name=name,
            description=description,
            acl_name=acl_name,
            engine_version=config.engine_version,
            node_type=config.node_type,
            num_shards=config.shards,
            num_replicas_per_shard=config.replicas,
            parameter_group_name=self._parameter_group(),
            subnet_group_name=self._subnet_group(subnet_group_name, subnet_ids),
            security_group_ids=[self._security_group_id],
            tls_enabled=True,  # not an option
            kms_key_arn=self._key_arn,
            snapshot_retention_limit=config.snapshot_retention_days,
            snapshot_window=config.snapshot_window,
            maintenance_window=config.maintenance_window,
            final_snapshot_name=f"{self._label.name(STORE_PART)}-final" if config.final_snapshot else None,
            auto_minor_version_upgrade=True,
            lifecycle=protected(self._protect, kept=[] if self._key_arn is not None else _LASTING),
            tags=self._label.tags(STORE_PART),
        )

        if self._key_arn is None:
            waive(self._cluster, CKV_AWS_201="It came with its key, and another would replace it.")

    def _parameter_group(self) -> str:
        group = MemorydbParameterGroup(
            self,
            "parameter_group",
            name=self._label.name(STORE_PART),
            family=_PARAMETER_FAMILY,
            parameter=[MemorydbParameterGroupParameter(name="maxmemory-policy", value=self._config.maxmemory_policy)],
            tags=self._label.tags(STORE_PART),
        )
        return str(group.name)

    def _subnet_group(self, name: str, subnet_ids: Sequence[str]) -> str:
        group = MemorydbSubnetGroup(
            self,
            "subnet_group",
            name=name,
            subnet_ids=subnet_ids,
            tags=self._label.tags(STORE_PART),
        )
        return str(group.name)

    @cached_property
    def name(self) -> str:
        """Name of the cluster, a token that makes others wait for it."""
        return str(self._cluster.name)

    @cached_property
    def arn(self) -> str:
        """ARN of the cluster, a token until apply."""
        return str(self._cluster.arn)

    @cached_property
    def address(self) -> str:
        """DNS name of the cluster, a token until apply."""
        return str(self._cluster.cluster_endpoint.get(0).address)


class HeadMemoryDb(MemoryDb):
    """Define a MemoryDB cluster that only the head reaches, as a user with a password of its own."""

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
        super().__init__(
            scope,
            id_,
            config=config,
            label=label,
            security_group_id=security_group_id,
            key_arn=key_arn,
            protect=protect,
        )
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
        name = label.name(STORE_PART)
        self._user = MemorydbUser(
            self,
            "user",
            user_name=name,
            access_string=ACCESS_STRING,
            authentication_mode=MemorydbUserAuthenticationMode(type="password", passwords=[self._password.read()]),
            tags=label.tags(STORE_PART),
        )
        acl = MemorydbAcl(self, "acl", name=name, user_names=[self._user.user_name], tags=label.tags(STORE_PART))
        self._define(
            name=name,
            subnet_group_name=name,
            subnet_ids=list(subnet_ids.values()),
            acl_name=acl.name,
            description=f"State of the Ray head of {label.cluster}",
        )

    @cached_property
    def user_name(self) -> str:
        """User that the head logs in as."""
        return str(self._user.user_name)

    @property
    def password_secret_arn(self) -> str:
        """ARN of the secret with the user's password, a token until apply."""
        return self._password.arn
