"""Objects of a cluster as they are now, and as a server-side apply would make them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from scripts.kubernetes.anew import unchangeable
from scripts.kubernetes.diff import Unread
from scripts.kubernetes.kubectl import Answer, Kubectl
from scripts.kubernetes.objects import (
    MANAGER,
    Document,
    ObjectKey,
    as_list,
    is_applied_by_us,
    items_of,
    key_of,
    selector,
)
from scripts.kubernetes.refusals import refusal

APPLY = ("apply", "--server-side", f"--field-manager={MANAGER}", "--filename=-")
_UNKNOWN_KIND = re.compile(r'no matches for kind "|could not find the requested resource|doesn\'t have a resource type')
_NO_NAMESPACE = re.compile(r"namespaces \"[^\"]*\" not found")
_KINDS = {
    "RayCronJob": "raycronjobs.ray.io",
    "RayJob": "rayjobs.ray.io",
    "RayService": "rayservices.ray.io",
    "RayCluster": "rayclusters.ray.io",
    "Deployment": "deployments.apps",
    "DaemonSet": "daemonsets.apps",
    "PodMonitor": "podmonitors.monitoring.coreos.com",
    "PodDisruptionBudget": "poddisruptionbudgets.policy",
    "NetworkPolicy": "networkpolicies.networking.k8s.io",
    "ConfigMap": "configmaps",
    "Service": "services",
    "PersistentVolumeClaim": "persistentvolumeclaims",
    "PersistentVolume": "persistentvolumes",
    "StorageClass": "storageclasses.storage.k8s.io",
    "RoleBinding": "rolebindings.rbac.authorization.k8s.io",
    "Role": "roles.rbac.authorization.k8s.io",
    "ClusterRoleBinding": "clusterrolebindings.rbac.authorization.k8s.io",
    "ClusterRole": "clusterroles.rbac.authorization.k8s.io",
    "ServiceAccount": "serviceaccounts",
    "Namespace": "namespaces",
}
"""Kinds of which an environment may have documents, in the order in which they can be taken away."""


def live_objects(kubectl: Kubectl, documents: Sequence[Document]) -> tuple[dict[ObjectKey, Document], list[Unread]]:
    """Those of the documents that the cluster has, and what could not be read."""
    words = ("get", "--ignore-not-found", "--show-managed-fields", "--output=json", "--filename=-")
    answer = kubectl.attempt(*words, stdin=as_list(documents))
    found = {key_of(item): item for item in items_of(answer.stdout)}
    return found, _unread(kubectl, answer, "the objects of the cluster")


def applied_objects(kubectl: Kubectl, documents: Sequence[Document]) -> tuple[dict[ObjectKey, Document], list[Unread]]:
    """What a server-side apply of documents whose objects are there would make of them; nothing is changed."""
    words = (*APPLY, "--force-conflicts", "--dry-run=server", "--output=json")
    answer = kubectl.attempt(*words, stdin=as_list(documents))
    if answer.code and len(documents) > 1:  # with one that is refused, kubectl prints none
        each = [applied_objects(kubectl, [document]) for document in documents]
        found = {key: one for some, _ in each for key, one in some.items()}
        return found, [one for _, unread in each for one in unread]
    if answer.code and (told := unchangeable(documents[0], answer.stderr)):
        return {}, [Unread(str(key_of(documents[0])), told)]
    made = {key_of(item): item for item in items_of(answer.stdout)}
    return made, _unread(kubectl, answer, f"what an apply would make of {key_of(documents[0])}")


def our_objects(kubectl: Kubectl, part_of: str) -> list[Document]:
    """Everything that we have applied for an environment, in the order in which it can be taken away.

    Raises UserError when it cannot be read.
    """
    known = set(kubectl.output("api-resources", "--verbs=list", "--no-headers", "--output=name").split())
    types = ",".join(name for name in _KINDS.values() if name in known)
    words = ("get", types, "--all-namespaces", "--show-managed-fields", f"--selector={selector(part_of)}")
    found = kubectl.objects(*words, what=f"what was deployed for {part_of} cannot be listed")
    order = list(_KINDS)
    return sorted(filter(is_applied_by_us, found), key=lambda one: order.index(one["kind"]))


def no_longer_rendered(objects: Iterable[Document], rendered: Collection[ObjectKey]) -> list[Document]:
    """Those that no document names; the version of an API does not count, the cluster may answer with another."""
    wanted = {(_group(key), key.kind, key.namespace, key.name) for key in rendered}
    keyed = ((key_of(one), one) for one in objects)
    return [one for key, one in keyed if (_group(key), key.kind, key.namespace, key.name) not in wanted]


def _group(key: ObjectKey) -> str:
    return key.api_version.rpartition("/")[0]


def _unread(kubectl: Kubectl, answer: Answer, what: str) -> list[Unread]:
    if not answer.code:
        return []
    lines = [line for line in answer.stderr.splitlines() if line.strip()]
    telling = [line for line in lines if not (_UNKNOWN_KIND.search(line) or _NO_NAMESPACE.search(line))]
    told = {refusal(line, what, kubectl.environment).lines[0] for line in telling if "CRDs are installed" not in line}
    return [Unread(what, line.removeprefix(f"{what}: ")) for line in sorted(told)]
