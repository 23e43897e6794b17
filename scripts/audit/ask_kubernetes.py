"""Ask the cluster what runs in it, by kubectl: what of an audit is not read from AWS.

It only reads, and lets the server try applies without doing them.
"""

from __future__ import annotations

from config.errors import UserError
from config.kuberay_eks import KuberayEksConfig
from scripts.inventory.kubernetes_view import READ_NAME, KubernetesView, RayClusterStatus
from scripts.inventory.reading import Unreadable
from scripts.inventory.session import Session
from scripts.kubernetes.access import cluster_access
from scripts.kubernetes.collect import diff_cluster
from scripts.kubernetes.documents import rendered_documents
from scripts.kubernetes.kubectl import Kubectl
from scripts.manifests.facts import load_facts

NOT_JUDGED = "kubernetes.ray_cluster_ready was not judged: in a cluster of the embedded AWS nothing runs"


def ask_kubernetes(environment: KuberayEksConfig, session: Session) -> KubernetesView:
    """What differs from the rendered documents, and how Ray is; or why nobody can tell."""
    try:
        documents = rendered_documents(environment, load_facts(environment, session))
        kubectl = cluster_access(environment, session)
        diff = diff_cluster(kubectl, documents)
        if not diff.compared:
            raise UserError(f"{each.what}: {each.reason}" for each in diff.unread)
        # A cluster without KubeRay's custom resources has no RayCluster.
        return KubernetesView(diff, None if diff.missing_crds else _ray_cluster(kubectl))
    except UserError as error:
        unreadable = Unreadable(READ_NAME, "; ".join(error.lines))
        return KubernetesView(unreadable, unreadable)


def _ray_cluster(kubectl: Kubectl) -> RayClusterStatus | None:
    namespace, name = kubectl.environment.kuberay.namespace, kubectl.environment.label.cluster
    words = ("get", "rayclusters.ray.io", f"--namespace={namespace}", f"--field-selector=metadata.name={name}")
    for cluster in kubectl.objects(*words, what=f"RayCluster {name} cannot be read"):
        status = cluster.get("status") or {}
        return RayClusterStatus(
            seen=status.get("observedGeneration", 0) >= cluster["metadata"].get("generation", 0),
            state=status.get("state") or "",
            ready_workers=status.get("readyWorkerReplicas", 0),
            desired_workers=status.get("desiredWorkerReplicas", 0),
        )
    return None
