"""One problem of an environment file, and pydantic's errors as such."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from config.schema import model_at
from config.text import WANT

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Problem:
    """What is wrong with a setting, and what is wanted."""

    path: Path
    got: str
    want: str

    def __str__(self) -> str:
        return f"{'.'.join(str(part) for part in self.path)}: {self.got}, want {self.want}"


def field_problems(error: ValidationError, model: type[BaseModel], given: Mapping[str, Any]) -> list[Problem]:
    """Problems of single fields; the alternatives of a union become one problem."""
    by_path: dict[Path, list[ErrorDetails]] = {}
    for detail in error.errors(include_url=False):
        by_path.setdefault(_setting(detail, given), []).append(detail)
    return [_problem(path, details, model) for path, details in by_path.items()]


def _setting(detail: ErrorDetails, given: Any) -> Path:
    """Path of the setting: pydantic's location without its names for the alternatives of a union."""
    path: list[str | int] = []
    node = given
    *parents, last = detail["loc"]
    for part in parents:
        if isinstance(node, Mapping) and part in node:
            node = node[part]
        elif isinstance(node, list) and isinstance(part, int):
            node = node[part]
        else:
            continue
        path.append(part)
    if (isinstance(node, Mapping) and last != "[key]") or (isinstance(node, list) and isinstance(last, int)):
        path.append(last)
    return tuple(path)


def _problem(path: Path, details: list[ErrorDetails], model: type[BaseModel]) -> Problem:
    first = details[0]
    if first["type"] == "missing":
        return Problem(path, "got nothing", "a value")
    if first["type"] == "extra_forbidden":
        return Problem(path, "unknown setting", _known_settings(str(path[-1]), model_at(model, path[:-1])))
    wants = dict.fromkeys(_want(detail) for detail in details)
    return Problem(path, f"got {_shown(first['input'])}", " or ".join(wants))


_WANTS = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "string_type": "text (in quotes when it looks like a number)",
    "list_type": "a list",
    "dict_type": "names and their settings",
    "model_type": "settings",
    "model_attributes_type": "settings",
    "ip_v4_network": "a CIDR such as 10.0.0.0/16 with no bit set behind the prefix",
    "ip_v6_network": "an IPv6 CIDR",
    "none_required": "nothing",
}


def _want(detail: ErrorDetails) -> str:
    context: dict[str, Any] = detail.get("ctx", {})
    match detail["type"]:
        case kind if kind in _WANTS:
            return _WANTS[kind]
        case kind if kind == WANT:
            return str(context["want"])
        case "literal_error":
            return "one of " + re.sub(r" or (?='|\d+$)", ", ", str(context["expected"])).replace("'", "")
        case "greater_than_equal":
            return f"at least {context['ge']}"
        case "less_than_equal":
            return f"at most {context['le']}"
        case "too_short":
            return f"at least {context['min_length']} of them"
        case "too_long":
            return f"at most {context['max_length']} of them"
    return detail["msg"]


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return "settings"
    return repr(value)


def _known_settings(name: str, section: type[BaseModel]) -> str:
    known = [field for field in section.model_fields if field != "name"]
    close = difflib.get_close_matches(name, known, n=1)
    return close[0] if close else f"one of {', '.join(known)}"
