"""Rules over what pods ask for, and over what nodes have."""

from __future__ import annotations

from collections.abc import Iterator

from config.allocatable import allocatable, most_pods
from config.daemon_sets import beside_ray
from config.instance_sizes import size_of
from config.kuberay_eks import KuberayEksConfig
from config.label import is_own_tag
from config.nodes import RAY_RESOURCES
from config.pod_sizes import node_room, pod_room, pod_size
from config.problems import Problem
from config.ray_pods import WorkerPodsConfig
from config.room import Room
from config.rules.kuberay_types import declared_pods
from config.rules.registry import rule
from config.words import counted

_LEAST = Room(500, 2048)
"""Less than that holds no Ray: its processes take more than 1 GiB before any work."""
_OF_THE_POD = frozenset(name.lower() for name in (*RAY_RESOURCES, "object_store_memory"))


@rule("head", "workers", "autoscaler", "efs", "fsx", "buckets", "eks")
def pods_fit_their_nodes(environment: KuberayEksConfig) -> Iterator[Problem]:
    """A pod that asks for more than any node of its group has stays Pending for ever."""
    for path, pods in declared_pods(environment):
        if size_of(pods.instance_type) is None:
            continue  # said by pod_types_are_known
        group = str(path[-1])
        room, asked = pod_room(environment, group), pod_size(environment, group)
        if not room.holds(_LEAST):
            got = f"got {pods.instance_type}, which leaves {room} to Ray ({_taken(environment, group)})"
            yield Problem((*path, "instance_type"), got, f"a larger type, which leaves at least {_LEAST}")
            continue
        if most_pods(pods.instance_type) <= len(beside_ray(environment, pods.instance_type)):
            got = f"got {pods.instance_type}, which runs {counted(most_pods(pods.instance_type), 'pod')} in all"
            yield Problem(
                (*path, "instance_type"), got, "a type with more network interfaces: what runs beside Ray takes these"
            )
            continue
        if asked.cpu_millis > room.cpu_millis:
            most = f"at most {room.cpu_millis / 1000:g} on {pods.instance_type} ({_taken(environment, group)})"
            yield Problem((*path, "cpus"), f"got {pods.cpus:g}", most)
        if asked.memory_mib > room.memory_mib:
            most = f"at most {room.memory_gib:g} on {pods.instance_type} ({_taken(environment, group)})"
            yield Problem((*path, "memory_gib"), f"got {pods.memory_gib:g}", most)


def _taken(environment: KuberayEksConfig, group: str) -> str:
    """How what a pod can have comes about."""
    instance_type = environment.ray_groups[group].instance_type
    offered, left = allocatable(instance_type), node_room(environment, instance_type)
    beside = left - pod_room(environment, group)
    autoscaler = f" and {_amounts(beside)} for the autoscaler beside it" if beside.cpu_millis else ""
    others = "DaemonSets, mounts and a reserve" if environment.mounted_buckets else "DaemonSets and a reserve"
    return f"{_amounts(offered)} for pods, less {_amounts(offered - left)} for {others}{autoscaler}"


def _amounts(room: Room) -> str:
    return str(Room(room.cpu_millis, room.memory_mib))


@rule("workers")
def gpus_are_there(environment: KuberayEksConfig) -> Iterator[Problem]:
    """A pod gets GPUs that its node has."""
    for name, worker in environment.workers.items():
        size = size_of(worker.instance_type)
        if size is not None and worker.gpus is not None and worker.gpus > size.gpus:
            has = f"{worker.instance_type} has {counted(size.gpus, 'NVIDIA GPU')}"
            yield Problem(("workers", name, "gpus"), f"got {worker.gpus}", f"at most {size.gpus}: {has}")


@rule("head", "workers")
def pods_have_resources_of_their_own(environment: KuberayEksConfig) -> Iterator[Problem]:
    """CPUs, GPUs and memory are those of the pod."""
    for path, pods in declared_pods(environment):
        for name in pods.resources:
            # The operator takes every resource whose name ends so for GPUs.
            if name.lower() in _OF_THE_POD or name.lower().endswith("gpu"):
                instead = "cpus, memory_gib and gpus" if isinstance(pods, WorkerPodsConfig) else "cpus and memory_gib"
                wanted = f"{instead} of the group, or another name"
                yield Problem((*path, "resources", name), "got what a pod has by itself", wanted)


@rule("head", "workers")
def pod_tags_are_free(environment: KuberayEksConfig) -> Iterator[Problem]:
    """Tags that Rayform sets itself cannot be set for the nodes of a group either."""
    for path, pods in declared_pods(environment):
        for key in pods.tags:
            if is_own_tag(key):
                yield Problem((*path, "tags", key), "got a tag that Rayform sets itself", "another key")
