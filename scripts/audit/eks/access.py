"""Access entries that an environment declares."""

from __future__ import annotations

from collections.abc import Iterable

from config.access_groups import kubernetes_groups
from config.eks import AccessEntryConfig
from config.kuberay_eks import KuberayEksConfig
from scripts.inventory.eks_cluster import AccessEntry
from scripts.inventory.eks_cluster.access import AccessPolicy

_POLICIES = {
    "cluster-admin": "AmazonEKSClusterAdminPolicy",
    "admin": "AmazonEKSAdminPolicy",
    "edit": "AmazonEKSEditPolicy",
    "view": "AmazonEKSViewPolicy",
}
"""https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html"""
ADMIN_POLICIES = frozenset({"AmazonEKSClusterAdminPolicy"})
_SERVICE_ROLE = ":role/aws-service-role/"
"""Roles that only a service of AWS can take on. EKS refuses entries of people for them."""


def declared_policies(config: KuberayEksConfig) -> dict[str, set[AccessPolicy]]:
    """What each named principal may do; a file may name one twice."""
    found: dict[str, set[AccessPolicy]] = {}
    for entry in config.access.entries.values():
        found.setdefault(entry.principal_arn, set()).add(_policy(entry, config))
    return found


def declared_groups(config: KuberayEksConfig) -> dict[str, set[str]]:
    """The Kubernetes groups that each named principal is in."""
    found: dict[str, set[str]] = {}
    for entry in config.access.entries.values():
        found.setdefault(entry.principal_arn, set()).update(kubernetes_groups(config, entry))
    return found


def is_of_eks(entry: AccessEntry) -> bool:
    """Whether EKS made it for a role of AWS's own."""
    return _SERVICE_ROLE in entry.principal_arn


def shown_policies(policies: Iterable[AccessPolicy]) -> str:
    """`AmazonEKSViewPolicy in ray`."""
    names = (
        f"{policy.arn.rpartition('/')[2]}{' in ' + ', '.join(policy.namespaces) if policy.namespaces else ''}"
        for policy in policies
    )
    return "; ".join(sorted(names)) or "none"


def _policy(entry: AccessEntryConfig, config: KuberayEksConfig) -> AccessPolicy:
    arn = f"arn:{config.place.partition}:eks::aws:cluster-access-policy/{_POLICIES[entry.policy]}"
    return AccessPolicy(arn, tuple(sorted(entry.namespaces)))
