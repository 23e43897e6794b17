"""Values as they are compared: what means the same to AWS looks the same here."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Any

_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@cache
def snake(name: str) -> str:
    """Terraform's way to write AWS's name: `HttpPutResponseHopLimit`, `http_put_response_hop_limit`."""
    return _WORDS.sub("_", name).lower()


@cache
def camel(name: str) -> str:
    """AWS's way to write Terraform's name."""
    return "".join(word.capitalize() for word in name.split("_"))


def snaked(value: Any, renamed: Mapping[str, str] | None = None) -> Any:
    """An answer with Terraform's names; `renamed` has those that differ by more than their form."""
    if isinstance(value, Mapping):
        names = renamed or {}
        return {names.get(key, snake(key)): snaked(each, renamed) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [snaked(each, renamed) for each in value]
    return value.isoformat() if isinstance(value, datetime) else value


def normal(value: Any) -> Any:
    """Nothing is None, whether it is null, absent, empty or off; order means nothing; a single block is its content."""
    if isinstance(value, Mapping):
        return {key: kept for key, each in value.items() if (kept := normal(each)) is not None} or None
    if isinstance(value, (list, tuple, set, frozenset)):
        kept = [each for each in map(normal, value) if each is not None]
        if len(kept) == 1 and isinstance(kept[0], Mapping):
            return kept[0]
        return sorted(kept, key=_order) or None
    return None if value is None or value is False or value == "" else value


def known(intended: Any, deployed: Any) -> Any:
    """What is deployed, without the fields of blocks that the state's blocks lack: AWS adds fields, Terraform later.

    A block is a list in the state and has all its fields; a map, such as tags, has those that somebody gave it.
    """
    blocks = [each for each in intended if isinstance(each, Mapping)] if isinstance(intended, list) else []
    if not blocks:
        return deployed
    values = {key: value for block in blocks for key, value in block.items()}
    return [
        {key: known(values[key], value) for key, value in each.items() if key in values}
        if isinstance(each, Mapping)
        else each
        for each in _listed(deployed)
    ]


def differences(name: str, intended: Any, deployed: Any) -> Iterator[tuple[str, Any, Any]]:
    """Attributes of two normal values that differ: blocks and maps by their fields, lists as what one side lacks."""
    if intended == deployed:
        return
    if isinstance(intended, Mapping) and isinstance(deployed, Mapping):
        for key in sorted({*intended, *deployed}):
            yield from differences(f"{name}.{key}", intended.get(key), deployed.get(key))
    elif _has_blocks(intended) or _has_blocks(deployed):
        ours, theirs = _listed(intended), _listed(deployed)
        yield name, _without(ours, theirs), _without(theirs, ours)
    else:
        yield name, intended, deployed


def tag_map(pairs: Iterable[Mapping[str, str]] | None) -> dict[str, str]:
    """Tags as a map, without those that AWS sets itself."""
    return {pair["Key"]: pair.get("Value", "") for pair in pairs or () if not pair["Key"].startswith("aws:")}


def _has_blocks(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(each, Mapping) for each in value)


def _listed(value: Any) -> list[Any]:
    return [] if value is None else list(value) if isinstance(value, (list, tuple)) else [value]


def _without(some: list[Any], others: list[Any]) -> list[Any] | None:
    return [each for each in some if each not in others] or None


def _order(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)
