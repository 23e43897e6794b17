"""Kubernetes' own schemas, as the package kubernetes-validate brings them."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from scripts.manifests.check.structural import IS_QUANTITY, MAP_KEYS, Validator

_DEFINITIONS = "#/$defs/"
_QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity"
_INT_OR_STRING = "io.k8s.apimachinery.pkg.util.intstr.IntOrString"
_LIST_DEFAULTS = {"protocol": "TCP"}

CoreKinds = dict[str, dict[str, str]]
"""Definition by apiVersion, by kind."""


def _schemas() -> Path:
    return Path(str(files("kubernetes_validate"))) / "kubernetes-json-schema"


@cache
def _definitions(version: str) -> dict[str, Any]:
    definitions: dict[str, Any] = json.loads(
        (_schemas() / f"v{version}.0-local-strict" / "_definitions.json").read_text()
    )["$defs"]
    definitions[_QUANTITY] = {IS_QUANTITY: True}
    definitions[_INT_OR_STRING] = {"type": ["string", "integer", "null"]}
    _rename_map_keys(definitions)
    return definitions


def _rename_map_keys(node: Any) -> None:
    if isinstance(node, list):
        for item in node:
            _rename_map_keys(item)
    if not isinstance(node, dict):
        return
    if isinstance(keys := node.get("x-kubernetes-list-map-keys"), list):
        node[MAP_KEYS] = [[key, _LIST_DEFAULTS.get(key)] for key in keys]
    for item in node.values():
        _rename_map_keys(item)


@cache
def kinds(version: str) -> CoreKinds:
    """Every kind of a version of Kubernetes."""
    found: CoreKinds = {}
    for name, schema in _definitions(version).items():
        groups = schema.get("x-kubernetes-group-version-kind", [])
        if len(groups) != 1 or "metadata" not in schema.get("properties", {}):  # DeleteOptions and their like
            continue
        group, kind = groups[0]["group"], groups[0]["kind"]
        api_version = f"{group}/{groups[0]['version']}" if group else groups[0]["version"]
        found.setdefault(kind, {})[api_version] = name
    return found


@cache
def validator(version: str, definition: str) -> Any:
    """The validator of one definition."""
    return Validator({"$ref": _DEFINITIONS + definition, "$defs": _definitions(version)})
