"""What runs beside Ray: the Cluster Autoscaler, NVIDIA's device plugin, KubeRay's operator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from config.daemon_sets import NVIDIA_DEVICE_PLUGIN
from config.kuberay_eks import NODE_GROUP_LABEL, KuberayEksConfig
from config.node_groups import GPU_TAINT, node_groups
from config.service_accounts import CLUSTER_AUTOSCALER
from scripts.manifests.access import role_annotations
from scripts.manifests.facts import ManifestFacts
from scripts.manifests.images import DEVICE_PLUGIN_IMAGE
from scripts.manifests.placement import system_selector
from scripts.manifests.security import NOBODY, POD, READ_ONLY_CONTAINER, pod_security

_DEVICE_PLUGIN = "nvidia-device-plugin"


def autoscaler_context(environment: KuberayEksConfig, facts: ManifestFacts) -> Mapping[str, Any]:
    """What the template of the Cluster Autoscaler is given."""
    return {
        "name": CLUSTER_AUTOSCALER,
        "image": environment.autoscaler_image,
        "annotations": role_annotations(environment, facts, CLUSTER_AUTOSCALER),
        "cluster_name": environment.cluster_name,
        "region": environment.region,
        "node_selector": system_selector(environment),
        "pod_security": pod_security(NOBODY, NOBODY),
        "container_security": READ_ONLY_CONTAINER,
    }


def device_plugin_context(environment: KuberayEksConfig) -> Mapping[str, Any]:
    """What the template of the device plugin is given; an existing cluster may have one for its own nodes."""
    requests = NVIDIA_DEVICE_PLUGIN
    return {
        "name": environment.label.name(_DEVICE_PLUGIN),
        "image": DEVICE_PLUGIN_IMAGE,
        "groups": [group.name for group in node_groups(environment) if group.gpus],
        "node_group_label": NODE_GROUP_LABEL,
        "gpu_taint": GPU_TAINT[0],
        "requests": {"cpu": f"{requests.cpu_millis}m", "memory": f"{requests.memory_mib}Mi"},
    }


def operator_context(environment: KuberayEksConfig) -> Mapping[str, Any]:
    """What the template of the operator's values is given."""
    return {
        "version": environment.kuberay.operator_version,
        "namespace": environment.kuberay.namespace,
        "gates": feature_gates(environment),
        "node_selector": system_selector(environment),
        "pod_security": POD,
        "container_security": READ_ONLY_CONTAINER,
        "pod_monitor": environment.kuberay.pod_monitor,
    }


def feature_gates(environment: KuberayEksConfig) -> dict[str, bool]:
    """KubeRay's feature gates: those of the chart's own list, and what the environment needs."""
    return {
        "RayClusterStatusConditions": True,
        "RayJobDeletionPolicy": True,
        "RayMultiHostIndexing": True,
        "RayServiceIncrementalUpgrade": True,
        "RayCronJob": any(job.schedule is not None for job in environment.jobs.values()),
        "RayClusterMTLS": False,
        "RayClusterNetworkPolicy": False,
        "RayClusterHistoryServer": False,
    }
