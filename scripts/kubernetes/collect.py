"""Read a cluster for the audit: what could not be read is said, and never an error."""

from __future__ import annotations

from collections.abc import Sequence

from config.errors import UserError
from config.kuberay_eks import KuberayEksConfig
from scripts.inventory.session import Session
from scripts.kubernetes.access import cluster_access
from scripts.kubernetes.anew import fixed_differences
from scripts.kubernetes.diff import ClusterDiff, FieldDifference, Unread, differences
from scripts.kubernetes.kubectl import Kubectl
from scripts.kubernetes.live import applied_objects, live_objects, no_longer_rendered, our_objects
from scripts.kubernetes.objects import Document, ObjectKey, key_of
from scripts.kubernetes.operator import KUBERAY_CRDS, find_operators, known_crds
from scripts.kubernetes.scale import with_live_scale
from scripts.kubernetes.secrets import secret_keys


def collect_cluster_diff(environment: KuberayEksConfig, session: Session, documents: Sequence[Document]) -> ClusterDiff:
    """Compare a cluster with the documents that were rendered for it."""
    try:
        kubectl = cluster_access(environment, session)
        return diff_cluster(kubectl, documents)
    except UserError as error:
        return ClusterDiff(unread=tuple(Unread("the cluster", line) for line in error.lines))


def diff_cluster(kubectl: Kubectl, documents: Sequence[Document]) -> ClusterDiff:
    """The same, where the cluster is reached. Raises UserError."""
    environment = kubectl.environment
    secrets = secret_keys(environment)
    live, unread = live_objects(kubectl, documents)
    different, unapplied = compare(kubectl, documents, live)
    # Apart from the rest: who may read everything else may well not read these.
    live_secrets, unread_secrets = live_objects(kubectl, list(map(_named, secrets)))
    keys = list(map(key_of, documents))
    gone = [*(keys if not unread else ()), *(secrets if not unread_secrets else ())]
    extra = no_longer_rendered(our_objects(kubectl, environment.label.cluster), keys)
    return ClusterDiff(
        compared=(*keys, *secrets),
        missing=tuple(key for key in gone if key not in live and key not in live_secrets),
        different=tuple(different),
        extra=tuple(map(key_of, extra)),
        unread=(*unread, *unapplied, *unread_secrets),
        operators=tuple(find_operators(kubectl)),
        missing_crds=tuple(sorted(KUBERAY_CRDS - known_crds(kubectl).keys())),
    )


def compare(
    kubectl: Kubectl, documents: Sequence[Document], live: dict[ObjectKey, Document]
) -> tuple[list[FieldDifference], list[Unread]]:
    """The fields that are to change in objects that are there: by a server-side apply, or by making them anew."""
    found, there = [], []
    for document in documents:
        if (key := key_of(document)) not in live:
            continue
        if fixed := fixed_differences(document, live[key]):
            found += fixed  # an apply would be refused
        else:
            there.append(with_live_scale(document, live[key]))
    if not there:
        return found, []
    applied, unread = applied_objects(kubectl, there)
    found += [difference for key, one in applied.items() for difference in differences(key, one, live[key])]
    return found, unread


def _named(key: ObjectKey) -> Document:
    metadata = {"name": key.name, "namespace": key.namespace}
    return {"apiVersion": key.api_version, "kind": key.kind, "metadata": metadata}
