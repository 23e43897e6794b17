"""The documents that are judged together, with the questions that rules ask."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from config.kuberay_eks import KuberayEksConfig
from scripts.manifests.check import core_schemas
from scripts.manifests.check.definitions import Definitions
from scripts.manifests.check.errors import SchemaError, schema_errors
from scripts.manifests.check.gates import DEFAULT_GATES
from scripts.manifests.check.pods import PodTemplate, pod_templates
from scripts.manifests.check.ray import RAY_API, RaySpec, ray_specs
from scripts.manifests.check.reading import Document, Fault
from scripts.manifests.check.third_party import third_party_validator


@dataclass(frozen=True)
class Bundle:
    """Documents, and what they are compared with."""

    documents: Sequence[Document]
    definitions: Definitions
    kubernetes_version: str
    environment: KuberayEksConfig | None = None
    gates: Mapping[str, bool] = field(default_factory=lambda: DEFAULT_GATES)
    faults: Sequence[Fault] = ()

    @cached_property
    def ray(self) -> tuple[RaySpec, ...]:
        """Every Ray cluster that the documents describe."""
        return tuple(spec for document in self.documents for spec in ray_specs(document))

    @cached_property
    def pods(self) -> tuple[PodTemplate, ...]:
        """Every pod that the documents describe."""
        return tuple(pod for document in self.documents for pod in pod_templates(document))

    def of_kind(self, *kinds: str) -> Iterator[Document]:
        """The documents of some kinds."""
        return (document for document in self.documents if document.kind in kinds)

    def ray_of_kind(self, *kinds: str) -> Iterator[Document]:
        """The documents of some kinds of KubeRay."""
        return (document for document in self.of_kind(*kinds) if document.api_version.startswith("ray.io/"))

    def has(self, kind: str, name: str, namespace: str) -> bool:
        """Whether a document is among them."""
        return (kind, namespace, name) in self._names

    def validator(self, document: Document) -> Any | None:
        """The validator of a document's kind; None where there is none."""
        return self._validator(document.api_version, document.kind)

    def _validator(self, api_version: str, kind: str) -> Any | None:
        if own := self.definitions.validator(api_version, kind) or third_party_validator(api_version, kind):
            return own
        definition = core_schemas.kinds(self.kubernetes_version).get(kind, {}).get(api_version)
        return None if definition is None else core_schemas.validator(self.kubernetes_version, definition)

    def schema_errors(self, document: Document) -> list[SchemaError]:
        """Every place where a document breaks its schema; empty where it has none."""
        return self._schema_errors.get(id(document), [])

    @cached_property
    def _schema_errors(self) -> dict[int, list[SchemaError]]:
        validators = ((document, self._nearest_validator(document)) for document in self.documents)
        return {
            id(document): list(schema_errors(validator, document.content))
            for document, validator in validators
            if validator is not None
        }

    def _nearest_validator(self, document: Document) -> Any | None:
        """That of its kind; of an older API of KubeRay that of today, so that both are said at once."""
        own = self.validator(document)
        if own is None and document.api_version.startswith("ray.io/"):
            return self._validator(RAY_API, document.kind)
        return own

    @cached_property
    def _names(self) -> frozenset[tuple[str, str, str]]:
        return frozenset((document.kind, document.namespace, document.name) for document in self.documents)
