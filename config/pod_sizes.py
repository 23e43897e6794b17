"""The one model of nodes and pods: what a node has to give, how large a pod is, and how many fit."""

from __future__ import annotations

from config.allocatable import allocatable, most_pods
from config.daemon_sets import beside_ray
from config.eks import HEAD_GROUP
from config.kuberay_eks import KuberayEksConfig
from config.ray_pods import RayPodConfig, WorkerPodsConfig
from config.room import Room

AUTOSCALER_SIDECAR = Room(500, 512)
"""KubeRay's default for the container that it adds to the head's pod:
https://docs.ray.io/en/latest/cluster/kubernetes/user-guides/configuring-autoscaling.html"""
SPARE = Room(100, 256)
"""Left free on each node: another version of an add-on may request more, and its DaemonSets come before Ray's pods."""
_CPU_STEP_MILLIS = 100
_MEMORY_STEP_MIB = 64
"""A pod that takes a whole node gets whole steps, downwards."""


def node_room(environment: KuberayEksConfig, instance_type: str) -> Room:
    """What a node has to give to pods of Ray: without what runs beside them, and what is left free for that."""
    taken = sum(beside_ray(environment, instance_type).values(), SPARE)
    return allocatable(instance_type) - taken


def pod_room(environment: KuberayEksConfig, group: str, instance_type: str | None = None) -> Room:
    """What a node of a group has to give to Ray's containers: on the head without the autoscaler beside it.

    `instance_type` is that of the group when left out.
    """
    room = node_room(environment, instance_type or environment.ray_groups[group].instance_type)
    return room - AUTOSCALER_SIDECAR if group == HEAD_GROUP and environment.autoscaler.enabled else room


def pod_size(environment: KuberayEksConfig, group: str) -> Room:
    """What Ray's container of the head or of a worker group requests, and is limited to."""
    config = environment.ray_groups[group]
    room = pod_room(environment, group)
    cpu_millis = room.cpu_millis // _CPU_STEP_MILLIS * _CPU_STEP_MILLIS
    memory_mib = room.memory_mib // _MEMORY_STEP_MIB * _MEMORY_STEP_MIB
    return Room(
        cpu_millis if config.cpus is None else round(config.cpus * 1000),
        memory_mib if config.memory_gib is None else round(config.memory_gib * 1024),
        _gpus(config, room),
    )


def pods_per_node(environment: KuberayEksConfig, group: str, instance_type: str | None = None) -> int:
    """How many pods of a group a node of it holds; 0 when one does not fit."""
    wanted = environment.ray_groups[group]
    chosen = instance_type or wanted.instance_type
    size, room = pod_size(environment, group), pod_room(environment, group, chosen)
    places = max(0, most_pods(chosen) - len(beside_ray(environment, chosen)))
    if not room.holds(size):
        return 0
    if group == HEAD_GROUP:
        return min(1, places)
    if size.cpu_millis <= 0 or size.memory_mib <= 0:
        return 0  # a node that leaves nothing, which pods_fit_their_nodes refuses
    by_amount = [room.cpu_millis // size.cpu_millis, room.memory_mib // size.memory_mib]
    by_gpus = [room.gpus // size.gpus] if size.gpus else []
    return min(*by_amount, *by_gpus, places)


def max_replicas(environment: KuberayEksConfig, group: str) -> int:
    """Most pods of a worker group in one Ray cluster; without Ray's autoscaler all that there are."""
    worker = environment.workers[group]
    if not environment.autoscaler.enabled:
        return worker.min_replicas
    if worker.max_replicas is not None:
        return worker.max_replicas
    return worker.max_nodes * pods_per_node(environment, group)


def _gpus(config: RayPodConfig, room: Room) -> int:
    """A worker takes all GPUs of its node when it names none; the head runs no work."""
    if not isinstance(config, WorkerPodsConfig):
        return 0
    return room.gpus if config.gpus is None else config.gpus
