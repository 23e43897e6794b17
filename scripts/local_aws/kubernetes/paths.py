"""Paths of fields as `managedFields` spells them (FieldsV1), and what a value has at each.

https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/ (FieldsV1)
https://github.com/kubernetes-sigs/structured-merge-diff/tree/master/fieldpath
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from scripts.local_aws.kubernetes.schema import ANY, Node

Path = tuple[str, ...]
"""Elements `f:<field>`, `k:{<keys of a list's item>}`, `v:<a set's value>`; in messages also `i:<index>`."""

ITEM = object()
"""What `leaves` has for an item of an associative list: that it is there."""


def leaves(value: Any, node: Node) -> dict[Path, Any]:
    """Every field that can have an owner, with its value."""
    found: dict[Path, Any] = {}
    _collect(value, node, (), found)
    return found


def _collect(value: Any, node: Node, path: Path, found: dict[Path, Any]) -> None:
    if isinstance(value, dict) and value and not node.atomic:
        for name, child in value.items():
            _collect(child, node.field(name) or ANY, (*path, f"f:{name}"), found)
    elif isinstance(value, list) and value and is_associative(node):
        for child in value:
            place = (*path, item_element(child, node))
            if isinstance(child, dict):
                _collect(child, node.item, place, found)
            found[place] = ITEM
    else:
        found[path] = value


def is_associative(node: Node) -> bool:
    """Tell whether a list's items are told apart by keys or by value."""
    return bool(node.keys or node.is_set)


def item_element(item: Any, node: Node) -> str:
    """The path element of a list's item."""
    if node.is_set or not isinstance(item, dict):
        return "v:" + _json(item)
    return "k:" + _json({key: item.get(key, node.key_default(key)) for key in sorted(node.keys)})


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def to_fields(paths: Iterable[Path]) -> dict[str, Any]:
    """FieldsV1 of a set of paths."""
    tree: dict[str, Any] = {}
    members = set(paths)
    for path in sorted(members):
        place = tree
        for depth, element in enumerate(path, 1):
            place = place.setdefault(element, {})
            if depth < len(path) and path[:depth] in members:
                place.setdefault(".", {})
    return tree


def from_fields(tree: dict[str, Any], path: Path = ()) -> set[Path]:
    """The paths of a FieldsV1."""
    found = {path} if path and (not tree or "." in tree) else set()
    for element, below in tree.items():
        if element != ".":
            found |= from_fields(below, (*path, element))
    return found


def shown(path: Path) -> str:
    """A path as messages spell it: `.spec.containers[name="ray"].image`."""
    return "".join(_shown(element) for element in path)


def _shown(element: str) -> str:
    kind, _, rest = element.partition(":")
    if kind == "f":
        return f".{rest}"
    if kind in ("v", "i"):
        return f"[={rest}]" if kind == "v" else f"[{rest}]"
    keys = json.loads(rest)
    return "[" + ",".join(f"{key}={_json(value)}" for key, value in keys.items()) + "]"
