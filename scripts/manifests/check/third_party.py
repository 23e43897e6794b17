"""Schemas of resources that come with neither Kubernetes nor KubeRay: the fields that are used of them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from scripts.manifests.check.structural import Validator

_TEXT = {"type": "string"}
_TEXTS = {"type": "object", "additionalProperties": _TEXT}
_LIST = {"type": "array", "items": _TEXT}
_FLAG = {"type": "boolean"}
_DURATION = {"type": "string", "pattern": r"^(\d+(ms|[smhdwy]))+$"}


def _fields(required: tuple[str, ...] = (), **fields: Any) -> dict[str, Any]:
    return {"type": "object", "properties": fields, "required": list(required), "additionalProperties": False}


_REQUIREMENT = _fields(
    ("key", "operator"),
    key=_TEXT,
    operator={"enum": ["In", "NotIn", "Exists", "DoesNotExist"]},
    values=_LIST,
)
_SELECTOR = _fields(matchLabels=_TEXTS, matchExpressions={"type": "array", "items": _REQUIREMENT})
_RELABELING = _fields(
    action={"enum": [
        "replace", "keep", "drop", "hashmod", "labelmap", "labeldrop", "labelkeep", "lowercase", "uppercase",
        "keepequal", "dropequal",
    ]},
    sourceLabels=_LIST,
    targetLabel=_TEXT,
    replacement=_TEXT,
    regex=_TEXT,
    separator=_TEXT,
    modulus={"type": "integer"},
)  # fmt: skip
_ENDPOINT = _fields(
    port=_TEXT,
    portNumber={"type": "integer", "minimum": 1, "maximum": 65535},
    targetPort={"type": ["integer", "string"]},
    path=_TEXT,
    scheme={"enum": ["http", "https", "HTTP", "HTTPS"]},
    interval=_DURATION,
    scrapeTimeout=_DURATION,
    honorLabels=_FLAG,
    honorTimestamps=_FLAG,
    params={"type": "object", "additionalProperties": _LIST},
    relabelings={"type": "array", "items": _RELABELING},
    metricRelabelings={"type": "array", "items": _RELABELING},
)
_MONITOR_SPEC: Mapping[str, Any] = {
    "jobLabel": _TEXT,
    "selector": _SELECTOR,
    "namespaceSelector": _fields(any=_FLAG, matchNames=_LIST),
    "sampleLimit": {"type": "integer"},
}


def _monitor(kind: str, spec: dict[str, Any]) -> dict[str, Any]:
    return _fields(
        ("apiVersion", "kind", "metadata", "spec"),
        apiVersion=_TEXT,
        kind={"enum": [kind]},
        metadata={"type": "object"},
        spec=spec,
    )


_ENDPOINTS = {"type": "array", "items": _ENDPOINT}
_SCHEMAS: Mapping[tuple[str, str], dict[str, Any]] = {
    ("monitoring.coreos.com/v1", "PodMonitor"): _monitor(
        "PodMonitor",
        _fields(("selector",), podTargetLabels=_LIST, podMetricsEndpoints=_ENDPOINTS, **_MONITOR_SPEC),
    ),
    ("monitoring.coreos.com/v1", "ServiceMonitor"): _monitor(
        "ServiceMonitor",
        _fields(
            ("endpoints", "selector"), targetLabels=_LIST, podTargetLabels=_LIST, endpoints=_ENDPOINTS, **_MONITOR_SPEC
        ),
    ),
}
"""Source: https://prometheus-operator.dev/docs/api-reference/api/"""

THIRD_PARTY: Mapping[str, list[str]] = {kind: [api_version] for api_version, kind in _SCHEMAS}
"""The apiVersions of each kind."""


@cache
def third_party_validator(api_version: str, kind: str) -> Any | None:
    """The validator of a kind; None where there is none."""
    schema = _SCHEMAS.get((api_version, kind))
    return None if schema is None else Validator(schema)
