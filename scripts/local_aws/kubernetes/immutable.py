"""Fields that cannot be changed after an object was made: what a second deploy with other values would stumble on.

https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go and its neighbours
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from scripts.local_aws.kubernetes.claims import size
from scripts.local_aws.kubernetes.refusals import Cause, Document
from scripts.local_aws.kubernetes.resources import CRDS

_FIXED = "field is immutable"
_FIELDS = {
    "daemonsets": {"spec.selector": _FIXED},
    "deployments": {"spec.selector": _FIXED},
    "statefulsets": {"spec.selector": _FIXED},
    "jobs": {"spec.template": _FIXED, "spec.selector": _FIXED},
    "rolebindings": {"roleRef": "cannot change roleRef"},
    "clusterrolebindings": {"roleRef": "cannot change roleRef"},
    "secrets": {"type": _FIXED},
    "storageclasses": {"volumeBindingMode": _FIXED},
    CRDS: {"spec.scope": _FIXED, "spec.group": _FIXED, "spec.names.plural": _FIXED},
}
_FORBIDDEN = {
    "storageclasses": {
        name: f"updates to {name} are forbidden." for name in ("parameters", "provisioner", "reclaimPolicy")
    }
}
_CLAIM = "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"
_CLAIM_CHANGES = ("resources", "volumeAttributesClassName")
_SMALLER = "field can not be less than status.capacity"
_VOLUME = "spec.persistentvolumesource is immutable after creation"
_VOLUME_SOURCES = ("awsElasticBlockStore", "csi", "hostPath", "local", "nfs")


def immutable_causes(plural: str, live: Document, new: Document) -> Iterator[Cause]:
    """What a change of an object may not change."""
    for path, why in _FIELDS.get(plural, {}).items():
        value = _at(new, path)
        if _at(live, path) != value:
            yield Cause(path, "FieldValueInvalid", f"Invalid value: {json.dumps(value)}: {why}")
    for path, why in _FORBIDDEN.get(plural, {}).items():
        if _at(live, path) != _at(new, path):
            yield Cause(path, "FieldValueForbidden", f"Forbidden: {why}")
    check = _WHOLE.get(plural)
    if check:
        yield from check(live, new)


def _claim(live: Document, new: Document) -> Iterator[Cause]:
    bound = "volumeName" in live["spec"]  # it is filled in once

    def fixed(document: Document) -> Document:
        changing = _CLAIM_CHANGES if bound else (*_CLAIM_CHANGES, "volumeName")
        return {name: value for name, value in document["spec"].items() if name not in changing}

    if fixed(live) != fixed(new):
        yield Cause("spec", "FieldValueForbidden", f"Forbidden: {_CLAIM}")
    if bound and size(new) < size(live):
        yield Cause("spec.resources.requests.storage", "FieldValueForbidden", f"Forbidden: {_SMALLER}")


def _volume(live: Document, new: Document) -> Iterator[Cause]:
    if any(live["spec"].get(name) != new["spec"].get(name) for name in _VOLUME_SOURCES):
        yield Cause("spec.persistentvolumesource", "FieldValueForbidden", f"Forbidden: {_VOLUME}")


def _marked(live: Document, new: Document) -> Iterator[Cause]:
    """A ConfigMap or Secret that was made immutable."""
    if live.get("immutable") and any(live.get(name) != new.get(name) for name in ("data", "binaryData", "immutable")):
        yield Cause("data", "FieldValueForbidden", "Forbidden: field is immutable when `immutable` is set")


_WHOLE: dict[str, Callable[[Document, Document], Iterator[Cause]]] = {
    "configmaps": _marked,
    "persistentvolumeclaims": _claim,
    "persistentvolumes": _volume,
    "secrets": _marked,
}


def _at(value: Any, path: str) -> Any:
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value
