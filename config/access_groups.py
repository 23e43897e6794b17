"""Kubernetes groups of those whom access entries let in.

EKS's own policies speak of Kubernetes' resources alone, not of RayClusters and RayJobs: two groups, which roles in
Ray's namespace are bound to, fill that in. https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html
"""

from __future__ import annotations

from config.eks import AccessEntryConfig
from config.kuberay_eks import KuberayEksConfig

EDITORS, VIEWERS = "rayform:edit", "rayform:view"
_GROUPS = {"admin": EDITORS, "edit": EDITORS, "view": VIEWERS}


def kubernetes_groups(environment: KuberayEksConfig, entry: AccessEntryConfig) -> list[str]:
    """Groups of an entry: none for a cluster admin, and none when the entry is for other namespaces than Ray's."""
    for_ray = not entry.namespaces or environment.kuberay.namespace in entry.namespaces
    return [_GROUPS[entry.policy]] if for_ray and entry.policy in _GROUPS else []


def access_groups(environment: KuberayEksConfig) -> list[str]:
    """The groups that anybody is in, which need a role."""
    found = {group for entry in environment.access.entries.values() for group in kubernetes_groups(environment, entry)}
    return sorted(found)
