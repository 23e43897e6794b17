"""Pods as documents describe them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scripts.cluster_yaml.lint.cluster import listing, mapping, text
from scripts.manifests.check.ray import Group, ray_specs
from scripts.manifests.check.reading import Document, Place

_TEMPLATES: Mapping[str, Place] = {
    "Deployment": ("spec", "template"),
    "DaemonSet": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
    "ReplicaSet": ("spec", "template"),
    "Job": ("spec", "template"),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
    "Pod": (),
}
_SUBMITTERS: Mapping[str, Place] = {
    "RayJob": ("spec", "submitterPodTemplate"),
    "RayCronJob": ("spec", "jobTemplate", "submitterPodTemplate"),
}
_CONTAINERS = ("initContainers", "containers")


@dataclass(frozen=True)
class Container:
    """A container of a pod."""

    place: Place
    fields: dict[str, Any]
    is_init: bool

    @property
    def security(self) -> dict[str, Any]:
        """Its securityContext."""
        return mapping(self.fields.get("securityContext"))

    def amounts(self, which: str) -> dict[str, Any]:
        """Its `requests` or `limits`."""
        return mapping(mapping(self.fields.get("resources")).get(which))


@dataclass(frozen=True)
class PodTemplate:
    """The pods that a document makes."""

    document: Document
    place: Place
    """Where metadata and spec of the pods stand."""
    fields: dict[str, Any]
    group: Group | None = None
    """The group of Ray whose pods they are."""

    @property
    def spec(self) -> dict[str, Any]:
        """The pods' spec."""
        return mapping(self.fields.get("spec"))

    @property
    def labels(self) -> dict[str, Any]:
        """The pods' labels: with those that the operator adds to Ray's."""
        own = mapping(mapping(self.fields.get("metadata")).get("labels"))
        return own if self.group is None else {**own, **_operators_labels(self.group)}

    @property
    def containers(self) -> tuple[Container, ...]:
        """Its containers, those that run first included."""
        return tuple(
            Container(self.at(field, number), mapping(entry), field == "initContainers")
            for field in _CONTAINERS
            for number, entry in enumerate(listing(self.spec.get(field)))
        )

    @property
    def security(self) -> dict[str, Any]:
        """The pods' securityContext."""
        return mapping(self.spec.get("securityContext"))

    def at(self, *parts: str | int) -> Place:
        """Where a setting of the pods' spec stands."""
        return (*self.place, "spec", *parts)


def _operators_labels(group: Group) -> dict[str, str]:
    """Source: https://github.com/ray-project/kuberay/blob/v1.7.0/ray-operator/controllers/ray/common/pod.go"""
    labels = {
        "ray.io/is-ray-node": "yes",
        "ray.io/node-type": "head" if group.is_head else "worker",
        "ray.io/group": "headgroup" if group.is_head else group.name,
        "app.kubernetes.io/name": "kuberay",
        "app.kubernetes.io/created-by": "kuberay-operator",
    }
    document = group.spec.document
    if document.kind == "RayCluster":
        return {**labels, "ray.io/cluster": document.name}
    owner = "RayJob" if document.kind == "RayCronJob" else document.kind
    return {**labels, "ray.io/originated-from-crd": owner, "ray.io/originated-from-cr-name": document.name}


def pod_templates(document: Document) -> Iterator[PodTemplate]:
    """The pods of a document."""
    for spec in ray_specs(document):
        for group in spec.groups:
            place = (*group.place, "template")
            yield PodTemplate(document, place, mapping(group.fields.get("template")), group)
    places = _SUBMITTERS if document.api_version.startswith("ray.io/") else _TEMPLATES
    place_of = places.get(document.kind)
    if place_of is None:
        return
    value: Any = document.content
    for part in place_of:
        value = mapping(value).get(str(part))
    if isinstance(value, dict):
        yield PodTemplate(document, place_of, value)


def name_of(value: object) -> str:
    """Name of an entry of a list."""
    return text(mapping(value).get("name"))
