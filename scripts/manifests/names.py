"""Names and labels in Kubernetes."""

from __future__ import annotations

from collections.abc import Mapping

from config.kuberay_eks import KuberayEksConfig

RAY_TOKEN_SECRET = "ray-token"  # noqa: S105 - the name of a Secret, which `make deploy` fills
"""Holds Ray's token under the key `auth_token`, the one that KubeRay reads."""
GCS_SECRET = "ray-gcs"  # noqa: S105 - as above
"""Holds MemoryDB's user and password under the keys `username` and `password`."""
WORKLOAD_LABEL = "rayform/workload"
"""Label of all pods of one cluster, job or service: names of clusters of jobs and services are made up by KubeRay."""
ROLE_LABEL = "rayform/role"
SUBMITTER = "submitter"
"""Role of the pod that submits a job."""
NODE_TYPE_LABEL = "ray.io/node-type"
"""KubeRay's own: head, worker, or redis-cleanup."""
CLUSTER_WORKLOAD = "cluster"


def own_labels(environment: KuberayEksConfig) -> Mapping[str, str]:
    """Labels of every document."""
    return {
        "app.kubernetes.io/managed-by": "rayform",
        "app.kubernetes.io/part-of": environment.label.cluster,
    }
