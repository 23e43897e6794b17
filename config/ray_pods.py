"""The head and workers sections where Ray runs in pods: each names its pods and the node group that they run on."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from config.change import Change
from config.instance_types import Architecture, architecture_of, has_gpu
from config.nodes import InstanceType, LabelKey, LabelValue
from config.section import Section, Tags, Zone
from config.text import Form

ResourceName = Annotated[
    str,
    Form(r"[A-Za-z][A-Za-z0-9_.:-]{0,62}", "a name of 1 to 63 letters, digits and any of _.:-, a letter first"),
]
"""Part of a command line and of JSON in it, which the operator writes without quotes of its own."""
ResourceAmount = Annotated[int, Field(ge=0, le=1_000_000_000)]
"""A quantity of Kubernetes, of which Ray's autoscaler takes whole ones alone."""


class RayPodConfig(Section):
    """What head and workers have in common."""

    instead = {
        "ami": "none: EKS's image for the Kubernetes version, with NVIDIA's driver for types with GPUs",
        "bootstrap_hook": "ray.image, an image of your own",
        **dict.fromkeys(("count", "min_workers", "max_workers"), "min_replicas and max_replicas, for pods"),
    }

    instance_type: Annotated[InstanceType, Change.REPLACES] = "m7i.xlarge"
    """Instance type of the node group; a change makes new nodes and moves the pods."""
    root_volume_gib: Annotated[int, Field(ge=20, le=16384), Change.IN_PLACE] = 100
    """Size of the encrypted gp3 root volume, which holds images and Ray's spilled objects."""
    cpus: Annotated[float | None, Field(ge=0.5, le=1024), Change.IN_PLACE] = None
    """CPUs of a pod, requested and limited; all that a node has to give when left out."""
    memory_gib: Annotated[float | None, Field(ge=2, le=32768), Change.IN_PLACE] = None
    """Memory of a pod in GiB, requested and limited; all that a node has to give when left out."""
    labels: Annotated[dict[LabelKey, LabelValue], Change.IN_PLACE] = {}
    """Ray node labels for scheduling."""
    resources: Annotated[dict[ResourceName, ResourceAmount], Change.IN_PLACE] = {}
    """Custom resources of Ray; CPUs, GPUs and memory are those of the pod."""
    tags: Annotated[Tags, Change.IN_PLACE] = {}
    """More tags for the instances and their volumes."""

    @property
    def architecture(self) -> Architecture:
        """Architecture of the instance type."""
        return architecture_of(self.instance_type)

    @property
    def node_gpus(self) -> bool:
        """Whether nodes have NVIDIA GPUs."""
        return has_gpu(self.instance_type)


class HeadPodConfig(RayPodConfig):
    """The head: one pod, on a node group of its own, on demand. It runs no work: `num-cpus` is 0.

    Each job and service has a cluster of its own, with a head of this size on another node of that group.
    """

    instead = {
        **RayPodConfig.instead,
        "spot": "none: a cluster ends with its head, which is always on demand",
        "gpus": "none: the head runs no work",
        **dict.fromkeys(
            ("count", "min_nodes", "min_replicas", "max_replicas"),
            "none: there is a head for each Ray cluster",
        ),
    }

    max_nodes: Annotated[int, Field(ge=1, le=450), Change.IN_PLACE] = 10
    """Most nodes, when there are jobs or services: one for the RayCluster, for each job while it runs, and two for each
    service, which has two clusters while a new version takes over. EKS refuses to lower it below those that run."""


class WorkerPodsConfig(RayPodConfig):
    """A worker group: a node group of EKS, and the group of the RayCluster whose pods run on it and nowhere else."""

    alternative_instance_types: Annotated[list[InstanceType], Field(max_length=14), Change.REPLACES] = []
    """Further types for the node group, for spot; each must hold as many pods as `instance_type`."""
    spot: Annotated[bool, Change.REPLACES] = False
    """Spot instances: cheaper, and taken back by AWS with two minutes' notice."""
    zones: Annotated[Annotated[list[Zone], Field(min_length=1)] | None, Change.REPLACES] = None
    """Zones of the node group; all of the network when left out."""
    min_nodes: Annotated[int, Field(ge=0, le=450), Change.IN_PLACE] = 0
    """Least nodes. EKS refuses to raise it above those that run."""
    max_nodes: Annotated[int, Field(ge=1, le=450), Change.IN_PLACE] = 4
    """Most nodes. EKS refuses to lower it below those that run."""
    min_replicas: Annotated[int, Field(ge=0, le=10000), Change.IN_PLACE] = 0
    """Least pods; all there are when `autoscaler.enabled` is false."""
    max_replicas: Annotated[int | None, Field(ge=0, le=10000), Change.IN_PLACE] = None
    """Most pods; as many as the most nodes hold when left out."""
    gpus: Annotated[int | None, Field(ge=0, le=64), Change.IN_PLACE] = None
    """NVIDIA GPUs of a pod; all that a node has when left out."""
    idle_timeout_seconds: Annotated[int | None, Field(ge=0, le=86400), Change.IN_PLACE] = None
    """How long a worker may idle before Ray's autoscaler ends it; `autoscaler.idle_timeout_seconds` when left out."""
