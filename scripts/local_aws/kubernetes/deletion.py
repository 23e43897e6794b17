"""Delete objects: with what they own, with a namespace's contents, and not before their finalizers are gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scripts.local_aws.kubernetes.metadata import timestamp
from scripts.local_aws.kubernetes.refusals import Document, modified
from scripts.local_aws.kubernetes.resources import CRD_GROUP, CRDS
from scripts.local_aws.kubernetes.store import Kind, Store

if TYPE_CHECKING:
    from scripts.local_aws.kubernetes.resources import Resource


def delete(store: Store, resource: Resource, live: Document, options: Document) -> bool:
    """Delete an object; tell whether it is gone, or waits for its finalizers or contents."""
    _check_preconditions(resource, live, options)
    if options.get("dryRun"):
        return True
    policy = options.get("propagationPolicy") or ("Orphan" if options.get("orphanDependents") else "Background")
    return _delete(store, (resource.group, resource.plural), live, orphan=policy == "Orphan")


def _delete(store: Store, kind: Kind, live: Document, *, orphan: bool) -> bool:
    metadata = live["metadata"]
    for other, dependant in _dependants(store, metadata["uid"]):
        if orphan:
            _disown(store, other, dependant, metadata["uid"])
        else:
            _delete(store, other, dependant, orphan=False)
    for other, content in _contents(store, kind, live):
        _delete(store, other, content, orphan=False)
    if metadata.get("finalizers") or _contents(store, kind, live):
        _mark(store, kind, live)
        return False
    if store.find(*kind, metadata.get("namespace", ""), metadata["name"]):
        store.remove(*kind, live)
        _settle_holders(store)
    return True


def settle(store: Store, resource: Resource, document: Document) -> Document:
    """Remove an object that was only waiting for its last finalizer."""
    metadata = document["metadata"]
    if "deletionTimestamp" in metadata and not metadata.get("finalizers"):
        _delete(store, (resource.group, resource.plural), document, orphan=True)
    return document


def _settle_holders(store: Store) -> None:
    """Remove the namespaces and definitions that were only waiting for their contents."""
    for kind in (("", "namespaces"), (CRD_GROUP, CRDS)):
        for holder in store.every(*kind):
            metadata = holder["metadata"]
            waits = "deletionTimestamp" in metadata and not metadata.get("finalizers")
            if waits and not _contents(store, kind, holder):
                store.remove(*kind, holder)


def _mark(store: Store, kind: Kind, live: Document) -> None:
    if "deletionTimestamp" in live["metadata"]:
        return
    marked = {
        **live,
        "metadata": {**live["metadata"], "deletionTimestamp": timestamp(), "deletionGracePeriodSeconds": 0},
    }
    if kind == ("", "namespaces"):
        marked["status"] = {"phase": "Terminating"}
    store.put(*kind, marked)


def _dependants(store: Store, uid: str) -> list[tuple[Kind, Document]]:
    return [
        (kind, document)
        for kind, document in store.everything()
        if any(owner["uid"] == uid for owner in document["metadata"].get("ownerReferences") or [])
    ]


def _disown(store: Store, kind: Kind, document: Document, uid: str) -> None:
    metadata = document["metadata"]
    owners = [owner for owner in metadata["ownerReferences"] if owner["uid"] != uid]
    store.put(*kind, {**document, "metadata": {**metadata, "ownerReferences": owners}})


def _contents(store: Store, kind: Kind, live: Document) -> list[tuple[Kind, Document]]:
    """What goes with a namespace or with the definition of a kind."""
    name = live["metadata"]["name"]
    if kind == ("", "namespaces"):
        return [entry for entry in store.everything() if entry[1]["metadata"].get("namespace") == name]
    if kind == (CRD_GROUP, CRDS):
        plural, _, group = name.partition(".")
        return [((group, plural), document) for document in store.every(group, plural)]
    return []


def _check_preconditions(resource: Resource, live: Document, options: Document) -> None:
    for field, wanted in (options.get("preconditions") or {}).items():
        found = live["metadata"].get(field)
        if wanted and found != wanted:
            why = f"the {field.upper()} in the precondition ({wanted}) does not match that of the record ({found})"
            raise modified(resource.plural, resource.group, live["metadata"]["name"], why)
