"""What Ray's autoscaler has set in a RayCluster, carried over into what is applied.

`workerGroupSpecs` is one value to a server-side apply: without this, each apply would end running workers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scripts.kubernetes.objects import Document

_OF_THE_AUTOSCALER = ("replicas", "scaleStrategy")
SPECS: Mapping[str, str] = {"RayCluster": "spec", "RayService": "spec.rayClusterConfig"}
"""Where a kind has the cluster whose workers come and go while it is there."""


def with_live_scale(document: Document, live: Document) -> Document:
    """The document with the live replicas of groups whose number it leaves to the autoscaler."""
    if document["kind"] not in SPECS:
        return document
    path = SPECS[document["kind"]].split(".")
    wanted, found = _at(document, path), _at(live, path)
    if not wanted.get("enableInTreeAutoscaling"):
        return document
    groups = {group.get("groupName"): group for group in found.get("workerGroupSpecs", [])}
    specs = [_carried(group, groups.get(group["groupName"], {})) for group in wanted.get("workerGroupSpecs", [])]
    return _replaced(document, [*path, "workerGroupSpecs"], specs)


def _carried(group: Mapping[str, Any], live: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: live[name] for name in _OF_THE_AUTOSCALER if name in live and name not in group}
    if "replicas" in kept:
        most = max(group.get("maxReplicas", kept["replicas"]), 0)
        kept["replicas"] = min(max(kept["replicas"], group.get("minReplicas", 0)), most)
    return {**group, **kept}


def _at(document: Mapping[str, Any], path: list[str]) -> Mapping[str, Any]:
    for name in path:
        document = document.get(name, {})
    return document


def _replaced(document: Mapping[str, Any], path: list[str], value: Any) -> dict[str, Any]:
    name, *rest = path
    return {**document, name: _replaced(document[name], rest, value) if rest else value}
