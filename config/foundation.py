"""What every flavour stands on, whatever runs on it: network, key, bound of its roles, storage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from config.access import OpeningsConfig
from config.change import Change
from config.efs import EfsConfig
from config.environment import Environment
from config.iam import IamConfig
from config.kms import KmsConfig
from config.layout import NetworkLayout, network_layout
from config.memorydb import STORE_PART, MemoryDbConfig
from config.network import NetworkConfig
from config.s3 import BucketConfig

KUBERAY_SECTIONS = ("kuberay", "eks", "fsx", "ecr", "prometheus", "jobs", "services")
"""Those that flavour `kuberay-eks` alone has."""


class FoundationConfig(Environment):
    """An environment with a VPC, made or there, and storage for what runs in it."""

    network: Annotated[NetworkConfig, Change.IN_PLACE] = NetworkConfig()
    """VPC, subnets, NAT, endpoints, flow logs."""
    access: Annotated[OpeningsConfig, Change.IN_PLACE] = OpeningsConfig()
    """Who may reach the nodes."""
    kms: Annotated[KmsConfig, Change.IN_PLACE] = KmsConfig()
    """The key that encrypts everything."""
    iam: Annotated[IamConfig, Change.IN_PLACE] = IamConfig()
    """Additions to the roles."""
    efs: Annotated[EfsConfig | None, Change.REPLACES] = None
    """Shared file system; off when left out, `{}` for the defaults."""
    memorydb: Annotated[MemoryDbConfig | None, Change.REPLACES] = None
    """MemoryDB for the state of heads; off when left out, `{}` for the defaults."""

    @property
    def layout(self) -> NetworkLayout:
        """Zones and subnets, computed."""
        return network_layout(self.network, self.region)

    @property
    def node_zones(self) -> list[str]:
        """Zones in which nodes can be placed."""
        return list(self.layout.node_subnets(public=self.access.public_nodes))

    @property
    def nodes_reach_internet(self) -> bool:
        """Whether nodes have a way out: a public address, a NAT gateway, or whatever an existing VPC has."""
        return self.network.existing is not None or self.access.public_nodes or bool(self.layout.nat_zones)

    @property
    def all_buckets(self) -> Mapping[str, BucketConfig]:
        """The buckets that are made, by their name in the environment."""
        raise NotImplementedError

    def bucket_name(self, bucket: str) -> str:
        """AWS name of a bucket: unique among all accounts, because it holds the account id."""
        return f"{self.label.name(bucket)}-{self.account_id}"

    def group_name(self, group: str) -> str:
        """AWS name of a security group."""
        return self.label.name(group)

    @property
    def memorydb_name(self) -> str:
        """AWS name of the MemoryDB cluster, if there is one."""
        return self.label.name(STORE_PART)
