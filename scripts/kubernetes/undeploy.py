"""`make undeploy`: take away what `make deploy` has put into the cluster, in the order in which it can go."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from config.errors import UserError
from config.kuberay_eks import KuberayEksConfig
from scripts.consent import require_name
from scripts.inventory.session import Session
from scripts.kubernetes.access import cluster_access
from scripts.kubernetes.kubectl import Kubectl
from scripts.kubernetes.live import our_objects
from scripts.kubernetes.objects import Document, key_of, selector
from scripts.kubernetes.operator import KUBERAY_CRDS, find_operators, known_crds, uninstall_operator
from scripts.kubernetes.prune import delete, our_secrets

_RAY_KINDS = ("RayCronJob", "RayJob", "RayService", "RayCluster")
_GONE = "--timeout=600s"
"""With MemoryDB the operator first runs a job that drops the head's state, and gives up on it after five minutes."""
_OF_PEOPLE = "pods,deployments.apps,statefulsets.apps,jobs.batch,cronjobs.batch,services,configmaps,secrets"
_CLAIMS = "persistentvolumeclaims"


def require_consent(environment: KuberayEksConfig) -> None:
    """Refuse, on AWS, until a person has typed the name."""
    require_name(
        environment,
        "undeploy",
        question=f"This ends Ray and its jobs in {environment.cluster_name}. Claims and services of others stay.",
        refusal=f"{environment.name} is not undeployed",
    )


def undeploy(environment: KuberayEksConfig, session: Session) -> int:
    """Undeploy. Raises UserError when something will not go; the same again goes on from there."""
    kubectl = cluster_access(environment, session)
    ours = our_objects(kubectl, environment.label.cluster)
    # The operator must live until RayClusters are gone: it holds them until it has cleaned up behind them.
    _delete_ray(kubectl, [one for one in ours if one["kind"] in _RAY_KINDS])
    rest = [one for one in ours if one["kind"] not in (*_RAY_KINDS, "Namespace")]
    secrets = our_secrets(kubectl)
    for one in (*rest, *secrets):
        delete(kubectl, key_of(one))
    ended = _end_operator(kubectl)
    namespaces = [one for one in ours if one["kind"] == "Namespace"]
    for one in namespaces:
        _delete_namespace(kubectl, one)
    if not (ours or secrets or ended):
        print(f"{environment.name}: nothing is deployed")
    return 0


def _delete_ray(kubectl: Kubectl, resources: Sequence[Document]) -> None:
    for one in resources:
        delete(kubectl, key_of(one))
    if not resources:
        return
    environment = kubectl.environment
    # Clusters of jobs and services go after them, and have copied their labels.
    words = ("wait", "--for=delete", "rayclusters.ray.io", f"--namespace={environment.kuberay.namespace}", _GONE)
    answer = kubectl.attempt(*words, f"--selector={selector(environment.label.cluster)}", shown=True)
    if answer.code and "no matching resources" not in answer.stderr:
        left = ", ".join(str(key_of(one)) for one in _ray_resources(kubectl, environment.kuberay.namespace))
        raise UserError(
            f"{left or 'a RayCluster'} is not gone: does the KubeRay operator run? Look with: kubectl describe; run "
            "the same again when it is gone"
        )


def _end_operator(kubectl: Kubectl) -> bool:
    """End operator and definitions where nobody else needs them."""
    section = kubectl.environment.kuberay
    if not section.install_operator:
        return False
    watched = [
        namespace
        for one in find_operators(kubectl)
        if one.namespace == section.operator_namespace
        for namespace in one.watches
    ]
    others = [str(key_of(one)) for namespace in watched or [""] for one in _ray_resources(kubectl, namespace)]
    if others:
        print(f"note: the KubeRay operator stays, others need it: {', '.join(others)}", file=sys.stderr)
        return False
    ended = uninstall_operator(kubectl)
    there = known_crds(kubectl)
    if not there:
        return ended
    if others := [str(key_of(one)) for one in _ray_resources(kubectl, "")]:
        print(f"note: KubeRay's custom resources stay, others have some: {', '.join(others)}", file=sys.stderr)
    elif operators := find_operators(kubectl):
        place = ", ".join(one.namespace for one in operators)
        print(f"note: KubeRay's custom resources stay, for the operator in {place}", file=sys.stderr)
    else:
        words = ("delete", "customresourcedefinitions", *sorted(KUBERAY_CRDS), "--ignore-not-found")
        kubectl.output(*words, shown=True, what="KubeRay's custom resources cannot be deleted")
        print("deleted KubeRay's custom resource definitions")
    return True


def _ray_resources(kubectl: Kubectl, namespace: str) -> list[Document]:
    """All Ray resources of a namespace, or of the cluster; none where it knows no such thing."""
    known = sorted(known_crds(kubectl))
    if not known:
        return []
    place = f"--namespace={namespace}" if namespace else "--all-namespaces"
    return kubectl.objects("get", ",".join(known), place, what="Ray's resources cannot be listed")


def _delete_namespace(kubectl: Kubectl, namespace: Document) -> None:
    name = namespace["metadata"]["name"]
    if left := list(_left_in(kubectl, name)):
        print(f"note: namespace {name} stays, there is more in it: {', '.join(left[:5])}", file=sys.stderr)
    else:
        delete(kubectl, key_of(namespace))


def _left_in(kubectl: Kubectl, namespace: str) -> Iterator[str]:
    """What people, and not Kubernetes itself, have put there."""
    words = ("get", f"{_OF_PEOPLE},{_CLAIMS}", f"--namespace={namespace}")
    for one in kubectl.objects(*words, what=f"namespace {namespace} cannot be read"):
        made = one["metadata"].get("ownerReferences") or "deletionTimestamp" in one["metadata"]
        if not made and one["metadata"]["name"] != "kube-root-ca.crt":
            yield str(key_of(one))
