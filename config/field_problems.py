"""Pydantic's errors as problems: one line for each setting, in the words of the documentation."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from config.problems import Path, Problem
from config.schema import Kind, kinds_at, section_at
from config.section import Section
from config.words import in_words, joined, one_of

_KEY = "[key]"
"""How pydantic marks an error in a name of a mapping."""
_LONGEST_VALUE = 60


@dataclass(frozen=True)
class _Place:
    """A setting, or the name that it stands under."""

    path: Path
    is_name: bool


def field_problems(error: ValidationError, model: type[BaseModel], given: Mapping[str, Any]) -> list[Problem]:
    """Problems of single settings; the alternatives of a union become one problem."""
    details: dict[_Place, ErrorDetails] = {}
    for detail in error.errors(include_url=False):
        details.setdefault(_place(detail, given), detail)
    return [_problem(place, detail, model) for place, detail in details.items() if not _is_explained(place, details)]


def _is_explained(place: _Place, others: Mapping[_Place, ErrorDetails]) -> bool:
    """Whether a problem of its name or further inside says more, as it does when one member of a union nearly fits."""
    if place.is_name:
        return False
    depth = len(place.path)
    inside = any(len(other.path) > depth and other.path[:depth] == place.path for other in others)
    return inside or _Place(place.path, is_name=True) in others


def _place(detail: ErrorDetails, given: Mapping[str, Any]) -> _Place:
    """Place of the setting: pydantic's location without its names for the alternatives of a union."""
    path: list[str | int] = []
    node: Any = given
    for part in detail["loc"]:
        if _holds(node, part):
            path.append(part)
            node = node[part]
    if detail["type"] == "missing":
        path.append(detail["loc"][-1])
    return _Place(tuple(path), is_name=detail["loc"][-1:] == (_KEY,))


def _holds(node: Any, part: str | int) -> bool:
    return part in node if isinstance(node, Mapping) else isinstance(node, list) and isinstance(part, int)


def _problem(place: _Place, detail: ErrorDetails, model: type[BaseModel]) -> Problem:
    path, value = place.path, detail["input"]
    if detail["type"] == "extra_forbidden":
        return Problem(path, "unknown setting", _known_settings(model, path))
    if place.is_name:
        names = [kind.arguments[0] for kind in _kinds(model, path[:-1]) if kind.origin is dict]
        return Problem(path, f"got the name {shown_value(path[-1])}", joined(map(in_words, names)))
    if detail["type"] == "missing":
        value = None
    want = _near(value, _kinds(model, path)) or joined(map(in_words, kinds_at(model, path)))
    return Problem(path, f"got {shown_value(value)}", want)


def _kinds(model: type[BaseModel], path: Path) -> list[Kind]:
    return [alternative for kind in kinds_at(model, path) for alternative in kind.alternatives]


def shown_value(value: Any) -> str:
    """A value as YAML writes it, on one line."""
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"


def _near(value: Any, kinds: list[Kind]) -> str | None:
    """The range that was meant, when an address has bits set behind its prefix."""
    if not isinstance(value, str) or "/" not in value:
        return None
    try:
        network = ip_network(value, strict=False)
    except ValueError:
        return None
    fits = any(kind.annotation is type(network) for kind in kinds)
    return f"{network}, the first address of the range" if fits else None


def _known_settings(model: type[BaseModel], path: Path) -> str:
    section = section_at(model, path[:-1]) or model
    instead = section.instead.get(str(path[-1])) if issubclass(section, Section) else None
    if instead is not None:
        return instead
    # An environment's name is that of its file.
    known = [field for field in section.model_fields if (field, len(path)) != ("name", 1)]
    close = difflib.get_close_matches(str(path[-1]), known, n=1)
    return one_of(close or known)
