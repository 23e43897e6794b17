"""Jobs as RayJob and RayCronJob describe them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from scripts.cluster_yaml.lint.cluster import mapping, text
from scripts.manifests.check.bundle import Bundle
from scripts.manifests.check.reading import Document, Place
from scripts.manifests.check.registry import Hit


@dataclass(frozen=True)
class RayJob:
    """The spec of a RayJob, or the template of a RayCronJob."""

    document: Document
    place: Place
    fields: dict[str, Any]

    @property
    def shuts_down(self) -> bool:
        """Whether its cluster ends with it."""
        return self.fields.get("shutdownAfterJobFinishes") is True

    @property
    def selector(self) -> dict[str, Any]:
        """Its clusterSelector; empty for a cluster of its own."""
        return mapping(self.fields.get("clusterSelector"))

    @property
    def mode(self) -> str:
        """How it is submitted."""
        return text(self.fields.get("submissionMode")) or "K8sJobMode"

    @property
    def cluster(self) -> dict[str, Any]:
        """Its rayClusterSpec."""
        return mapping(self.fields.get("rayClusterSpec"))

    def hit(self, got: str, *parts: str | int, wrong: str = "", want: str = "") -> Hit:
        """A hit at one of its settings."""
        return Hit(self.document, (*self.place, *parts), got, wrong, want)


def ray_jobs(bundle: Bundle) -> Iterator[RayJob]:
    """Every job that the documents describe."""
    for document in bundle.ray_of_kind("RayJob", "RayCronJob"):
        place: Place = ("spec",) if document.kind == "RayJob" else ("spec", "jobTemplate")
        fields = document.spec if document.kind == "RayJob" else mapping(document.spec.get("jobTemplate"))
        yield RayJob(document, place, fields)
