"""The instances of a cluster that Ray makes, by Ray's tags."""

from __future__ import annotations

from dataclasses import dataclass

from config.ec2_cluster import HEAD_NODE, Ec2ClusterConfig
from config.ray_tags import RAY_CLUSTER, RAY_KIND
from scripts.inventory import Inventory
from scripts.inventory.instances import RUNNING, Instance
from scripts.inventory.reading import readable

STOPPED = frozenset({"stopping", "stopped"})


@dataclass(frozen=True)
class Fleet:
    """Heads and workers in any state but terminated, in order of their ids."""

    heads: tuple[Instance, ...]
    workers: tuple[Instance, ...]

    @property
    def running_heads(self) -> list[Instance]:
        """Heads that run or are about to."""
        return [head for head in self.heads if head.state in RUNNING]

    @property
    def running_workers(self) -> list[Instance]:
        """Workers that run or are about to."""
        return [worker for worker in self.workers if worker.state in RUNNING]

    @property
    def stopped(self) -> list[Instance]:
        """Nodes that stopped, whose volumes are still billed."""
        return [node for node in (*self.heads, *self.workers) if node.state in STOPPED]


def fleet_of(inventory: Inventory, config: Ec2ClusterConfig) -> Fleet:
    """The nodes of the cluster as Ray tells them apart; what has the name of the head is one, too.

    Raises NotReadableError.
    """
    head_name = config.label.name(HEAD_NODE)
    nodes = sorted(readable(inventory.nodes.instances), key=lambda node: node.instance_id)
    ours = [node for node in nodes if node.tags.get(RAY_CLUSTER) == config.label.cluster or node.name == head_name]
    heads = [node for node in ours if node.name == head_name or node.tags.get(RAY_KIND) == "head"]
    others = [node for node in ours if node not in heads]
    return Fleet(tuple(heads), tuple(others))
