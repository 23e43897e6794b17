"""What every flavour stands on: key, network, security groups, and what is wired alike in all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from constructs import Construct

from config.firewall import declared_rules, security_groups
from config.foundation import FoundationConfig
from config.security_rules import Group
from modules.cluster_network import define_network
from modules.endpoints import InterfaceEndpoints
from modules.kms import Key
from modules.s3 import Buckets, Grants
from modules.security_groups import GroupIdentity, SecurityGroups
from stacks.base import EnvironmentStack


class FoundationStack(EnvironmentStack):
    """An environment with a key, a network and security groups. Wiring only.

    `encrypts` says what the key is for, and `spot` whether EC2 Spot uses it; `readable_buckets`, `writable_buckets` and
    `gives_addresses` are those of the network, `filled_by` and `identities` those of the security groups.
    """

    def __init__(
        self,
        scope: Construct,
        config: FoundationConfig,
        *,
        encrypts: str,
        spot: bool,
        readable_buckets: Sequence[str],
        writable_buckets: Sequence[str],
        gives_addresses: bool,
        filled_by: Mapping[Group, str],
        identities: Mapping[Group, GroupIdentity] | None = None,
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
            spot=spot,
        )
        self._network = define_network(
            self,
            config=config,
            label=self.label,
            key_arn=self._key.key_arn,
            readable_buckets=readable_buckets,
            writable_buckets=writable_buckets,
            gives_addresses=gives_addresses,
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

    def _define_endpoints(self, *, others_pull: bool) -> InterfaceEndpoints | None:
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
