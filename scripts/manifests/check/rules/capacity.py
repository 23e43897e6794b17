"""Pods and nodes: what stays Pending, or shares a node with what it should not."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from config.eks import SYSTEM_GROUP
from config.kuberay_eks import NODE_GROUP_LABEL, KuberayEksConfig
from config.pod_sizes import AUTOSCALER_SIDECAR, node_room, pods_per_node
from config.ray_pods import WorkerPodsConfig
from config.room import Room
from scripts.cluster_yaml.lint.cluster import listing, mapping, number, shown, text
from scripts.manifests.check.amounts import amount, pod_requests, room_of
from scripts.manifests.check.bundle import Bundle
from scripts.manifests.check.pods import PodTemplate
from scripts.manifests.check.ray import RaySpec
from scripts.manifests.check.registry import Hit, rule

_ASSIGN = "https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/"
_TAINTS = "https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/"
_RESERVED = "https://docs.aws.amazon.com/eks/latest/best-practices/data-plane.html"
_SIZES = "https://docs.ray.io/en/latest/cluster/kubernetes/user-guides/config.html#resources"
_GPU_TAINT = "nvidia.com/gpu"


def _placed(bundle: Bundle) -> Iterator[tuple[PodTemplate, KuberayEksConfig, str]]:
    """Pods that ask for a node group of the environment, with its name."""
    environment = bundle.environment
    for pod in bundle.pods if environment is not None else ():
        group = text(mapping(pod.spec.get("nodeSelector")).get(NODE_GROUP_LABEL))
        if environment is not None and group in environment.node_group_names:
            yield pod, environment, group


def _taints(environment: KuberayEksConfig, group: str) -> dict[str, str]:
    if group == SYSTEM_GROUP:
        return {}
    gpu = {_GPU_TAINT: "present"} if environment.ray_groups[group].node_gpus else {}
    return {NODE_GROUP_LABEL: group, **gpu}


@rule("node-group-unknown", _ASSIGN, needs_environment=True)
def node_group_unknown(bundle: Bundle) -> Iterator[Hit]:
    """A pod asks for a node group that the environment does not have.

    Why: no node matches: it stays Pending.

    Want: a node group of the environment.
    """
    environment = bundle.environment
    for pod in bundle.pods:
        group = mapping(pod.spec.get("nodeSelector")).get(NODE_GROUP_LABEL)
        if environment is not None and group is not None and group not in environment.node_group_names:
            want = f"one of {', '.join(environment.node_group_names)}"
            yield Hit(pod.document, pod.at("nodeSelector", NODE_GROUP_LABEL), shown(group), want=want)


@rule("node-group-of-another", _ASSIGN, needs_environment=True)
def node_group_of_another(bundle: Bundle) -> Iterator[Hit]:
    """The pods of a group of Ray do not ask for the nodes of the same name.

    Why: one worker group is one node group: sizes and bounds fit no other.

    Want: `nodeSelector: {rayform/node-group: <name of the group>}`.
    """
    for pod in bundle.pods:
        if pod.group is None:
            continue
        group = mapping(pod.spec.get("nodeSelector")).get(NODE_GROUP_LABEL)
        if group != pod.group.name:
            place = pod.at("nodeSelector", NODE_GROUP_LABEL)
            yield Hit(pod.document, place, shown(group or "none"), want=shown(pod.group.name))


@rule("toleration-missing", _TAINTS, needs_environment=True)
def toleration_missing(bundle: Bundle) -> Iterator[Hit]:
    """A pod does not tolerate a taint of the nodes that it asks for.

    Why: it stays Pending.

    Want: a toleration of each taint of the node group.
    """
    for pod, environment, group in _placed(bundle):
        given = [mapping(entry) for entry in listing(pod.spec.get("tolerations"))]
        for key, value in _taints(environment, group).items():
            if not any(_tolerates(toleration, key, value) for toleration in given):
                yield Hit(pod.document, pod.at("tolerations"), "none", want=f"{key}={value}:NoSchedule")


def _tolerates(toleration: dict[str, object], key: str, value: str) -> bool:
    if toleration.get("effect") not in (None, "", "NoSchedule"):
        return False
    if toleration.get("operator") == "Exists":
        return toleration.get("key") in (None, "", key)
    return toleration.get("key") == key and toleration.get("value") == value


@rule("toleration-of-everything", _TAINTS)
def toleration_of_everything(bundle: Bundle) -> Iterator[Hit]:
    """A pod of Ray tolerates every taint.

    Why: it also runs on nodes that are being taken away, or are kept for others.

    Want: a toleration of each taint of its own nodes.
    """
    for pod in bundle.pods:
        for position, toleration in enumerate(map(mapping, listing(pod.spec.get("tolerations")))):
            if pod.group is not None and toleration.get("operator") == "Exists" and not toleration.get("key"):
                yield Hit(pod.document, pod.at("tolerations", position), "operator Exists without a key")


@rule("pod-too-large", _RESERVED, needs_environment=True)
def pod_too_large(bundle: Bundle) -> Iterator[Hit]:
    """A pod of Ray requests more than a node of its group has to give.

    Why: it stays Pending. The kubelet, the system and DaemonSets take their part of a node, the autoscaler's container
    a part of the head's.

    Want: at most what the node has to give.
    """
    for pod, environment, name in _placed(bundle):
        if pod.group is None or name not in environment.ray_groups:
            continue
        wanted = pod_requests(pod)
        if pod.group.is_head and pod.group.spec.autoscaling:
            wanted += _sidecar(pod.group.spec)
        for instance_type in _instance_types(environment, name):
            room = node_room(environment, instance_type)
            if not room.holds(wanted):
                want = f"at most {room}, which {instance_type} has to give"
                yield Hit(pod.document, (*pod.group.container_place, "resources"), str(wanted), want=want)


def _instance_types(environment: KuberayEksConfig, group: str) -> list[str]:
    """Every type that the nodes of a group may have."""
    config = environment.ray_groups[group]
    more = config.alternative_instance_types if isinstance(config, WorkerPodsConfig) else []
    return [config.instance_type, *more]


def _sidecar(spec: RaySpec) -> Room:
    resources = mapping(spec.autoscaler.get("resources"))
    given = {**mapping(resources.get("limits")), **mapping(resources.get("requests"))}
    return room_of(given) if given else AUTOSCALER_SIDECAR


@rule("max-replicas-over-nodes", _ASSIGN, needs_environment=True)
def max_replicas_over_nodes(bundle: Bundle) -> Iterator[Hit]:
    """maxReplicas of a group is more than the most nodes of its node group hold.

    Why: Ray's autoscaler asks for pods that stay Pending for ever, and jobs wait for them.

    Want: at most max_nodes times the pods that a node holds.
    """
    yield from _over_nodes(bundle, "maxReplicas")


@rule("min-replicas-over-nodes", _ASSIGN, needs_environment=True)
def min_replicas_over_nodes(bundle: Bundle) -> Iterator[Hit]:
    """minReplicas of a group is more than the most nodes of its node group hold.

    Why: the cluster never gets ready: some of its pods stay Pending.

    Want: at most max_nodes times the pods that a node holds.
    """
    yield from _over_nodes(bundle, "minReplicas")


def _over_nodes(bundle: Bundle, field: str) -> Iterator[Hit]:
    environment = bundle.environment
    for spec in bundle.ray if environment is not None else ():
        for group in spec.workers:
            if environment is None or group.name not in environment.workers:
                continue
            most = environment.workers[group.name].max_nodes * pods_per_node(environment, group.name)
            if number(group.fields.get(field)) > most:
                yield Hit(spec.document, (*group.place, field), shown(group.fields[field]), want=f"at most {most}")


@rule("requests-not-limits", _SIZES)
def requests_not_limits(bundle: Bundle) -> Iterator[Hit]:
    """Ray's container requests other amounts than it is limited to.

    Why: Ray takes the limits for what it has. A node may hold less: pods are evicted, or slowed down.

    Want: requests that equal the limits, or none.
    """
    for spec in bundle.ray:
        for group in spec.groups:
            resources = mapping(group.container.get("resources"))
            limits = mapping(resources.get("limits"))
            for name, value in mapping(resources.get("requests")).items():
                if name in ("cpu", "memory") and amount(value) != amount(limits.get(name)):
                    got = f"{shown(value)} with limit {shown(limits.get(name, 'none'))}"
                    yield Hit(spec.document, (*group.container_place, "resources", "requests", name), got)


@rule("limits-missing", _SIZES)
def limits_missing(bundle: Bundle) -> Iterator[Hit]:
    """Ray's container has no limit for CPU or memory, or one of 0.

    Why: Ray then takes the whole node for its own, as does every other pod on it. 0 is no limit either.

    Want: resources.limits with cpu and memory.
    """
    for spec in bundle.ray:
        for group in spec.groups:
            limits = mapping(mapping(group.container.get("resources")).get("limits"))
            for name in ("cpu", "memory"):
                if group.container and (name not in limits or amount(limits[name]) == 0):
                    got = shown(limits.get(name, "none"))
                    yield Hit(spec.document, (*group.container_place, "resources", "limits", name), got)


@rule("params-over-limits", _SIZES)
def params_over_limits(bundle: Bundle) -> Iterator[Hit]:
    """rayStartParams has more CPUs or GPUs than Ray's container.

    Why: Ray runs tasks for GPUs that are not there, or more tasks at once than it has CPUs for.

    Want: at most the limit of the first container, or none: Ray takes the limits.
    """
    for spec in bundle.ray:
        for group in spec.groups:
            limits = mapping(mapping(group.container.get("resources")).get("limits"))
            for param, most in (("num-cpus", _cpus(limits)), ("num-gpus", _gpus(limits))):
                given = amount(group.params.get(param, ""))
                if group.container and given is not None and most is not None and given > most:
                    place = (*group.place, "rayStartParams", param)
                    yield Hit(spec.document, place, f"{shown(group.params[param])} with a limit of {most:g}")


def _cpus(limits: dict[str, Any]) -> float | None:
    """As Ray counts them: upwards."""
    cpus = amount(limits.get("cpu", ""))
    return math.ceil(cpus) if cpus else None  # said by limits_missing


def _gpus(limits: dict[str, Any]) -> float | None:
    """Of whatever maker and however shared; None where one is no amount."""
    given = [amount(value) for name, value in limits.items() if "gpu" in name or name.startswith("nvidia.com/")]
    known = [each for each in given if each is not None]
    return sum(known) if len(known) == len(given) else None


@rule("requests-over-limits", "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/")
def requests_over_limits(bundle: Bundle) -> Iterator[Hit]:
    """A container requests more than its limit, or other than all of a device.

    Why: the API server refuses the pod; of a Ray cluster the operator only says so in an event.

    Want: at most the limit; of devices such as nvidia.com/gpu exactly the limit.
    """
    for pod in bundle.pods:
        for container in pod.containers:
            limits = container.amounts("limits")
            for name, value in container.amounts("requests").items():
                wanted, most = amount(value), amount(limits.get(name))
                is_device = "/" in name
                wrong = wanted is not None and (is_device if most is None else wanted > most)
                if wrong or (is_device and wanted != most):
                    got = f"{shown(value)} with limit {shown(limits.get(name, 'none'))}"
                    yield Hit(pod.document, (*container.place, "resources", "requests", name), got)
