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
    return {**_user(user_id, group_id), "fsGroup": group_id, "fsGroupChangePolicy": "OnRootMismatch"}


def ray_pod_security(environment: KuberayEksConfig) -> dict[str, Any]:
    """Of Ray's pods: the user of the image.

    No group for volumes where a bucket is linked to FSx: kubelet would give each file of the bucket to it, FSx would
    write each to the bucket anew, and the first pod would wait for that. The driver lets kubelet do so for all volumes:
    https://github.com/kubernetes-sigs/aws-fsx-csi-driver/blob/master/deploy/kubernetes/base/csidriver.yaml
    """
    user = environment.ray.user_id, environment.ray.group_id
    is_linked = environment.fsx is not None and environment.fsx.linked_bucket is not None
    return _user(*user) if is_linked else pod_security(*user)


def _user(user_id: int, group_id: int) -> dict[str, Any]:
    return {**POD, "runAsUser": user_id, "runAsGroup": group_id}
