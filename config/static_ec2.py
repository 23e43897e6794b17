"""Flavour `static-ec2`: Terraform makes the head and a fixed number of workers in named groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from config.change import Change
from config.ec2_cluster import HEAD_NODE, Ec2ClusterConfig, FixedNode
from config.nodes import WorkerGroupConfig, WorkerGroups


class StaticEc2Config(Ec2ClusterConfig):
    """One environment of flavour `static-ec2`."""

    flavour: Annotated[Literal["static-ec2"], Change.NEVER] = "static-ec2"
    """The kind of deployment."""
    workers: Annotated[WorkerGroups, Change.IN_PLACE] = {}
    """Groups of workers by name."""

    @property
    def fixed_nodes(self) -> Mapping[str, FixedNode]:
        """The head and all workers, by the last part of their AWS name."""
        workers = {
            f"worker-{name}-{index}": FixedNode("worker", group, self.worker_zone(group, index), group.spot)
            for name, group in self.workers.items()
            for index in range(group.count)
        }
        return {HEAD_NODE: FixedNode("head", self.head, self.head_zone()), **workers}

    def worker_zone(self, group: WorkerGroupConfig, index: int) -> str:
        """Zone of a group's worker: in turn over the group's zones."""
        zones = group.zones or self.node_zones
        return zones[index % len(zones)]
