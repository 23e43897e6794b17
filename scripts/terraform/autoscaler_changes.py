"""After a plan: what changes of the configuration of Ray's autoscaler, of which Terraform shows `(sensitive value)`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from scripts.cluster_yaml.applied import configuration_of
from scripts.cluster_yaml.output import OUTPUT

MOST_LINES = 20
_MOST_CHARACTERS = 60
_ABSENT = "(none)"


def autoscaler_changes(plan: Mapping[str, Any]) -> list[str]:
    """Lines for a plan as Terraform's JSON; none when it changes nothing of the configuration, or first makes it."""
    change: Mapping[str, Any] = plan.get("output_changes", {}).get(OUTPUT, {})
    if change.get("actions") != ["update"]:
        return []
    if change.get("after_unknown"):
        return ["the autoscaler's configuration changes; how is known after apply"]
    before, after = configuration_of(change["before"]), configuration_of(change["after"])
    lines = list(_differences("", before, after))
    shown = lines if len(lines) <= MOST_LINES else [*lines[: MOST_LINES - 1], f"and {len(lines) - MOST_LINES + 1} more"]
    return ["the autoscaler's configuration changes:", *(f"  {line}" for line in shown)] if lines else []


def _differences(path: str, before: Any, after: Any) -> Iterator[str]:
    if before == after:
        return
    before, after = _keyed(before), _keyed(after)
    if path.endswith(".UserData"):
        yield f"{path}: another boot script"
    elif isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys()):
            yield from _differences(_below(path, key), before.get(key), after.get(key))
    elif isinstance(before, dict) or isinstance(after, dict):
        yield f"{path}: {'removed' if after is None else 'added'}"
    else:
        yield f"{path}: {_text(before)} → {_text(after)}"


def _keyed(value: Any) -> Any:
    """Lists of objects by tag key or place, so that one of them can be named; anything else as it is."""
    if not (isinstance(value, list) and value and all(isinstance(item, dict) for item in value)):
        return value
    if all(item.keys() == {"Key", "Value"} for item in value):
        return {item["Key"]: item["Value"] for item in value}
    return {str(place): item for place, item in enumerate(value)}


def _below(path: str, key: str) -> str:
    """Path of a key; the two levels that every setting of a node type stands below say nothing."""
    if key in ("available_node_types", "node_config"):
        return path
    return f"{path}.{key}" if path else key


def _text(value: Any) -> str:
    if value is None:
        return _ABSENT
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}…"
