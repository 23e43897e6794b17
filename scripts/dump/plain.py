"""From models to what JSON and templates know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from typing import Any

from scripts.inventory.reading import Unreadable
from scripts.inventory.user_data import UserData

UNREADABLE = "unreadable"
"""Key that stands in the place of what could not be read."""

WITHHELD = "not shown"
"""Stands in the place of what a model keeps out of its own `repr`."""


def plain(value: Any) -> Any:
    """Make dicts and lists of models; what could not be read says so in its place, what is secret is not shown.

    What a model keeps out of comparing, such as the time at which it was read, is not there: two dumps must compare.
    """
    if isinstance(value, Unreadable):
        return {UNREADABLE: str(value)}
    if isinstance(value, UserData):
        # Not the text: a user's hook in it may hold what a dump must not show. Two dumps compare all the same.
        return value.fingerprint
    if is_dataclass(value) and not isinstance(value, type):
        shown = [field for field in fields(value) if field.compare]
        return {field.name: plain(getattr(value, field.name)) if field.repr else WITHHELD for field in shown}
    return _plain_collection(value)


def _plain_collection(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {_key(key): plain(item) for key, item in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted((plain(item) for item in value), key=str)
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, Enum):
        return plain(value.value)
    return value if value is None or isinstance(value, (bool, int, float, str)) else _other(value)


def _key(key: Any) -> str:
    return " ".join(map(str, key)) if isinstance(key, tuple) else str(key)


def _other(value: Any) -> str:
    """Times, networks and the like have one way to be written."""
    return value.isoformat() if isinstance(value, date) else str(value)


def is_unreadable(value: Any) -> bool:
    """Whether a plain value stands for something that could not be read."""
    return isinstance(value, Mapping) and set(value) == {UNREADABLE}
