"""Security contexts that the Pod Security Standard `restricted` wants.

https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
"""

from __future__ import annotations

from typing import Any

from config.kuberay_eks import KuberayEksConfig

NOBODY = 65534
_SECCOMP = {"seccompProfile": {"type": "RuntimeDefault"}}
CONTAINER: dict[str, Any] = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "runAsNonRoot": True,
    **_SECCOMP,
}
"""Of a container. Ray's own have no read-only root: Ray and pip write into the home of the image's user."""
READ_ONLY_CONTAINER: dict[str, Any] = {**CONTAINER, "readOnlyRootFilesystem": True}

POD: dict[str, Any] = {"runAsNonRoot": True, **_SECCOMP}
"""Of a pod that runs as its image's user."""


def pod_security(user_id: int, group_id: int) -> dict[str, Any]:
    """Of a pod; volumes are given to the group when their root is not its already."""
    return {
        **POD,
        "runAsUser": user_id,
        "runAsGroup": group_id,
        "fsGroup": group_id,
        "fsGroupChangePolicy": "OnRootMismatch",
    }


def ray_pod_security(environment: KuberayEksConfig) -> dict[str, Any]:
    """Of Ray's pods: the user of the image."""
    return pod_security(environment.ray.user_id, environment.ray.group_id)
