"""Patches other than apply: JSON patch, merge patch and strategic merge patch."""

from __future__ import annotations

import copy
from typing import Any

from scripts.local_aws.kubernetes.refusals import Refusal, bad_request
from scripts.local_aws.kubernetes.schema import ANY, Node


def merge_patch(value: Any, patch: Any) -> Any:
    """https://datatracker.ietf.org/doc/html/rfc7386"""
    if not isinstance(patch, dict):
        return patch
    merged = dict(value) if isinstance(value, dict) else {}
    for name, change in patch.items():
        if change is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), change)
    return merged


def json_patch(value: Any, operations: Any) -> Any:
    """https://datatracker.ietf.org/doc/html/rfc6902"""
    if not isinstance(operations, list):
        raise bad_request("a JSON patch is a list of operations")
    document = copy.deepcopy(value)
    for operation in operations:
        try:
            _operate(document, operation)
        except (KeyError, IndexError, ValueError, TypeError) as error:
            why = f"the server rejected our request due to an error in our request: {error}"
            raise Refusal(422, "Invalid", why) from None
    return document


def _operate(document: Any, operation: dict[str, Any]) -> None:
    kind, path = operation["op"], _pointer(operation["path"])
    if kind in ("add", "replace"):
        _put(document, path, operation["value"], replace=kind == "replace")
    elif kind == "remove":
        _take(document, path)
    elif kind in ("move", "copy"):
        source = _pointer(operation["from"])
        value = _take(document, source) if kind == "move" else copy.deepcopy(_get(document, source))
        _put(document, path, value, replace=False)
    elif kind == "test":
        if _get(document, path) != operation.get("value"):
            raise ValueError(f"testing path {operation['path']} value failed")
    else:
        raise ValueError(f"unexpected kind: {kind}")


def _pointer(text: str) -> list[str]:
    return [part.replace("~1", "/").replace("~0", "~") for part in text.split("/")[1:]]


def _get(document: Any, path: list[str]) -> Any:
    for part in path:
        document = document[int(part)] if isinstance(document, list) else document[part]
    return document


def _put(document: Any, path: list[str], value: Any, *, replace: bool) -> None:
    holder, last = _get(document, path[:-1]), path[-1]
    if not isinstance(holder, list):
        if replace and last not in holder:
            raise KeyError(f"replace operation does not apply: doc is missing key: {last}")
        holder[last] = value
    elif replace:
        holder[int(last)] = value
    else:
        holder.insert(len(holder) if last == "-" else int(last), value)


def _take(document: Any, path: list[str]) -> Any:
    holder = _get(document, path[:-1])
    return holder.pop(int(path[-1]) if isinstance(holder, list) else path[-1])


def strategic_merge(value: Any, patch: Any, node: Node) -> Any:
    """https://github.com/kubernetes/design-proposals-archive/blob/main/cli/preserve-order-in-strategic-merge-patch.md"""
    if not isinstance(patch, dict):
        return patch
    if patch.get("$patch") == "replace":
        return {name: change for name, change in patch.items() if name != "$patch"}
    merged = dict(value) if isinstance(value, dict) else {}
    if "$retainKeys" in patch:
        merged = {name: child for name, child in merged.items() if name in patch["$retainKeys"]}
    for name, change in patch.items():
        if name.startswith("$deleteFromPrimitiveList/"):
            field = name.partition("/")[2]
            merged[field] = [item for item in merged.get(field, []) if item not in change]
        elif change is None:
            merged.pop(name, None)
        elif not name.startswith("$"):
            merged[name] = _strategic_field(merged.get(name), change, node.field(name) or ANY)
    return merged


def _strategic_field(value: Any, change: Any, node: Node) -> Any:
    if isinstance(change, list):
        merging = "merge" in node.raw.get("x-kubernetes-patch-strategy", "")
        return _strategic_list(value or [], change, node) if merging else change
    return strategic_merge(value, change, node)


def _strategic_list(value: list[Any], changes: list[Any], node: Node) -> list[Any]:
    key = node.raw.get("x-kubernetes-patch-merge-key")
    if key is None:
        return [*value, *(item for item in changes if item not in value)]
    if any(isinstance(item, dict) and item.get("$patch") == "replace" for item in changes):
        return [item for item in changes if "$patch" not in item]
    items = {item.get(key): item for item in value}
    for change in changes:
        if change.get("$patch") == "delete":
            items.pop(change.get(key), None)
        else:
            items[change.get(key)] = strategic_merge(items.get(change.get(key)), change, node.item)
    return list(items.values())
