"""The operator's feature gates, by the values that its chart gets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from scripts.cluster_yaml.lint.cluster import listing, mapping, text
from scripts.manifests.check.reading import Document

DEFAULT_GATES: Mapping[str, bool] = MappingProxyType({
    "RayClusterStatusConditions": True,
    "RayJobDeletionPolicy": True,
    "RayMultiHostIndexing": True,
    "RayServiceIncrementalUpgrade": True,
    "RayCronJob": False,
    "SidecarSubmitterRestart": False,
    "RayClusterNetworkPolicy": False,
    "GCSFaultToleranceEmbeddedStorage": False,
    "RayClusterMTLS": False,
    "RayClusterHistoryServer": False,
})  # fmt: skip
"""Of KubeRay 1.7: https://github.com/ray-project/kuberay/blob/v1.7.0/ray-operator/pkg/features/features.go"""


def is_values(document: Document) -> bool:
    """Whether it is what Helm gets for the operator's chart, no document of Kubernetes."""
    return "featureGates" in document.content and not document.kind


def gates_of(documents: Sequence[Document]) -> dict[str, bool]:
    """The gates that the values set, over the defaults."""
    given = [mapping(gate) for document in documents for gate in listing(document.content.get("featureGates"))]
    return {**DEFAULT_GATES, **{text(gate.get("name")): gate.get("enabled") is True for gate in given}}
