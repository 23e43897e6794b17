"""The head and the worker groups of a Ray cluster, as its template wants them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from config.eks import HEAD_GROUP
from config.kuberay_eks import KuberayEksConfig
from config.pod_sizes import max_replicas, pod_size, pods_per_node
from config.ray_images import ray_image
from config.ray_pods import RayPodConfig
from config.room import Room
from config.service_accounts import RAY_HEAD, RAY_WORKER
from scripts.manifests.placement import node_selector, tolerations
from scripts.manifests.ports import ray_start_params

_DISK = "ephemeral-storage"
_DISK_SHARE = 2
"""Ray's pods request a half of the root volume, for logs, runtime environments and spilled objects; images have the
rest."""


@dataclass(frozen=True)
class RayGroup:
    """One group of pods of a Ray cluster."""

    name: str
    image: str
    service_account: str
    node_selector: Mapping[str, str]
    tolerations: list[dict[str, Any]]
    requests: Mapping[str, str]
    """Of Ray's container."""
    ray_start_params: Mapping[str, str]
    ray_resources: Mapping[str, str]
    ray_labels: Mapping[str, str]

    @property
    def limits(self) -> Mapping[str, str]:
        """Of Ray's container.

        None for the disk: Ray spills objects until it is nearly full, and kubelet would end the pod before.
        """
        return {name: amount for name, amount in self.requests.items() if name != _DISK}


@dataclass(frozen=True)
class WorkerGroup(RayGroup):
    """Workers, with their bounds."""

    min_replicas: int
    max_replicas: int
    idle_timeout_seconds: int | None


def head_group(environment: KuberayEksConfig) -> RayGroup:
    """The head, which runs no work.

    KubeRay refuses `num-cpus` together with `resources`, in which CPU says the same.
    """
    params, resources = ray_start_params("head"), _ray_resources(environment.head)
    if resources:
        resources = {"CPU": "0", **resources}
    else:
        params = {"num-cpus": "0", **params}
    return RayGroup(**_common(environment, HEAD_GROUP, RAY_HEAD), ray_start_params=params, ray_resources=resources)


def worker_group(environment: KuberayEksConfig, name: str) -> WorkerGroup:
    """One worker group."""
    worker = environment.workers[name]
    return WorkerGroup(
        **_common(environment, name, RAY_WORKER),
        ray_start_params=ray_start_params("worker"),
        ray_resources=_ray_resources(worker),
        min_replicas=worker.min_replicas,
        max_replicas=max_replicas(environment, name),
        idle_timeout_seconds=worker.idle_timeout_seconds,
    )


def _common(environment: KuberayEksConfig, name: str, service_account: str) -> dict[str, Any]:
    group = environment.ray_groups[name]
    return {
        "name": name,
        "image": ray_image(environment, name),
        "service_account": service_account,
        "node_selector": node_selector(name),
        "tolerations": tolerations(environment, name),
        "requests": _requests(pod_size(environment, name), _disk_gib(environment, name)),
        "ray_labels": group.labels,
    }


def _requests(size: Room, disk_gib: int) -> dict[str, str]:
    gpus = {"nvidia.com/gpu": str(size.gpus)} if size.gpus else {}
    amounts = {"cpu": f"{size.cpu_millis}m", "memory": f"{size.memory_mib}Mi", _DISK: f"{disk_gib}Gi"}
    return {**amounts, **gpus}


def _disk_gib(environment: KuberayEksConfig, name: str) -> int:
    share = environment.ray_groups[name].root_volume_gib // _DISK_SHARE
    return max(1, share // max(1, pods_per_node(environment, name)))


def _ray_resources(group: RayPodConfig) -> dict[str, str]:
    """Custom resources, whole numbers all of them, as quantities of Kubernetes."""
    return {name: f"{amount:.0f}" for name, amount in group.resources.items()}
