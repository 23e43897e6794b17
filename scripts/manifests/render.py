"""The Kubernetes documents of an environment, as files in the order in which they are applied."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from config.kuberay_eks import KuberayEksConfig
from scripts.manifests.access import access_context, groups_context, pod_security_labels
from scripts.manifests.dashboards import DASHBOARDS
from scripts.manifests.facts import ManifestFacts
from scripts.manifests.names import NODE_TYPE_LABEL, WORKLOAD_LABEL, own_labels
from scripts.manifests.network import shared_policies, workload_policies
from scripts.manifests.ray_context import ray_context
from scripts.manifests.storage_classes import storage_classes
from scripts.manifests.system_context import autoscaler_context, device_plugin_context, operator_context
from scripts.manifests.volumes import volumes
from scripts.manifests.workloads import Workload, workloads
from scripts.rendering.templates import template_environment

_FOLDER = "manifests"
_MONITORED = {"head": ("metrics", "as-metrics", "dash-metrics"), "worker": ("metrics",)}
"""Names of the ports that have metrics, by type of node."""

Part = tuple[str, str, Mapping[str, Any]]
"""Name of a file, of its template, and what the template is given."""


def render_manifests(environment: KuberayEksConfig, facts: ManifestFacts) -> dict[str, str]:
    """Text of each file by its name; their order by name is that in which they are applied."""
    shared = {"own_labels": own_labels(environment), "namespace": environment.kuberay.namespace}
    files = {name: _render(template, {**shared, **given}) for name, template, given in _parts(environment, facts)}
    return dict(sorted(files.items()))


def render_operator_values(environment: KuberayEksConfig) -> str | None:
    """Values of the chart kuberay-operator; None where the cluster has an operator."""
    if not environment.kuberay.install_operator:
        return None
    return _render("operator-values", operator_context(environment))


def _render(name: str, given: Mapping[str, Any]) -> str:
    return template_environment().get_template(f"{_FOLDER}/{name}.yaml.j2").render(given)


def _parts(environment: KuberayEksConfig, facts: ManifestFacts) -> Iterator[Part]:
    every = workloads(environment, facts)
    yield from _foundation(environment, facts)
    yield from _storage(environment, facts)
    if environment.kuberay.network_policy:
        yield from _network(environment, facts, every)
    yield from _system(environment, facts)
    if environment.kuberay.pod_monitor:
        monitors = {"monitored": _MONITORED, "node_type_label": NODE_TYPE_LABEL, "workload_label": WORKLOAD_LABEL}
        yield "50-pod-monitors.yaml", "pod-monitors", monitors
        yield "51-dashboards.yaml", "dashboards", {"dashboards": DASHBOARDS}
    budgets = {"workloads": every, "node_type_label": NODE_TYPE_LABEL}
    yield "60-disruption-budgets.yaml", "disruption-budgets", budgets
    given = ray_context(environment, facts)
    for workload in every:
        yield *_file_of(workload), {**given, "workload": workload}


def _foundation(environment: KuberayEksConfig, facts: ManifestFacts) -> Iterator[Part]:
    operator = environment.kuberay.operator_namespace if environment.kuberay.install_operator else None
    own = operator if operator != environment.kuberay.namespace else None
    given = {"operator_namespace": own, "pod_security": pod_security_labels(environment)}
    yield "00-namespaces.yaml", "namespaces", given
    yield "10-service-accounts.yaml", "service-accounts", access_context(environment, facts)
    groups = groups_context(environment)
    if groups:
        yield "11-access-groups.yaml", "access-groups", {"groups": groups}


def _storage(environment: KuberayEksConfig, facts: ManifestFacts) -> Iterator[Part]:
    classes = storage_classes(environment, facts)
    if classes:
        yield "20-storage-classes.yaml", "storage-classes", {"classes": classes}
    numbers = {"efs": 21, "fsx": 22}
    for volume in volumes(environment, facts):
        given = {"volume": volume, "volume_name": environment.label.name(volume.claim)}
        yield f"{numbers.get(volume.name, 23)}-{volume.name}.yaml", "volume", given


def _network(environment: KuberayEksConfig, facts: ManifestFacts, every: list[Workload]) -> Iterator[Part]:
    template = "network-policies"
    yield "30-network-policies.yaml", template, {"policies": shared_policies(environment, facts)}
    for workload in every:
        policies = list(workload_policies(environment, facts, workload))
        yield f"31-network-policies-{workload.label}.yaml", template, {"policies": policies}


def _system(environment: KuberayEksConfig, facts: ManifestFacts) -> Iterator[Part]:
    if environment.node_autoscaling:
        yield "40-cluster-autoscaler.yaml", "cluster-autoscaler", autoscaler_context(environment, facts)
    if any(group.node_gpus for group in environment.ray_groups.values()):
        yield "41-nvidia-device-plugin.yaml", "nvidia-device-plugin", device_plugin_context(environment)


def _file_of(workload: Workload) -> tuple[str, str]:
    """File and template of what runs Ray."""
    if workload.service is not None:
        return f"82-rayservice-{workload.name}.yaml", "rayservice"
    if workload.job is None:
        return "70-raycluster.yaml", "raycluster"
    if workload.job.schedule is None:
        return f"80-rayjob-{workload.name}.yaml", "rayjob"
    return f"81-raycronjob-{workload.name}.yaml", "raycronjob"
