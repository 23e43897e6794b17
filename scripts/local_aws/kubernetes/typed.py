"""Does a value have the form of its schema? Three readers ask: apply, the strict decoder and the pruner.

The words of apply are those of
https://github.com/kubernetes-sigs/structured-merge-diff/blob/master/typed/validate.go
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scripts.local_aws.kubernetes.paths import Path, is_associative, item_element, shown
from scripts.local_aws.kubernetes.schema import ANY, Node

_NUMBERS = "expected numeric (int or float)"
_WANTED: dict[str, tuple[tuple[type, ...], str]] = {
    "string": ((str,), "expected string"),
    "boolean": ((bool,), "expected boolean"),
    "integer": ((int,), _NUMBERS),
    "number": ((int, float), _NUMBERS),
    "quantity": ((str, int, float), "expected string or number"),
    "int-or-string": ((str, int), "expected string or number"),
}


def apply_errors(value: Any, node: Node, path: Path = ()) -> Iterator[str]:
    """What keeps a value from being applied, one line each."""
    if value is None:
        return
    if node.shape == "object":
        yield from _object_errors(value, node, path)
    elif node.shape == "list":
        yield from _list_errors(value, node, path)
    elif node.shape == "scalar" and not is_scalar(value, node.type):
        yield f"{shown(path)}: {_WANTED[node.type][1]}, got {_as_go(value)}"


def is_scalar(value: Any, kind: str) -> bool:
    """Tell whether a value is of a scalar type; a bool is no number."""
    types = _WANTED[kind][0]
    if isinstance(value, bool):
        return kind == "boolean"
    if kind == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, types)


def _as_go(value: Any) -> str:
    text = {True: "true", False: "false"}[value] if isinstance(value, bool) else value
    return f"&value.valueUnstructured{{Value:{text!r}}}".replace("'", '"')


def _object_errors(value: Any, node: Node, path: Path) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{shown(path)}: expected map, got {_as_go(value)}"
        return
    for name, child in value.items():
        below = (*path, f"f:{name}")
        schema = node.field(name)
        if schema is None:
            yield f"{shown(below)}: field not declared in schema"
        else:
            yield from apply_errors(child, schema, below)


def _list_errors(value: Any, node: Node, path: Path) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{shown(path)}: expected list, got {_as_go(value)}"
        return
    seen: set[str] = set()
    for index, item in enumerate(value):
        element = f"i:{index}"
        if is_associative(node):
            absent = _absent_keys(item, node)
            if absent:
                why = f'associative list with keys has an element that omits key field "{absent[0]}"'
                yield f"{shown(path)}: element {index}: {why}"
                continue
            element = item_element(item, node)
            if element in seen:
                yield f"{shown(path)}: duplicate entries for key {shown((element,))}"
            seen.add(element)
        yield from apply_errors(item, node.item, (*path, element))


def _absent_keys(item: Any, node: Node) -> list[str]:
    if not isinstance(item, dict):
        return []
    absent = [key for key in node.keys if key not in item and node.key_default(key) is None]
    # One that is given tells items apart; the others may be empty.
    return absent if len(absent) == len(node.keys) else []


def unknown_fields(value: Any, node: Node, path: str = "") -> Iterator[str]:
    """Fields that the schema does not have, as the strict decoder names them: `spec.containers[0].imag`."""
    if isinstance(value, dict) and node.shape == "object":
        for name, child in value.items():
            below = f"{path}.{name}" if path else name
            schema = closed_field(node, name)
            if schema is None:
                yield below
            else:
                yield from unknown_fields(child, schema, below)
    elif isinstance(value, list) and node.shape == "list":
        for index, item in enumerate(value):
            yield from unknown_fields(item, node.item, f"{path}[{index}]")


def prune(value: Any, node: Node) -> Any:
    """A value without nulls and without the fields that its schema does not have."""
    if isinstance(value, dict):
        kept = {}
        for name, child in value.items():
            schema = closed_field(node, name)
            if schema is not None and child is not None:
                kept[name] = prune(child, schema)
        return kept
    if isinstance(value, list):
        item = node.item if node.shape == "list" else ANY
        return [prune(child, item) for child in value]
    return value


def closed_field(node: Node, name: str) -> Node | None:
    """The schema of a field for who prunes: a custom `type: object` without properties has no fields at all."""
    opened = not node.custom or node.raw.get("x-kubernetes-preserve-unknown-fields") or node.shape != "object"
    if name not in node.properties and not node.raw.get("additionalProperties") and not opened:
        return None
    return node.field(name)
