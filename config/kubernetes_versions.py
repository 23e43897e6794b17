"""What belongs to a Kubernetes version on EKS: how long it is supported, and its Cluster Autoscaler.

Sources: https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html (14 months of standard support, then
12 of extended support, which costs more) and https://github.com/kubernetes/autoscaler/releases.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from config.eks import KubernetesVersion


@dataclass(frozen=True)
class VersionFacts:
    """One minor version."""

    standard_support_until: date
    extended_support_until: date
    autoscaler_image: str
    """The Cluster Autoscaler is released for one minor version of Kubernetes."""


def _facts(standard: date, extended: date, autoscaler: str) -> VersionFacts:
    return VersionFacts(standard, extended, f"registry.k8s.io/autoscaling/cluster-autoscaler:{autoscaler}")


KUBERNETES_VERSIONS: Mapping[KubernetesVersion, VersionFacts] = {
    "1.34": _facts(date(2026, 12, 2), date(2027, 12, 2), "v1.34.4"),
    "1.35": _facts(date(2027, 3, 27), date(2028, 3, 27), "v1.35.2"),
    "1.36": _facts(date(2027, 8, 2), date(2028, 8, 2), "v1.36.1"),
}
