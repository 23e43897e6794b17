"""Flavour `static-ec2`: Terraform makes the head and a fixed number of workers in named groups."""

from __future__ import annotations

from typing import Annotated, Literal

from config.access import AccessConfig
from config.change import Change
from config.efs import EfsConfig
from config.environment import Environment
from config.iam import IamConfig
from config.kms import KmsConfig
from config.layout import NetworkLayout, network_layout
from config.memorydb import MemoryDbConfig
from config.network import NetworkConfig
from config.nodes import HeadConfig, NodeConfig, WorkerGroupConfig, WorkerGroups
from config.observability import ObservabilityConfig
from config.ports import PortTable, Tier, port_table
from config.ray import RayConfig
from config.s3 import LOGS_BUCKET, BucketConfig
from config.section import Slug


class StaticEc2Config(Environment):
    """One environment of flavour `static-ec2`."""

    flavour: Annotated[Literal["static-ec2"], Change.NEVER] = "static-ec2"
    """The kind of deployment."""
    network: Annotated[NetworkConfig, Change.IN_PLACE] = NetworkConfig()
    """VPC, subnets, NAT, endpoints, flow logs."""
    access: Annotated[AccessConfig, Change.IN_PLACE] = AccessConfig()
    """Who may reach the cluster."""
    kms: Annotated[KmsConfig, Change.IN_PLACE] = KmsConfig()
    """The key that encrypts everything."""
    iam: Annotated[IamConfig, Change.IN_PLACE] = IamConfig()
    """Additions to the nodes' roles."""
    ray: Annotated[RayConfig, Change.REPLACES] = RayConfig()
    """What is installed on every node."""
    observability: Annotated[ObservabilityConfig, Change.IN_PLACE] = ObservabilityConfig()
    """What nodes report."""
    head: Annotated[HeadConfig, Change.IN_PLACE] = HeadConfig()
    """The head node."""
    workers: Annotated[WorkerGroups, Change.IN_PLACE] = {}
    """Groups of workers by name."""
    buckets: Annotated[dict[Slug, BucketConfig], Change.IN_PLACE] = {}
    """Buckets by name. One called `logs` takes the access logs of the others and is there when any other is."""
    efs: Annotated[EfsConfig | None, Change.REPLACES] = None
    """Shared file system; off when left out, `{}` for the defaults."""
    memorydb: Annotated[MemoryDbConfig | None, Change.REPLACES] = None
    """Storage for the head's state; off when left out."""

    @property
    def layout(self) -> NetworkLayout:
        """Zones and subnets, computed."""
        return network_layout(self.network, self.region)

    @property
    def port_table(self) -> PortTable:
        """What Ray listens on, and who must reach it."""
        return port_table(self.ray.ports)

    @property
    def has_token(self) -> bool:
        """Whether Ray asks for a token."""
        return not self.access.allow_unauthenticated

    @property
    def node_zones(self) -> list[str]:
        """Zones in which nodes can be placed."""
        return list(self.layout.node_subnets(public=self.access.public_nodes))

    @property
    def all_buckets(self) -> dict[str, BucketConfig]:
        """The buckets that are made: those declared, and the logs bucket they need."""
        if not self.buckets:
            return {}
        others = {name: bucket for name, bucket in self.buckets.items() if name != LOGS_BUCKET}
        logs = self.buckets.get(LOGS_BUCKET, BucketConfig(expire_days=365))
        # Nodes that could write access logs could hide what they did.
        return {LOGS_BUCKET: logs.model_copy(update={"node_access": "none"}), **others}

    def bucket_name(self, bucket: str) -> str:
        """AWS name of a bucket: unique among all accounts, because it holds the account id."""
        return f"{self.label.name(bucket)}-{self.account_id}"

    @property
    def nodes_reach_internet(self) -> bool:
        """Whether nodes have a way out: a public address, a NAT gateway, or whatever an existing VPC has."""
        existing = self.network.existing is not None
        return existing or self.access.public_nodes or bool(self.layout.nat_zones)

    def nodes_of(self, tier: Tier) -> list[NodeConfig]:
        """Settings of the nodes of a tier."""
        return [self.head] if tier == "head" else list(self.workers.values())

    def head_zone(self) -> str:
        """Zone of the head."""
        return self.head.zone or self.node_zones[0]

    def worker_zone(self, group: WorkerGroupConfig, index: int) -> str:
        """Zone of a group's worker: in turn over the group's zones."""
        zones = group.zones or self.node_zones
        return zones[index % len(zones)]
