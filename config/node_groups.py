"""The managed node groups of an environment, as EKS gets them: Terraform makes them, the audit compares them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from config.allocatable import allocatable_disk_gib
from config.eks import HEAD_GROUP, SYSTEM_GROUP
from config.instance_types import architecture_of, has_gpu
from config.kuberay_eks import NODE_GROUP_LABEL, KuberayEksConfig, NodeBounds
from config.ray_pods import WorkerPodsConfig

GPU_TAINT = ("nvidia.com/gpu", "present")
"""Key and value of the taint that keeps pods without a GPU off nodes with one."""
ACCELERATOR_LABEL = "k8s.amazonaws.com/accelerator"
"""What the Cluster Autoscaler knows a node with GPUs by, before its device plugin runs."""

TEMPLATE_RESOURCE = "k8s.io/cluster-autoscaler/node-template/resources/"
"""Prefix of the tags that tell the Cluster Autoscaler what a node of an empty group will offer. It knows CPUs, memory,
GPUs and pods by the instance type, labels and taints by the group, and nothing of the disk:
https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/aws_manager.go"""


@dataclass(frozen=True)
class NodeGroup:
    """One managed node group."""

    name: str
    instance_types: Sequence[str]
    root_volume_gib: int
    bounds: NodeBounds
    zones: Sequence[str]
    tainted: bool = True
    """Whether it keeps pods of others away."""
    spot: bool = False
    tags: Mapping[str, str] = field(default_factory=dict)
    """More tags for the instances and their volumes."""
    updates_by_force: bool = False
    """Whether an update goes on when a pod does not leave its node within EKS's 15 minutes."""

    @property
    def of_workers(self) -> bool:
        """Whether Ray's workers run on it."""
        return self.name not in (HEAD_GROUP, SYSTEM_GROUP)

    @property
    def gpus(self) -> bool:
        """Whether its nodes have NVIDIA GPUs."""
        return has_gpu(self.instance_types[0])

    @property
    def ami_type(self) -> str:
        """EKS's name of its newest image for the instance types."""
        return f"AL2023_{_ARCHITECTURES[architecture_of(self.instance_types[0])]}_{_image_kind(gpus=self.gpus)}"

    @property
    def capacity_type(self) -> Literal["SPOT", "ON_DEMAND"]:
        """How its instances are paid for."""
        return "SPOT" if self.spot else "ON_DEMAND"

    @property
    def labels(self) -> dict[str, str]:
        """Labels of its nodes."""
        return {NODE_GROUP_LABEL: self.name, **({ACCELERATOR_LABEL: "nvidia"} if self.gpus else {})}

    @property
    def taints(self) -> dict[str, str]:
        """Taints of its nodes, value by key; the effect of each is NoSchedule."""
        own = {NODE_GROUP_LABEL: self.name} if self.tainted else {}
        return {**own, **(dict([GPU_TAINT]) if self.gpus else {})}

    @property
    def template_tags(self) -> dict[str, str]:
        """Tags of the group itself: without them no pod that requests disk would ever get a node of an empty group."""
        return {f"{TEMPLATE_RESOURCE}ephemeral-storage": f"{allocatable_disk_gib(self.root_volume_gib)}Gi"}


_ARCHITECTURES = {"x86_64": "x86_64", "arm64": "ARM_64"}


def _image_kind(*, gpus: bool) -> str:
    return "NVIDIA" if gpus else "STANDARD"


def node_groups(environment: KuberayEksConfig) -> list[NodeGroup]:
    """The node groups that are made, in the order of the addresses."""
    system = environment.eks.system_nodes
    first = [] if system is None else [
        NodeGroup(
            name=SYSTEM_GROUP,
            instance_types=[system.instance_type],
            root_volume_gib=system.root_volume_gib,
            bounds=environment.node_bounds(SYSTEM_GROUP),
            zones=environment.node_zones,
            tainted=False,
        )
    ]  # fmt: skip
    return [*first, *(_ray_group(environment, name) for name in environment.ray_groups)]


def _ray_group(environment: KuberayEksConfig, name: str) -> NodeGroup:
    pods = environment.ray_groups[name]
    worker = pods if isinstance(pods, WorkerPodsConfig) else None
    return NodeGroup(
        name=name,
        instance_types=[pods.instance_type, *(worker.alternative_instance_types if worker else ())],
        root_volume_gib=pods.root_volume_gib,
        bounds=environment.node_bounds(name),
        zones=(worker.zones if worker else None) or environment.node_zones,
        spot=worker is not None and worker.spot,
        tags=pods.tags,
        # A new head takes up the state of the old one; its disruption budget would end the update instead.
        updates_by_force=name == HEAD_GROUP and environment.ray.head_storage == "memorydb",
    )
