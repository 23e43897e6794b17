"""Kubernetes objects: how they are told apart, and which are ours."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Document = Mapping[str, Any]
"""An object as Kubernetes has it in JSON."""

MANAGER = "rayform"
"""Field manager of our server-side applies: https://kubernetes.io/docs/reference/using-api/server-side-apply/"""
MANAGED_BY = "app.kubernetes.io/managed-by"
PART_OF = "app.kubernetes.io/part-of"


@dataclass(frozen=True, order=True)
class ObjectKey:
    """What names an object in a cluster."""

    api_version: str
    kind: str
    namespace: str
    """Empty for one that is in no namespace."""
    name: str

    def __str__(self) -> str:
        place = f"{self.namespace}/" if self.namespace else ""
        return f"{self.kind} {place}{self.name}"

    @property
    def resource(self) -> str:
        """Its kind as kubectl takes it without doubt: `RayCluster.v1.ray.io`."""
        group, _, version = self.api_version.rpartition("/")
        return f"{self.kind}.{version}.{group}" if group else self.kind

    @property
    def words(self) -> list[str]:
        """Words that name it to kubectl."""
        place = ["--namespace", self.namespace] if self.namespace else []
        return [*place, self.resource, self.name]


def key_of(document: Document) -> ObjectKey:
    """The key of an object."""
    metadata = document["metadata"]
    return ObjectKey(document["apiVersion"], document["kind"], metadata.get("namespace", ""), metadata["name"])


def selector(part_of: str) -> str:
    """What kubectl's --selector takes for the objects of an environment."""
    return f"{MANAGED_BY}={MANAGER},{PART_OF}={part_of}"


def our_labels(part_of: str) -> dict[str, str]:
    """Labels of every object of an environment."""
    return {MANAGED_BY: MANAGER, PART_OF: part_of}


def is_applied_by_us(document: Document) -> bool:
    """Whether we made it, and nothing else did.

    Labels are no proof: KubeRay copies those of a RayJob to the RayCluster that it makes for it.
    """
    metadata = document["metadata"]
    managers = metadata.get("managedFields", [])
    applied = any(one.get("manager") == MANAGER and one.get("operation") == "Apply" for one in managers)
    return applied and not metadata.get("ownerReferences")


def as_list(documents: Iterable[Document]) -> str:
    """Documents as kubectl reads them from stdin."""
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": list(documents)})


def items_of(text: str) -> list[Document]:
    """What kubectl has printed as JSON: a list, a single object, or nothing at all."""
    if not text.strip():
        return []
    found: dict[str, Any] = json.loads(text)
    if found.get("kind", "").endswith("List") and "items" in found:
        items: list[Document] = found["items"]
        return items
    return [found]
