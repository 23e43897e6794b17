"""What a validator says, in words of settings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from jsonschema import ValidationError

from scripts.cluster_yaml.lint.cluster import shown
from scripts.manifests.check.reading import Place
from scripts.manifests.check.structural import CEL, IS_QUANTITY, MAP_KEYS

_MOST_NAMES = 12
_KINDS = {"object": "a mapping", "array": "a list", "string": "text", "integer": "a whole number", "number": "a number"}


@dataclass(frozen=True)
class SchemaError:
    """One place that breaks a schema."""

    rule: str
    place: Place
    got: str
    want: str = ""
    wrong: str = ""


def schema_errors(validator: Any, content: Any) -> Iterator[SchemaError]:
    """Every place of a document that breaks its schema."""
    for error in validator.iter_errors(content):
        yield from _said(error)


def _said(error: ValidationError) -> Iterator[SchemaError]:
    keyword, value = str(error.validator), error.instance
    if keyword == "additionalProperties" and isinstance(value, dict):
        yield from _unknown(tuple(error.absolute_path), value, error.schema)
    elif keyword == "required":
        missing = error.message.split("'")[1]  # one error for each missing name, with which its message begins
        yield SchemaError("field-missing", (*error.absolute_path, missing), "none", "a value", f"{missing} is missing")
    else:
        yield _of_value(tuple(error.absolute_path), keyword, error)


def _unknown(place: Place, value: dict[str, Any], schema: Any) -> Iterator[SchemaError]:
    known = list(schema.get("properties", {}))
    for name in value:
        if name not in known:
            yield SchemaError("unknown-field", (*place, name), shown(name), _one_of(name, known))


def _of_value(place: Place, keyword: str, error: ValidationError) -> SchemaError:
    wanted: Any = error.validator_value
    value = error.instance
    if keyword == "type":
        return SchemaError("wrong-type", place, _typed(value), _types(wanted))
    if keyword in ("anyOf", "oneOf"):
        return SchemaError("wrong-type", place, _typed(value), _types([item.get("type") for item in wanted]))
    if keyword == IS_QUANTITY or (keyword == "pattern" and "KMGTPE" in str(wanted)):
        return SchemaError("wrong-quantity", place, shown(value))
    if keyword == MAP_KEYS:
        return SchemaError("repeated-in-list", place, shown(error.message))
    if keyword == CEL:
        return SchemaError("schema-rule", place, shown(value), error.message)
    want = f"one of {', '.join(map(str, wanted))}" if keyword == "enum" else _bound(keyword, wanted)
    return SchemaError("wrong-value", place, shown(value), want)


def _typed(value: Any) -> str:
    kind = "a mapping" if isinstance(value, dict) else "a list" if isinstance(value, list) else ""
    if kind or value is None:
        return kind or "nothing (null)"
    name = {bool: "true or false", str: "text", int: "a whole number", float: "a number"}.get(type(value), "a value")
    return f"{shown(value)}, {name}"


def _types(wanted: Any) -> str:
    flat = [item for entry in (wanted if isinstance(wanted, list) else [wanted]) for item in _listed(entry)]
    names = [_KINDS.get(name, "true or false") for name in dict.fromkeys(flat) if name not in ("null", None)]
    return " or ".join(names)


def _listed(entry: Any) -> list[Any]:
    return entry if isinstance(entry, list) else [entry]


def _one_of(name: str, known: list[str]) -> str:
    if close := get_close_matches(name, known, 1):
        return close[0]
    return f"one of {', '.join(sorted(known)[:_MOST_NAMES])}{'…' * (len(known) > _MOST_NAMES)}" if known else "nothing"


def _bound(keyword: str, wanted: Any) -> str:
    words = {
        "minimum": "at least {}", "maximum": "at most {}", "minLength": "at least {} characters",
        "maxLength": "at most {} characters", "minItems": "at least {} of them", "maxItems": "at most {} of them",
        "pattern": "the form {}", "format": "a number that fits into {}",
    }  # fmt: skip
    return words.get(keyword, f"{keyword} {{}}").format(wanted)
