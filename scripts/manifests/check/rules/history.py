"""The history server: what the operator refuses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scripts.cluster_yaml.lint.cluster import listing, mapping, shown, text
from scripts.manifests.check.bundle import Bundle
from scripts.manifests.check.pods import name_of
from scripts.manifests.check.ray import RaySpec
from scripts.manifests.check.reading import Place
from scripts.manifests.check.registry import Hit, operator_rule

_COLLECTOR = "collector"
_MANAGED = frozenset({
    "POD_IP", "FQ_RAY_IP", "RAY_CLUSTER_NAME", "RAY_CLUSTER_NAMESPACE", "RAY_ROLE", "OWNER_KIND", "OWNER_NAME",
    "EVENTS_PORT",
})  # fmt: skip
_BACKEND = "STORAGE_BACKEND"
_BACKEND_NEEDS: Mapping[str, tuple[str, ...]] = {
    "S3": ("S3_REGION",),
    "GCS": ("GCS_BUCKET",),
    "ALIYUNOSS": ("ALIYUN_BUCKET", "ALIYUN_ENDPOINT", "ALIYUN_REGION"),
}
_AZURE = ("AZURE_STORAGE_CONNECTION_STRING", "AZURE_STORAGE_ACCOUNT_URL")


def _with_history(bundle: Bundle) -> Iterator[RaySpec]:
    return (spec for spec in bundle.ray if isinstance(spec.fields.get("historyServerOptions"), dict))


def _collectors(bundle: Bundle) -> Iterator[tuple[RaySpec, Place, dict[str, Any]]]:
    for spec in _with_history(bundle):
        options = mapping(spec.fields["historyServerOptions"]).get("collectorOptions")
        if isinstance(options, dict):
            yield spec, spec.at("historyServerOptions", "collectorOptions"), options


@operator_rule("history-without-gate")
def history_without_gate(bundle: Bundle) -> Iterator[Hit]:
    """spec.historyServerOptions without the feature gate RayClusterHistoryServer.

    Want: no historyServerOptions, or the gate on in the values of the operator's chart.
    """
    for spec in _with_history(bundle):
        if not bundle.gates.get("RayClusterHistoryServer"):
            yield Hit(spec.document, spec.at("historyServerOptions"), "historyServerOptions")


@operator_rule("collector-missing")
def collector_missing(bundle: Bundle) -> Iterator[Hit]:
    """spec.historyServerOptions without collectorOptions, or these without an image.

    Want: collectorOptions.image.
    """
    for spec in _with_history(bundle):
        collector = mapping(mapping(spec.fields["historyServerOptions"]).get("collectorOptions"))
        if not text(collector.get("image")):
            yield Hit(spec.document, spec.at("historyServerOptions", "collectorOptions", "image"), "none")


@operator_rule("collector-name-taken")
def collector_name_taken(bundle: Bundle) -> Iterator[Hit]:
    """A container has the name of the history server's collector.

    Want: another name than collector.
    """
    for spec in _with_history(bundle):
        for group in spec.groups:
            for position, container in enumerate(listing(group.template.get("containers"))):
                if name_of(container) == _COLLECTOR:
                    yield Hit(spec.document, (*group.template_place, "containers", position, "name"), _COLLECTOR)


@operator_rule("collector-env-managed")
def collector_env_managed(bundle: Bundle) -> Iterator[Hit]:
    """The collector sets variables that are the operator's own.

    Want: none of these.
    """
    for spec, place, options in _collectors(bundle):
        for position, entry in enumerate(listing(options.get("env"))):
            if name_of(entry) in _MANAGED:
                yield Hit(spec.document, (*place, "env", position), name_of(entry))


@operator_rule("collector-backend")
def collector_backend(bundle: Bundle) -> Iterator[Hit]:
    """The collector does not say where it stores, or not all that its backend needs.

    Want: STORAGE_BACKEND as a literal, with S3_REGION, GCS_BUCKET, or what the backend needs.
    """
    for spec, place, options in _collectors(bundle):
        env = {name_of(entry): mapping(entry) for entry in listing(options.get("env"))}
        backend = text(env.get(_BACKEND, {}).get("value"))
        given = {name for name, entry in env.items() if entry.get("value") or entry.get("valueFrom")}
        missing = [name for name in _BACKEND_NEEDS.get(backend.upper(), ()) if name not in given]
        if not backend:
            yield Hit(spec.document, (*place, "env"), f"no {_BACKEND}")
        elif missing:
            yield Hit(spec.document, (*place, "env"), f"{shown(backend)} without {', '.join(missing)}")
        elif backend.upper() == "AZUREBLOB" and not given & set(_azure_needs(env)):
            yield Hit(spec.document, (*place, "env"), f"{shown(backend)} without {' or '.join(_azure_needs(env))}")


def _azure_needs(env: Mapping[str, dict[str, Any]]) -> tuple[str, ...]:
    mode = text(env.get("AZURE_STORAGE_AUTH_MODE", {}).get("value")).strip().lower()
    return {"connection_string": _AZURE[:1], "workload_identity": _AZURE[1:], "default": _AZURE[1:]}.get(mode, _AZURE)
