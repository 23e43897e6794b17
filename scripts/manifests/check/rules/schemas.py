"""Schemas of Kubernetes and of KubeRay."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from scripts.cluster_yaml.lint.cluster import shown
from scripts.manifests.check import core_schemas
from scripts.manifests.check.bundle import Bundle
from scripts.manifests.check.ray import RAY_API
from scripts.manifests.check.reading import Document
from scripts.manifests.check.registry import Hit, rule
from scripts.manifests.check.third_party import THIRD_PARTY

_REFERENCE = "https://kubernetes.io/docs/reference/kubernetes-api/"
_VALIDATION = "https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation"
_CRDS = "https://github.com/ray-project/kuberay/tree/v1.7.0/helm-chart/kuberay-operator/crds"


def _errors(bundle: Bundle, rule_id: str) -> Iterator[Hit]:
    for document in bundle.documents:
        for error in bundle.schema_errors(document):
            if error.rule == rule_id:
                yield Hit(document, error.place, error.got, wrong=error.wrong, want=error.want)


@rule("kind-missing", "https://kubernetes.io/docs/concepts/overview/working-with-objects/#required-fields")
def kind_missing(bundle: Bundle) -> Iterator[Hit]:
    """A document has no apiVersion or no kind.

    Why: kubectl does not know what to do with it.

    Want: both, as text.
    """
    for document in bundle.documents:
        for field in ("apiVersion", "kind"):
            value = document.content.get(field)
            if not isinstance(value, str) or not value:
                yield Hit(document, (field,), "none" if value is None else shown(value))


@rule("kind-unknown", _REFERENCE)
def kind_unknown(bundle: Bundle) -> Iterator[Hit]:
    """No schema for this apiVersion and kind.

    Why: the API was removed, comes with a later version, is misspelled, or belongs to a definition that is not known
    here. The API server refuses it where it has no such kind. Nothing of the document can be checked here; an older
    API of KubeRay is judged by the schemas of ray.io/v1.

    Want: a kind of Kubernetes or KubeRay, or CRDS=<file> with its definition beside KubeRay's.
    """
    for document in bundle.documents:
        if document.kind and document.api_version and bundle.validator(document) is None:
            yield Hit(
                document, ("apiVersion",), f"{document.api_version} {document.kind}", want=_known(bundle, document)
            )


def _known(bundle: Bundle, document: Document) -> str:
    core = core_schemas.kinds(bundle.kubernetes_version)
    there = {**{kind: list(versions) for kind, versions in core.items()}, **bundle.definitions.kinds, **THIRD_PARTY}
    if document.kind in there:
        return f"{' or '.join(sorted(there[document.kind]))}, which Kubernetes {bundle.kubernetes_version} has"
    close = get_close_matches(document.kind, there, 1)
    return f"{there[close[0]][0]} {close[0]}" if close else ""


@rule("ray-api-old", "https://github.com/ray-project/kuberay/blob/v1.7.0/docs/reference/api.md")
def ray_api_old(bundle: Bundle) -> Iterator[Hit]:
    """ray.io/v1alpha1 is deprecated.

    Why: KubeRay 1.9 no longer has it, and its fields end with 1.0: what came since is dropped or refused.

    Want: ray.io/v1.
    """
    for document in bundle.documents:
        if document.api_version.startswith("ray.io/") and document.api_version != RAY_API:
            yield Hit(document, ("apiVersion",), shown(document.api_version))


@rule("unknown-field", _VALIDATION)
def unknown_field(bundle: Bundle) -> Iterator[Hit]:
    """The schema has no such field.

    Why: kubectl refuses it, and what other clients apply loses it without a word: the setting has no effect.

    Want: a field of the schema.
    """
    yield from _errors(bundle, "unknown-field")


@rule("field-missing", _REFERENCE)
def field_missing(bundle: Bundle) -> Iterator[Hit]:
    """A field that the schema requires is missing.

    Why: the API server refuses the document. Fields with a default are not required here, as there.

    Want: the field.
    """
    yield from _errors(bundle, "field-missing")


@rule("wrong-type", _REFERENCE)
def wrong_type(bundle: Bundle) -> Iterator[Hit]:
    """The value is of another type.

    Why: the API server refuses the document. `"1"` is text and 1 a number; so are `yes` and `"yes"` different.

    Want: the type of the schema.
    """
    yield from _errors(bundle, "wrong-type")


@rule("wrong-value", _REFERENCE)
def wrong_value(bundle: Bundle) -> Iterator[Hit]:
    """The schema does not allow the value.

    Why: the API server refuses the document.

    Want: a value of the schema.
    """
    yield from _errors(bundle, "wrong-value")


@rule("wrong-quantity", "https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/")
def wrong_quantity(bundle: Bundle) -> Iterator[Hit]:
    """This is no quantity.

    Why: the API server refuses the document. 8GB, 8 Gi and 1.5.0 are none.

    Want: a number with m, k, M, G, T, Ki, Mi, Gi or Ti, such as 500m or 8Gi.
    """
    yield from _errors(bundle, "wrong-quantity")


@rule("repeated-in-list", "https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy")
def repeated_in_list(bundle: Bundle) -> Iterator[Hit]:
    """Two entries of a list have the same key.

    Why: the list is a map by this key: server-side apply refuses it, and of two variables only the last counts.

    Want: each key once.
    """
    yield from _errors(bundle, "repeated-in-list")


@rule("schema-rule", _CRDS)
def schema_rule(bundle: Bundle) -> Iterator[Hit]:
    """A rule of the definition, in CEL, does not hold.

    Why: the API server refuses the document with this message.

    Want: what the message says.
    """
    yield from _errors(bundle, "schema-rule")
