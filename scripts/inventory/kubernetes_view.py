"""What the cluster itself says, when it was asked: no read of AWS. Who asks it does so from outside of AWS's reads."""

from __future__ import annotations

from dataclasses import dataclass

from scripts.inventory.reading import Reading
from scripts.kubernetes.diff import ClusterDiff

READ_NAME = "kubernetes:the cluster"


@dataclass(frozen=True)
class RayClusterStatus:
    """What the KubeRay operator says of the environment's RayCluster."""

    seen: bool
    """Whether the operator has looked at its newest version."""
    state: str
    """`ready`; nothing as long as the operator has not said."""
    ready_workers: int
    desired_workers: int


@dataclass(frozen=True)
class KubernetesView:
    """The cluster beside what was rendered for it."""

    diff: Reading[ClusterDiff]
    ray_cluster: Reading[RayClusterStatus | None]
    """None when there is none."""
