"""What the flavours on EC2 have in common: everything but how workers come to be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from config.access import AccessConfig
from config.change import Change
from config.efs import MountedEfsConfig
from config.foundation import KUBERAY_SECTIONS, FoundationConfig
from config.iam import NodeIamConfig
from config.nodes import HeadConfig, NodeConfig, WorkerConfig
from config.observability import ObservabilityConfig
from config.ports import PortTable, Tier, port_table
from config.ray import RayConfig
from config.s3 import LOGS_BUCKET, BucketConfig
from config.section import Slug

HEAD_NODE = "head-node"
"""Last part of the head's AWS name."""
BASTION = "bastion"
"""Last part of the bastion's AWS name."""
BASTION_USER = "ec2-user"
"""Login user of the bastion's image."""


@dataclass(frozen=True)
class FixedNode:
    """A node that Terraform makes."""

    tier: Tier
    settings: NodeConfig
    zone: str
    spot: bool = False


class Ec2ClusterConfig(FoundationConfig):
    """A Ray cluster on EC2: network, roles, storage, a head, and workers of some kind."""

    instead = {
        **dict.fromkeys(("anyscale", "adopted"), "flavour: anyscale-cloud to go with it"),
        **dict.fromkeys(KUBERAY_SECTIONS, "flavour: kuberay-eks to go with it"),
    }

    access: Annotated[AccessConfig, Change.IN_PLACE] = AccessConfig()
    """Who may reach the nodes."""
    iam: Annotated[NodeIamConfig, Change.IN_PLACE] = NodeIamConfig()
    """Additions to the roles."""
    ray: Annotated[RayConfig, Change.REPLACES] = RayConfig()
    """What is installed on every node."""
    observability: Annotated[ObservabilityConfig, Change.IN_PLACE] = ObservabilityConfig()
    """What nodes report."""
    head: Annotated[HeadConfig, Change.IN_PLACE] = HeadConfig()
    """The head node."""
    workers: Annotated[Mapping[Slug, WorkerConfig], Change.IN_PLACE] = {}
    """Workers by name of their group or type."""
    buckets: Annotated[dict[Slug, BucketConfig], Change.IN_PLACE] = {}
    """Buckets by name. One called `logs` takes the access logs of the others and is there when any other is."""
    efs: Annotated[MountedEfsConfig | None, Change.REPLACES] = None
    """Shared file system; off when left out, `{}` for the defaults."""

    @property
    def port_table(self) -> PortTable:
        """What Ray listens on, and who must reach it."""
        return port_table(self.ray.ports)

    @property
    def has_token(self) -> bool:
        """Whether Ray asks for a token."""
        return not self.access.allow_unauthenticated

    @property
    def all_buckets(self) -> dict[str, BucketConfig]:
        """The buckets that are made: those declared, and the logs bucket they need."""
        if not self.buckets:
            return {}
        others = {name: bucket for name, bucket in self.buckets.items() if name != LOGS_BUCKET}
        logs = self.buckets.get(LOGS_BUCKET, BucketConfig(expire_days=365))
        # Nodes that could write access logs could hide what they did.
        return {LOGS_BUCKET: logs.model_copy(update={"node_access": "none"}), **others}

    def nodes_of(self, tier: Tier) -> list[NodeConfig]:
        """Settings of the nodes of a tier."""
        return [self.head] if tier == "head" else list(self.workers.values())

    def head_zone(self) -> str:
        """Zone of the head."""
        return self.head.zone or self.node_zones[0]

    @property
    def terraform_makes_head(self) -> bool:
        """Whether the head is an instance of Terraform's."""
        return True

    @property
    def fixed_nodes(self) -> Mapping[str, FixedNode]:
        """The nodes that Terraform makes, by the last part of their AWS name: `head-node`, `worker-cpu-0`."""
        raise NotImplementedError
