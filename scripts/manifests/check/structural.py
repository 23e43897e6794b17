"""JSON Schema with what Kubernetes adds: lists that are maps, quantities, rules in CEL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

QUANTITY = re.compile(
    r"(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?"
)
"""Source: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/"""
MAP_KEYS = "x-map-keys"
"""Names that together must be unique in a list, each with its default: [["port", null], ["protocol", "TCP"]]."""
CEL = "x-cel"
"""Rules, each with its message."""
IS_QUANTITY = "x-quantity"
_INT_RANGES = {"int32": 2**31, "int64": 2**63}


def _unique(_validator: Any, keys: Any, items: Any, _schema: Any) -> Iterator[ValidationError]:
    seen: set[str] = set()
    for position, item in enumerate(items if isinstance(items, list) else []):
        if not isinstance(item, dict):
            continue
        values = [item.get(key, default) for key, default in keys]
        if repr(values) in seen:
            message = ", ".join(f"{key} {value}" for (key, _), value in zip(keys, values, strict=True))
            yield ValidationError(message, validator=MAP_KEYS, path=[position])
        seen.add(repr(values))


def _quantity(_validator: Any, _wanted: Any, value: Any, _schema: Any) -> Iterator[ValidationError]:
    has_type = isinstance(value, str | int | float) and not isinstance(value, bool)
    if value is not None and not (has_type and QUANTITY.fullmatch(str(value))):
        yield ValidationError("no quantity", validator=IS_QUANTITY)


def _cel(_validator: Any, rules: Any, value: Any, _schema: Any) -> Iterator[ValidationError]:
    for rule, message in rules:
        if "oldSelf" not in rule and not _holds(rule, value):
            yield ValidationError(message, validator=CEL)


def _holds(rule: str, value: Any) -> bool:
    from celpy.adapter import json_to_cel  # a third of a second, for few documents
    from celpy.evaluation import CELEvalError

    try:
        return bool(_program(rule).evaluate({"self": json_to_cel(value)}))
    except (CELEvalError, ValueError, TypeError):  # a value of another type has a finding of its own
        return True


@cache
def _program(rule: str) -> Any:
    from celpy import Environment

    environment = Environment()
    return environment.program(environment.compile(rule))


def _format(_validator: Any, form: Any, value: Any, _schema: Any) -> Iterator[ValidationError]:
    limit = _INT_RANGES.get(form)
    if limit and isinstance(value, int) and not -limit <= value < limit:
        yield ValidationError("out of range", validator="format")


Validator: Any = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator, {MAP_KEYS: _unique, IS_QUANTITY: _quantity, CEL: _cel, "format": _format}
)
