"""What the templates of Ray's resources are given, beside the workload itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from config.kuberay_eks import KuberayEksConfig
from config.pod_sizes import AUTOSCALER_SIDECAR
from scripts.manifests.facts import ManifestFacts
from scripts.manifests.images import submitter_architecture, submitter_image
from scripts.manifests.names import GCS_SECRET, RAY_TOKEN_SECRET, ROLE_LABEL, SUBMITTER
from scripts.manifests.placement import system_selector
from scripts.manifests.ports import head_container_ports
from scripts.manifests.security import CONTAINER, ray_pod_security
from scripts.manifests.volumes import volumes
from scripts.rendering.templates import template_environment

_DRAIN_SECONDS = 100
"""Of the two minutes after AWS's notice."""
_DO_NOT_MOVE = {
    "cluster-autoscaler.kubernetes.io/safe-to-evict": "false",
    "karpenter.sh/do-not-disrupt": "true",
}
"""Ray's own autoscaler ends workers; whoever removes nodes waits for it."""
_TRUSTED_AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"
"""Of Ray's image, Debian's; Amazon's are among them. Ray has no default."""
_RECONNECT_SECONDS = 600
"""How long workers wait for a new head; Ray's default of 60 is less than a new node takes."""


def ray_context(environment: KuberayEksConfig, facts: ManifestFacts) -> Mapping[str, Any]:
    """The same for clusters, jobs and services."""
    mounted = volumes(environment, facts)
    cpu, memory = AUTOSCALER_SIDECAR.cpu_millis, AUTOSCALER_SIDECAR.memory_mib
    return {
        "region": environment.region,
        "ray_version": environment.ray.version,
        "autoscaler": environment.autoscaler,
        "sidecar": {"cpu": f"{cpu}m", "memory": f"{memory}Mi"},
        "token_secret": RAY_TOKEN_SECRET,
        "gcs_secret": GCS_SECRET,
        "store_environment": {"RAY_REDIS_CA_CERT": _TRUSTED_AUTHORITIES},
        "worker_store_environment": {"RAY_gcs_rpc_server_reconnect_timeout_s": str(_RECONNECT_SECONDS)},
        "container_security": CONTAINER,
        "ray_pod_security": ray_pod_security(environment),
        "do_not_move": _DO_NOT_MOVE,
        "mounts": [volume.mount for volume in mounted],
        "pod_volumes": [volume.in_pod for volume in mounted],
        "api_volumes": [_API_VOLUME],
        "head_ports": head_container_ports,
        "drain_script": template_environment().get_template("manifests/_drain.py.j2").render(seconds=_DRAIN_SECONDS),
        "submitter_image": submitter_image(environment),
        "system_selector": {**system_selector(environment), "kubernetes.io/arch": _architecture(environment)},
        "role_label": ROLE_LABEL,
        "submitter": SUBMITTER,
    }


_API_VOLUME: Mapping[str, Any] = {
    "name": "kubernetes-api",
    "projected": {
        "sources": [
            {"serviceAccountToken": {"path": "token", "expirationSeconds": 3600}},
            {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
            {"downwardAPI": {"items": [{"path": "namespace", "fieldRef": {"fieldPath": "metadata.namespace"}}]}},
        ]
    },
}
"""What Kubernetes itself would mount into every container of the pod."""


def _architecture(environment: KuberayEksConfig) -> str:
    """In Kubernetes' words."""
    return "arm64" if submitter_architecture(environment) == "arm64" else "amd64"
