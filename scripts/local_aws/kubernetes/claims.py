"""Sizes of claims: what the API server's admission PersistentVolumeClaimResize refuses.

https://github.com/kubernetes/kubernetes/blob/master/plugin/pkg/admission/storage/persistentvolume/resize/admission.go
"""

from __future__ import annotations

from collections.abc import Callable

from scripts.local_aws.kubernetes import refusals
from scripts.local_aws.kubernetes.refusals import Document

CLAIMS = "persistentvolumeclaims"
_UNBOUND = "Only bound persistent volume claims can be expanded"
_STATIC = (
    "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize"
)
_POWERS = ("", "k", "M", "G", "T", "P", "E")


def check_growth(live: Document, new: Document, find_class: Callable[[str], Document | None]) -> None:
    """Refuse a claim that grows, unless its class lets it. Nothing binds claims here: who names a volume is bound."""
    if size(new) <= size(live):
        return
    name = live["metadata"]["name"]
    if not live["spec"].get("volumeName"):
        raise _refused(name, _UNBOUND)
    wanted = live["spec"].get("storageClassName")
    found = find_class(wanted) if wanted and wanted == new["spec"].get("storageClassName") else None
    if found is None or not found.get("allowVolumeExpansion"):
        raise _refused(name, _STATIC)


def size(claim: Document) -> float:
    """What a claim asks for, in bytes."""
    requests = (claim["spec"].get("resources") or {}).get("requests") or {}
    quantity = str(requests.get("storage", 0))
    number = quantity.rstrip("i").rstrip("".join(_POWERS))
    power = _POWERS.index(quantity[len(number) :].rstrip("i"))
    return float(number) * float(1024 if quantity.endswith("i") else 1000) ** power


def _refused(name: str, why: str) -> refusals.Refusal:
    return refusals.forbidden(f'{CLAIMS} "{name}" is forbidden: {why}', CLAIMS, "", name)
