"""Take away what we have applied before and no longer render; never anything else."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from scripts.kubernetes.kubectl import Kubectl
from scripts.kubernetes.live import live_objects, no_longer_rendered, our_objects
from scripts.kubernetes.objects import Document, ObjectKey, is_applied_by_us, key_of
from scripts.kubernetes.secrets import all_secret_keys

_GONE_SECONDS = 300


def prunable(kubectl: Kubectl, rendered: Sequence[ObjectKey]) -> list[Document]:
    """What we have applied before, and is no longer rendered."""
    ours = [*our_objects(kubectl, kubectl.environment.label.cluster), *our_secrets(kubectl)]
    return no_longer_rendered(ours, rendered)


def prune(kubectl: Kubectl, found: Sequence[Document]) -> int:
    """Delete them, but what holds data; return how many went."""
    kept = {key_of(one): reason for one in found if (reason := _reason_to_keep(kubectl, one))}
    for key, reason in kept.items():
        print(f"note: {key} is no longer rendered, and stays: {reason}", file=sys.stderr)
    gone = [one for one in found if key_of(one) not in kept]
    for one in gone:
        delete(kubectl, key_of(one))
    return len(gone)


def delete(kubectl: Kubectl, key: ObjectKey) -> None:
    """Delete an object, and wait until it is gone. Raises UserError."""
    # The submitter of a RayJob has the job's name: the next one must not find it.
    whole = ["--cascade=foreground"] if key.kind == "RayJob" else []
    words = ("delete", *key.words, *whole, "--ignore-not-found", f"--timeout={_GONE_SECONDS}s")
    kubectl.output(*words, shown=True, what=f"{key} cannot be deleted")
    print(f"deleted {key}")


def our_secrets(kubectl: Kubectl) -> list[Document]:
    """The Secrets that we have applied."""
    named = [
        {"apiVersion": key.api_version, "kind": key.kind, "metadata": {"name": key.name, "namespace": key.namespace}}
        for key in all_secret_keys(kubectl.environment)
    ]
    found, _ = live_objects(kubectl, named)
    return [one for one in found.values() if is_applied_by_us(one)]


def _reason_to_keep(kubectl: Kubectl, document: Document) -> str | None:
    kind, name = document["kind"], document["metadata"]["name"]
    if kind == "Namespace":
        return f"what is in it would go with it; kubectl delete namespace {name}"
    if kind == "PersistentVolumeClaim" and _is_deleted_with_its_data(kubectl, document):
        place = document["metadata"]["namespace"]
        return f"its volume and data would go with it; kubectl delete pvc {name} --namespace {place}"
    return None


def _is_deleted_with_its_data(kubectl: Kubectl, claim: Document) -> bool:
    volume = claim["spec"].get("volumeName")
    if not volume:
        return False
    words = ("get", "persistentvolume", volume, "--ignore-not-found")
    found = kubectl.objects(*words, what=f"the volume {volume} cannot be read")
    return any(one["spec"].get("persistentVolumeReclaimPolicy") == "Delete" for one in found)
