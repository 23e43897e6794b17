"""Ray clusters as RayCluster, RayJob, RayService and RayCronJob describe them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from scripts.cluster_yaml.lint.cluster import listing, mapping, text
from scripts.manifests.check.reading import Document, Place

_PLACES: Mapping[str, Place] = {
    "RayCluster": ("spec",),
    "RayJob": ("spec", "rayClusterSpec"),
    "RayService": ("spec", "rayClusterConfig"),
    "RayCronJob": ("spec", "jobTemplate", "rayClusterSpec"),
}
RAY_KINDS = tuple(_PLACES)
RAY_API = "ray.io/v1"
_VERSION = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?")


@dataclass(frozen=True)
class Group:
    """The head's group or a group of workers."""

    spec: RaySpec
    place: Place
    fields: dict[str, Any]
    is_head: bool

    @property
    def name(self) -> str:
        """`head`, or the group's name."""
        return "head" if self.is_head else text(self.fields.get("groupName"))

    @property
    def params(self) -> dict[str, Any]:
        """Its rayStartParams."""
        return mapping(self.fields.get("rayStartParams"))

    @property
    def template(self) -> dict[str, Any]:
        """The spec of its pods."""
        return mapping(mapping(self.fields.get("template")).get("spec"))

    @property
    def template_place(self) -> Place:
        """Where that stands."""
        return (*self.place, "template", "spec")

    @property
    def container(self) -> dict[str, Any]:
        """The container that Ray runs in: the operator takes the first."""
        return mapping(next(iter(listing(self.template.get("containers"))), None))

    @property
    def container_place(self) -> Place:
        """Where that stands."""
        return (*self.template_place, "containers", 0)

    def env(self) -> Iterator[tuple[Place, str, dict[str, Any]]]:
        """Variables of Ray's container, each with its place and name."""
        for position, entry in enumerate(listing(self.container.get("env"))):
            yield (*self.container_place, "env", position), text(mapping(entry).get("name")), mapping(entry)

    def mounts(self) -> Iterator[tuple[Place, dict[str, Any]]]:
        """Mounts of Ray's container."""
        for position, entry in enumerate(listing(self.container.get("volumeMounts"))):
            yield (*self.container_place, "volumeMounts", position), mapping(entry)


@dataclass(frozen=True)
class RaySpec:
    """The spec of one Ray cluster."""

    document: Document
    place: Place
    fields: dict[str, Any]

    @property
    def annotations(self) -> dict[str, Any]:
        """The annotations that the operator reads; a RayCronJob hands none on."""
        return {} if self.document.kind == "RayCronJob" else mapping(self.document.metadata.get("annotations"))

    @cached_property
    def head(self) -> Group:
        """The head's group."""
        return Group(self, (*self.place, "headGroupSpec"), mapping(self.fields.get("headGroupSpec")), is_head=True)

    @cached_property
    def workers(self) -> tuple[Group, ...]:
        """The groups of workers."""
        groups = enumerate(listing(self.fields.get("workerGroupSpecs")))
        place = (*self.place, "workerGroupSpecs")
        return tuple(Group(self, (*place, number), mapping(group), is_head=False) for number, group in groups)

    @property
    def groups(self) -> tuple[Group, ...]:
        """Head and workers."""
        return (self.head, *self.workers)

    @property
    def autoscaling(self) -> bool:
        """Whether Ray's autoscaler runs."""
        return self.fields.get("enableInTreeAutoscaling") is True

    @property
    def autoscaler(self) -> dict[str, Any]:
        """Its autoscalerOptions."""
        return mapping(self.fields.get("autoscalerOptions"))

    @property
    def head_env(self) -> dict[str, dict[str, Any]]:
        """Variables of the head by name."""
        return {name: entry for _place, name, entry in self.head.env()}

    @property
    def autoscaler_v2(self) -> bool:
        """Whether it is of version 2, by the field or by the variable."""
        by_variable = text(self.head_env.get("RAY_enable_autoscaler_v2", {}).get("value")) in ("1", "true")
        return self.autoscaler.get("version") == "v2" or by_variable

    @property
    def fault_tolerance(self) -> dict[str, Any] | None:
        """Its gcsFaultToleranceOptions; None without."""
        options = self.fields.get("gcsFaultToleranceOptions")
        return mapping(options) if isinstance(options, dict) else None

    @property
    def version(self) -> tuple[int, int, int] | None:
        """Its rayVersion to compare; None where it is none."""
        return version_of(self.fields.get("rayVersion"))

    def at(self, *parts: str | int) -> Place:
        """Where a setting of it stands."""
        return (*self.place, *parts)


def version_of(value: object) -> tuple[int, int, int] | None:
    """A version of Ray to compare; None where it is none."""
    found = _VERSION.match(text(value))
    return None if found is None else (int(found[1]), int(found[2]), int(found[3] or 0))


def ray_specs(document: Document) -> Iterator[RaySpec]:
    """The Ray cluster of a document; nothing where it has none."""
    place = _PLACES.get(document.kind)
    if place is None or not document.api_version.startswith("ray.io/"):
        return
    value: Any = document.content
    for part in place:
        value = mapping(value).get(str(part))
    if isinstance(value, dict):
        yield RaySpec(document, place, value)
