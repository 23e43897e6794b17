"""Flavour `autoscaling-ec2`: Terraform makes what lasts, Ray's autoscaler makes the workers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from config.autoscaler import AutoscaledHeadConfig, AutoscalerConfig, WorkerTypeConfig, WorkerTypes
from config.change import Change
from config.ec2_cluster import HEAD_NODE, Ec2ClusterConfig, FixedNode
from config.ports import Tier

HEAD_TYPE = "head"
"""Name of the head's node type; no worker type may have it."""
AUTOSCALING_SECRET = "autoscaling"  # noqa: S105 — a name
"""Last part of the AWS name of the secret with the configuration of Ray's autoscaler."""
ON_DEMAND = "-on-demand"
"""Ends the name of a fallback type."""


@dataclass(frozen=True)
class NodeType:
    """A node type as Ray's autoscaler knows it."""

    name: str
    tier: Tier
    settings: AutoscaledHeadConfig | WorkerTypeConfig
    group: str
    """The name in the environment file: that of the type itself, or of the type that it is the fallback of."""
    spot: bool = False
    priority: int = 0


class AutoscalingEc2Config(Ec2ClusterConfig):
    """One environment of flavour `autoscaling-ec2`."""

    flavour: Annotated[Literal["autoscaling-ec2"], Change.NEVER] = "autoscaling-ec2"
    """The kind of deployment."""
    head: Annotated[AutoscaledHeadConfig, Change.IN_PLACE] = AutoscaledHeadConfig()
    """The head node."""
    workers: Annotated[WorkerTypes, Change.IN_PLACE] = {}
    """Types of workers by name."""
    autoscaler: Annotated[AutoscalerConfig, Change.IN_PLACE] = AutoscalerConfig()
    """Ray's autoscaler."""

    @property
    def terraform_makes_head(self) -> bool:
        """Whether the head is an instance of Terraform's."""
        return self.head.managed_by == "terraform"

    @property
    def fixed_nodes(self) -> Mapping[str, FixedNode]:
        """The head, where Terraform makes it."""
        return {HEAD_NODE: FixedNode("head", self.head, self.head_zone())} if self.terraform_makes_head else {}

    @property
    def node_types(self) -> Mapping[str, NodeType]:
        """Every node type by name: the head's, those of the file, and the on-demand fallbacks."""
        types = [NodeType(HEAD_TYPE, "head", self.head, HEAD_TYPE)]
        for name, worker in self.workers.items():
            types.append(NodeType(name, "worker", worker, name, worker.spot, worker.priority))
            if worker.on_demand_fallback:
                types.append(NodeType(f"{name}{ON_DEMAND}", "worker", worker, name, priority=worker.priority - 1))
        return {type_.name: type_ for type_ in types}

    @property
    def max_workers(self) -> int:
        """Most workers of all types together."""
        if self.autoscaler.max_workers is not None:
            return self.autoscaler.max_workers
        return sum(worker.max_workers for worker in self.workers.values())

    def zones_of(self, type_: NodeType) -> list[str]:
        """Zones in which nodes of a type may be."""
        if isinstance(type_.settings, WorkerTypeConfig):
            return type_.settings.zones or self.node_zones
        return [self.head_zone()]
