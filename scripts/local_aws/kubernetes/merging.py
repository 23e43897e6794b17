"""Merge an applied configuration into an object, and take fields out, by the schema of the kind.

https://github.com/kubernetes-sigs/structured-merge-diff/blob/master/typed/merge.go
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scripts.local_aws.kubernetes.paths import Path, is_associative, item_element
from scripts.local_aws.kubernetes.schema import ANY, Node

_MEMBER = ""
"""Key of a tree's node at which a path ends."""


def merge(live: Any, new: Any, node: Node) -> Any:
    """`live` with everything that `new` names."""
    if node.atomic:
        return new
    if isinstance(live, dict) and isinstance(new, dict):
        merged = dict(live)
        for name, value in new.items():
            merged[name] = merge(live[name], value, node.field(name) or ANY) if name in live else value
        return merged
    if isinstance(live, list) and isinstance(new, list) and is_associative(node):
        return _merge_lists(live, new, node)
    return new


def _merge_lists(live: list[Any], new: list[Any], node: Node) -> list[Any]:
    """Keep the new order; what only `live` has stays behind what it followed."""
    before = {item_element(item, node): item for item in live}
    waiting = {item_element(item, node): item for item in new}
    wanted = set(waiting)
    merged: list[Any] = []

    def emit(element: str) -> None:
        item = waiting.pop(element)
        merged.append(merge(before[element], item, node.item) if element in before else item)

    for element, item in before.items():
        if element not in wanted:
            merged.append(item)
        while element in waiting:
            emit(next(iter(waiting)))
    for element in list(waiting):
        emit(element)
    return merged


def without(value: Any, paths: Iterable[Path], node: Node) -> Any:
    """`value` without the fields at `paths`; a map or list that this empties goes, too."""
    tree: dict[str, Any] = {}
    for path in paths:
        place = tree
        for element in path:
            place = place.setdefault(element, {})
        place[_MEMBER] = True
    return _without(value, tree, node) if tree else value


def _without(value: Any, tree: dict[str, Any], node: Node) -> Any:
    if isinstance(value, dict):
        kept = {}
        for name, child in value.items():
            rest = _rest(child, tree.get(f"f:{name}"), node.field(name) or ANY)
            if rest is not _GONE:
                kept[name] = rest
        return kept
    if isinstance(value, list) and is_associative(node):
        items = [_rest(item, tree.get(item_element(item, node)), node.item) for item in value]
        return [item for item in items if item is not _GONE]
    return value


_GONE = object()


def _rest(child: Any, tree: dict[str, Any] | None, node: Node) -> Any:
    if tree is None:
        return child
    if _MEMBER in tree:
        return _GONE
    rest = _without(child, tree, node)
    return _GONE if child and rest in ({}, []) else rest
