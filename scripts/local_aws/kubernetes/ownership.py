"""Who owns which field: server-side apply and the bookkeeping of every other write (`metadata.managedFields`).

https://kubernetes.io/docs/reference/using-api/server-side-apply/
https://github.com/kubernetes-sigs/structured-merge-diff/blob/master/merge/update.go
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scripts.local_aws.kubernetes.merging import merge, without
from scripts.local_aws.kubernetes.paths import Path, from_fields, leaves, shown, to_fields
from scripts.local_aws.kubernetes.refusals import Document, Refusal
from scripts.local_aws.kubernetes.schema import Node

_UNOWNED = {("f:apiVersion",), ("f:kind",), ("f:metadata",)} | {
    ("f:metadata", f"f:{name}")
    for name in (
        "name",
        "namespace",
        "uid",
        "resourceVersion",
        "generation",
        "creationTimestamp",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "managedFields",
        "selfLink",
    )
}


@dataclass(frozen=True)
class Manager:
    """Who writes: each entry of managedFields has one."""

    name: str
    operation: str
    """`Apply` or `Update`."""
    api_version: str
    subresource: str = ""

    def __str__(self) -> str:
        name = f'"{self.name}"'
        if self.subresource:
            name += f' with subresource "{self.subresource}"'
        return f"{name} using {self.api_version}" if self.operation == "Update" else name


Owners = dict[Manager, set[Path]]


def owners_of(document: Document) -> Owners:
    """The entries of an object."""
    return {
        _manager(entry): from_fields(entry.get("fieldsV1") or {})
        for entry in document["metadata"].get("managedFields") or []
    }


def _manager(entry: Mapping[str, Any]) -> Manager:
    name, operation = entry.get("manager", ""), entry.get("operation", "")
    return Manager(name, operation, entry.get("apiVersion", ""), entry.get("subresource", ""))


def apply(live: Document, wanted: Document, manager: Manager, node: Node, *, force: bool) -> tuple[Document, Owners]:
    """`live` after `manager` applied `wanted`, and who owns what then; refuses conflicts unless forced."""
    owners = owners_of(live)
    claimed = _ownable(set(leaves(wanted, node)), manager)
    before = owners.pop(manager, set())
    foreign = set().union(*owners.values())
    merged = merge(live, wanted, node)
    dropped = _dropped(before - claimed - foreign, claimed | foreign)
    # Merged again: an empty map that is wanted went with the last of its fields.
    merged = merge(without(merged, dropped, node), wanted, node)
    changed, removed = _changes(live, merged, node)
    conflicts = {owner: paths & changed for owner, paths in owners.items() if paths & changed}
    if conflicts and not force:
        raise _conflict(conflicts)
    owners = {owner: paths - changed - removed for owner, paths in owners.items()}
    owners[manager] = claimed
    return merged, owners


def _dropped(candidates: set[Path], kept: set[Path]) -> set[Path]:
    """Leave out what is now the way to something that is kept."""
    ways = {path[:length] for path in kept for length in range(1, len(path))}
    return candidates - ways


def update(live: Document, new: Document, manager: Manager, node: Node) -> Owners:
    """Who owns what after `manager` wrote `new` over `live`."""
    owners = owners_of(new if "managedFields" in new["metadata"] else live)
    changed, removed = _changes(live, new, node)
    own = _ownable(changed, manager) | (owners.pop(manager, set()) - removed)
    rest = {owner: paths - changed - removed for owner, paths in owners.items()}
    return {**rest, manager: own}


def _ownable(paths: set[Path], manager: Manager) -> set[Path]:
    if manager.subresource == "status":
        return {path for path in paths if path[:1] == ("f:status",)}
    return {path for path in paths if path not in _UNOWNED and path[:1] != ("f:status",)} - {()}


def _changes(old: Document, new: Document, node: Node) -> tuple[set[Path], set[Path]]:
    """Fields that are new or different, and fields that are gone."""
    before, after = leaves(old, node), leaves(new, node)
    changed = {path for path, value in after.items() if path not in before or before[path] != value}
    return changed - _UNOWNED, set(before) - set(after)


def _conflict(conflicts: Mapping[Manager, set[Path]]) -> Refusal:
    count = sum(map(len, conflicts.values()))
    lines, causes = [], []
    for manager, paths in sorted(conflicts.items(), key=lambda entry: str(entry[0])):
        fields = sorted(shown(path) for path in paths)
        lines += [f"conflicts with {manager}:", *(f"- {field}" for field in fields)]
        message = f"conflict with {manager}"
        causes += [{"reason": "FieldManagerConflict", "message": message, "field": field} for field in fields]
    text = "\n".join(lines)
    if count == 1:
        text = f"{causes[0]['message']}: {causes[0]['field']}"
    message = f"Apply failed with {count} conflict{'s' if count > 1 else ''}: {text}"
    return Refusal(409, "Conflict", message, {"causes": causes})


def entries(owners: Owners, before: Document, now: str) -> list[Document]:
    """managedFields; an entry that did not change keeps its time."""
    times = {_manager(entry): entry for entry in before.get("metadata", {}).get("managedFields") or []}
    found = []
    for manager, paths in owners.items():
        if not paths:
            continue
        fields = to_fields(paths)
        old = times.get(manager)
        found.append(_entry(manager, fields, old["time"] if old and old["fieldsV1"] == fields else now))
    return sorted(found, key=lambda entry: (entry["operation"], entry["time"], entry["manager"]))


def _entry(manager: Manager, fields: Document, time: str) -> Document:
    entry: Document = {"manager": manager.name, "operation": manager.operation, "apiVersion": manager.api_version}
    entry |= {"time": time, "fieldsType": "FieldsV1", "fieldsV1": fields}
    return {**entry, "subresource": manager.subresource} if manager.subresource else entry
