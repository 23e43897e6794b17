"""Rules over the instance types of EKS's node groups."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from config.allocatable import allocatable, known_size
from config.daemon_sets import daemon_sets
from config.instance_sizes import is_offered, known_types, size_of
from config.instance_types import can_be_ebs_optimized, family_of
from config.kuberay_eks import KuberayEksConfig
from config.pod_sizes import SPARE, node_room, pods_per_node
from config.problems import Path, Problem
from config.ray_pods import RayPodConfig, WorkerPodsConfig
from config.room import Room
from config.rules.nodes import named_twice
from config.rules.registry import rule
from config.vcpu_quotas import vcpu_quota_of
from config.words import counted

_SYSTEM_PODS = Room(800, 2048)
"""What the operator, the Cluster Autoscaler, CoreDNS and the CSI controllers request on a node, rounded up."""
_ALL_SYSTEM_PODS = Room(1000, 3072)
"""The same on all nodes together: most of them run twice."""
_SUBMITTER = Room(250, 512)
"""What the pod that submits a job requests, as templates/manifests/_ray_job.j2 says."""


def declared_pods(environment: KuberayEksConfig) -> Iterator[tuple[Path, RayPodConfig]]:
    """Head and worker groups, with the place of their settings."""
    yield ("head",), environment.head
    for name, worker in environment.workers.items():
        yield ("workers", name), worker


def _types(environment: KuberayEksConfig) -> Iterator[tuple[Path, str]]:
    """Every instance type, with the place of the setting."""
    if environment.eks.system_nodes is not None:
        yield ("eks", "system_nodes", "instance_type"), environment.eks.system_nodes.instance_type
    for path, pods in declared_pods(environment):
        yield (*path, "instance_type"), pods.instance_type
        for index, other in enumerate(_alternatives(pods)):
            yield (*path, "alternative_instance_types", index), other


def _alternatives(pods: RayPodConfig) -> list[str]:
    return pods.alternative_instance_types if isinstance(pods, WorkerPodsConfig) else []


@rule("head", "workers", "eks")
def pod_types_are_known(environment: KuberayEksConfig) -> Iterator[Problem]:
    """What a node gives to pods is counted before there is one."""
    for path, instance_type in _types(environment):
        if size_of(instance_type) is None:
            close = get_close_matches(instance_type, known_types(), n=3)
            yield Problem(
                path, f"got {instance_type}, which is not known", f"a known type: {', '.join(close or ['m7i.large'])}"
            )


@rule("head", "workers", "eks", "region")
def pod_types_are_offered(environment: KuberayEksConfig) -> Iterator[Problem]:
    """EKS makes no node group of a type that the region does not have."""
    for path, instance_type in _types(environment):
        if is_offered(instance_type, environment.region) is False:
            yield Problem(path, f"got {instance_type}, which {environment.region} does not offer", "another type")


@rule("head", "workers", "eks")
def pod_types_run_the_image(environment: KuberayEksConfig) -> Iterator[Problem]:
    """EKS's Amazon Linux 2023 needs a newer Graviton than the first; volumes get bandwidth of their own."""
    for path, instance_type in _types(environment):
        if family_of(instance_type) == "a1" or not can_be_ebs_optimized(instance_type):
            yield Problem(path, f"got {instance_type}", "a newer type, such as m7i.xlarge or m7g.xlarge")


@rule("head", "workers", "eks")
def pod_types_have_a_device_plugin(environment: KuberayEksConfig) -> Iterator[Problem]:
    """Pods see NVIDIA's GPUs alone."""
    for path, instance_type in _types(environment):
        size = size_of(instance_type)
        if size is not None and size.neuron_cores:
            yield Problem(path, f"got {instance_type} with Neuron cores, which pods would not see", "another type")


@rule("workers")
def alternatives_are_of_spot(environment: KuberayEksConfig) -> Iterator[Problem]:
    """EKS takes several types to find spot capacity; on demand it would take the first alone."""
    for name, worker in environment.workers.items():
        path = ("workers", name, "alternative_instance_types")
        if worker.alternative_instance_types and not worker.spot:
            yield Problem(path, f"got {len(worker.alternative_instance_types)} without spot", "spot: true, or none")
        yield from named_twice(path, [worker.instance_type, *worker.alternative_instance_types], "type")


@rule("workers", "eks", "autoscaler", "efs", "fsx", "buckets", "head")
def alternatives_are_alike(environment: KuberayEksConfig) -> Iterator[Problem]:
    """The Cluster Autoscaler takes all nodes of a group for equal, and each must hold the same pods."""
    for name, worker in environment.workers.items():
        for index, other in enumerate(worker.alternative_instance_types):
            path = ("workers", name, "alternative_instance_types", index)
            if size_of(worker.instance_type) is None or size_of(other) is None:
                continue  # said by pod_types_are_known
            if _shown(other) != _shown(worker.instance_type):
                got = f"got {other} with {_shown(other)}"
                yield Problem(path, got, f"{_shown(worker.instance_type)}, as {worker.instance_type} has")
            elif pods_per_node(environment, name, other) < pods_per_node(environment, name):
                room = node_room(environment, other)
                yield Problem(path, f"got {other}, which leaves {room}", f"room for the pods of {worker.instance_type}")


def _shown(instance_type: str) -> str:
    size = known_size(instance_type)
    gpus = f", {counted(size.gpus, 'GPU')}" if size.gpus else ""
    return f"{size.vcpus} vCPUs, {size.memory_mib / 1024:g} GiB{gpus}, {size.architecture}"


@rule("workers")
def spot_pods_are_sold(environment: KuberayEksConfig) -> Iterator[Problem]:
    """Some families are never sold as spot."""
    for name, worker in environment.workers.items():
        types = [worker.instance_type, *worker.alternative_instance_types]
        unsold = [each for each in types if vcpu_quota_of(each, spot=True) is None]
        if worker.spot and unsold:
            yield Problem(
                ("workers", name, "spot"),
                f"got true with {unsold[0]}",
                "false: AWS has no spot instances of that family",
            )


@rule("eks", "efs", "fsx", "buckets")
def system_nodes_have_room(environment: KuberayEksConfig) -> Iterator[Problem]:
    """What is not Ray has to run somewhere."""
    nodes = environment.eks.system_nodes
    if nodes is None or size_of(nodes.instance_type) is None:
        return
    room = _system_room(environment, nodes.instance_type)
    if not room.holds(_SYSTEM_PODS):
        yield Problem(
            ("eks", "system_nodes", "instance_type"),
            f"got {nodes.instance_type}, which leaves {room}",
            f"a larger type, which leaves at least {_SYSTEM_PODS} to the operator, the autoscaler and the add-ons",
        )


@rule("eks", "efs", "fsx", "buckets", "jobs")
def submitters_have_room(environment: KuberayEksConfig) -> Iterator[Problem]:
    """A job whose submitter finds no node never begins, while its Ray cluster waits for it."""
    nodes = environment.eks.system_nodes
    if nodes is None or size_of(nodes.instance_type) is None:
        return
    held = _submitters(_system_room(environment, nodes.instance_type), nodes.count)
    if environment.jobs and held < len(environment.jobs):
        yield Problem(
            ("eks", "system_nodes", "count"),
            f"got {nodes.count} of {nodes.instance_type}, with room for {counted(held, 'job')} at once",
            f"more, or a larger type, for {counted(len(environment.jobs), 'job')}",
        )


def _system_room(environment: KuberayEksConfig, instance_type: str) -> Room:
    return allocatable(instance_type) - sum(daemon_sets(environment, instance_type).values(), SPARE)


def _submitters(room: Room, nodes: int) -> int:
    """How many submitters fit beside what else runs on all nodes."""
    cpu_millis = room.cpu_millis * nodes - _ALL_SYSTEM_PODS.cpu_millis
    memory_mib = room.memory_mib * nodes - _ALL_SYSTEM_PODS.memory_mib
    return max(0, min(cpu_millis // _SUBMITTER.cpu_millis, memory_mib // _SUBMITTER.memory_mib))
