"""What every flavour stands on: key, network, security groups, and what is wired alike in all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cdktf import TerraformResource
from constructs import Construct

from config.efs import MountedEfsConfig
from config.firewall import declared_rules, security_groups
from config.foundation import FoundationConfig
from config.security_rules import Group
from config.statement import Statement
from modules.cluster_network import define_network
from modules.efs import Efs
from modules.endpoints import InterfaceEndpoints
from modules.kms import Key
from modules.memorydb import HeadMemoryDb
from modules.s3 import Buckets, Grants
from modules.secret import GeneratedSecret
from modules.security_groups import GroupIdentity, SecurityGroups
from stacks.base import EnvironmentStack

_TOKEN_LENGTH = 64


class FoundationStack(EnvironmentStack):
    """An environment with a key, a network and security groups. Wiring only.

    `encrypts` says what the key is for; `key_users` and `log_groups` are its own, too. `readable_buckets`,
    `writable_buckets`, `gives_addresses` and `subnet_tags` are those of the network, `filled_by` and `identities` those
    of the security groups.
    """

    def __init__(
        self,
        scope: Construct,
        config: FoundationConfig,
        *,
        encrypts: str,
        readable_buckets: Sequence[str],
        writable_buckets: Sequence[str],
        gives_addresses: bool,
        subnet_tags: Mapping[str, Mapping[str, str]] | None = None,
        filled_by: Mapping[Group, str],
        identities: Mapping[Group, GroupIdentity] | None = None,
        key_users: Sequence[Statement] = (),
        log_groups: Sequence[str] = (),
    ) -> None:
        super().__init__(scope, config)
        self._foundation = config
        self._key = Key(
            self,
            "kms",
            config=config.kms,
            label=self.label,
            place=config.place,
            protect=config.protect,
            encrypts=encrypts,
            users=key_users,
            log_groups=log_groups,
        )
        self._network = define_network(
            self,
            config=config,
            label=self.label,
            key_arn=self._key.key_arn,
            readable_buckets=readable_buckets,
            writable_buckets=writable_buckets,
            gives_addresses=gives_addresses,
            subnet_tags=subnet_tags,
        )
        self._groups = SecurityGroups(
            self,
            "security_groups",
            groups=security_groups(config),
            rules=declared_rules(config),
            label=self.label,
            vpc_id=self._network.vpc_id,
            filled_by=filled_by,
            identities=identities,
        )

    @property
    def _node_subnet_ids(self) -> dict[str, str]:
        public = self._foundation.access.public_nodes
        return self._network.public_subnet_ids if public else self._network.private_subnet_ids

    def _buckets_with(self, grants: Grants) -> Buckets:
        """Define the buckets; `grants` says what their policies let roles do."""
        config = self._foundation
        return Buckets(
            self,
            "buckets",
            configs=config.all_buckets,
            names={bucket: config.bucket_name(bucket) for bucket in config.all_buckets},
            label=self.label,
            place=config.place,
            key_arn=self._key.key_arn,
            grants=grants,
            protect=config.protect,
        )

    def _define_token(self) -> GeneratedSecret:
        return GeneratedSecret(
            self,
            "ray_token",
            label=self.label,
            part="ray-token",
            description="Token that every client and node of the Ray cluster shows",
            length=_TOKEN_LENGTH,
            key_arn=self._key.key_arn,
            protect=self._foundation.protect,
        )

    def _define_mounted_efs(self, config: MountedEfsConfig | None, role_arns: Sequence[str]) -> Efs | None:
        if config is None:
            return None
        return Efs(
            self,
            "efs",
            config=config,
            label=self.label,
            subnet_ids=self._node_subnet_ids,
            security_group_id=self._groups.id_of("efs"),
            key_arn=self._key.key_arn,
            role_arns=role_arns,
            protect=self._foundation.protect,
        )

    def _define_head_memorydb(self) -> HeadMemoryDb | None:
        if self._foundation.memorydb is None:
            return None
        return HeadMemoryDb(
            self,
            "memorydb",
            config=self._foundation.memorydb,
            label=self.label,
            subnet_ids=self._node_subnet_ids,
            security_group_id=self._groups.id_of("memorydb"),
            key_arn=self._key.key_arn,
            protect=self._foundation.protect,
        )

    def _ways_out(self, endpoints: InterfaceEndpoints | None) -> list[TerraformResource]:
        """Routes to the internet or, where there are none, the endpoints."""
        offline = not self._foundation.nodes_reach_internet
        return endpoints.ways_out if offline and endpoints is not None else self._network.ways_out

    def _define_endpoints(self, *, others_pull: bool, web_identity: bool = False) -> InterfaceEndpoints | None:
        if not self._foundation.network.endpoints:
            return None
        return InterfaceEndpoints(
            self,
            "endpoints",
            services=self._foundation.network.endpoints,
            label=self.label,
            place=self._foundation.place,
            vpc_id=self._network.vpc_id,
            subnet_ids=self._network.private_subnet_ids,
            security_group_id=self._groups.id_of("endpoints"),
            others_pull=others_pull,
            web_identity=web_identity,
        )

    def _publish_foundation(self) -> None:
        """Define the outputs that every flavour has."""
        self.publish(
            cluster=self.label.cluster,
            vpc_id=self._network.vpc_id,
            public_subnet_ids=self._network.public_subnet_ids,
            private_subnet_ids=self._network.private_subnet_ids,
            security_group_ids=self._groups.ids,
            key_arn=self._key.key_arn,
        )
