"""Schemas of objects, read alike from Kubernetes' own definitions and from a CustomResourceDefinition."""

from __future__ import annotations

import functools
import importlib.util
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

Raw = Mapping[str, Any]
Shape = Literal["object", "list", "scalar", "any"]

OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
_REFERENCE = "#/$defs/"
_QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity"
_SCALARS = frozenset({"string", "integer", "number", "boolean"})

_KEY_DEFAULTS = {"protocol": "TCP"}
"""Of Kubernetes' own types, whose definitions lack defaults: https://github.com/kubernetes/kubernetes/pull/93950"""


class Node:
    """The schema of one value; children are made when they are asked for, each once in a tree."""

    def __init__(
        self, raw: Raw, definitions: Raw, *, custom: bool = False, made: dict[int, tuple[Raw, Node]] | None = None
    ) -> None:
        self.definition = raw.get("$ref", "").removeprefix(_REFERENCE)
        self.raw: Raw = {**definitions[self.definition], **raw} if self.definition else raw
        self.custom = custom and not self.definition
        """From a CustomResourceDefinition, and no type of Kubernetes' own: an object has the fields that it names."""
        self._definitions = definitions
        # By identity: definitions refer to each other in circles. The schema is kept, or its id would be free again.
        self._made: dict[int, tuple[Raw, Node]] = {} if made is None else made
        self.type = _type(self.raw, self.definition)
        self.shape: Shape = _shape(self.type)
        self.properties: Raw = self.raw.get("properties", {})
        self.preserves = self._preserves()
        list_type = self.raw.get("x-kubernetes-list-type", "atomic")
        self.keys = tuple(self.raw.get("x-kubernetes-list-map-keys", ())) if list_type == "map" else ()
        self.is_set = list_type == "set"
        of_list = self.shape == "list" and not (self.keys or self.is_set)
        self.atomic = of_list or self.raw.get("x-kubernetes-map-type") == "atomic"

    def field(self, name: str) -> Node | None:
        """The schema of a field; None when the object does not have it."""
        raw = self._field(name)
        if raw is None:
            return ANY if self.preserves else None
        return self._child(raw)

    def _field(self, name: str) -> Raw | None:
        if name in self.properties:
            found: Raw = self.properties[name]
            return found
        additional = self.raw.get("additionalProperties")
        return additional if isinstance(additional, Mapping) else None

    @property
    def item(self) -> Node:
        """The schema of a list's items."""
        raw = self.raw.get("items")
        return ANY if raw is None else self._child(raw)

    def _child(self, raw: Raw) -> Node:
        if id(raw) not in self._made:
            self._made[id(raw)] = raw, Node(raw, self._definitions, custom=self.custom, made=self._made)
        return self._made[id(raw)][1]

    def key_default(self, key: str) -> Any:
        """What a key of the items stands for when it is left out; None when it may not be."""
        return self.item.raw.get("properties", {}).get(key, {}).get("default", _KEY_DEFAULTS.get(key))

    @property
    def required(self) -> tuple[str, ...]:
        """Fields that must be there."""
        return tuple(self.raw.get("required", ()))

    def _preserves(self) -> bool:
        if self.raw.get("x-kubernetes-preserve-unknown-fields"):
            return True
        free = not self.properties and not isinstance(self.raw.get("additionalProperties"), Mapping)
        return self.shape == "any" or (self.shape == "object" and free)


def _type(raw: Raw, definition: str) -> str:
    if definition == _QUANTITY:
        return "quantity"
    if raw.get("x-kubernetes-int-or-string") or definition.endswith("IntOrString"):
        return "int-or-string"
    given = raw.get("type")
    names = [given] if isinstance(given, str) else [name for name in given or () if name != "null"]
    if names:
        return str(names[0])
    return "object" if "properties" in raw else ""


def _shape(kind: str) -> Shape:
    if kind == "object":
        return "object"
    if kind == "array":
        return "list"
    return "scalar" if kind in _SCALARS or kind in ("quantity", "int-or-string") else "any"


ANY = Node({}, {})
"""A value of which nothing is known: maps are merged field by field, lists are taken whole."""


def definitions_of(version: str) -> Raw:
    """Kubernetes' own definitions for a cluster's version (`1.35`), or of the nearest older one that there is."""
    return _load(_nearest(version))


@functools.lru_cache(maxsize=4)
def _load(folder: str) -> Raw:
    document = json.loads((_package() / folder / "_definitions.json").read_text())
    found: Raw = document["$defs"]
    return found


@functools.lru_cache(maxsize=16)
def _nearest(version: str) -> str:
    wanted = _number(version)
    folders = {_number(path.name): path.name for path in _package().glob("v*-local")}
    older = [number for number in folders if number <= wanted]
    return folders[max(older) if older else min(folders)]


def _number(version: str) -> tuple[int, int]:
    found = re.match(r"v?(\d+)\.(\d+)", version)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _package() -> Path:
    # Not imported: the package brings its validator with it, and only its data is used here.
    spec = importlib.util.find_spec("kubernetes_validate")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("kubernetes_validate")
    return Path(spec.origin).parent / "kubernetes-json-schema"


@functools.lru_cache(maxsize=512)
def builtin_node(version: str, definition: str) -> Node:
    """The schema of one of Kubernetes' own types."""
    return Node({"$ref": _REFERENCE + definition}, definitions_of(version))


def custom_node(version: str, schema: Raw) -> Node:
    """The schema of a custom resource; its metadata is Kubernetes' own."""
    return Node(with_metadata(schema), definitions_of(version), custom=True)


def with_metadata(schema: Raw) -> dict[str, Any]:
    """The schema of a custom resource with the fields that every object has."""
    text: Raw = {"type": "string"}
    common = {"metadata": {"$ref": _REFERENCE + OBJECT_META}, "apiVersion": text, "kind": text}
    return {**schema, "properties": {**schema.get("properties", {}), **common}}
