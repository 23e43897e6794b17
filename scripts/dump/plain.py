"""From models to what JSON and templates know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from scripts.inventory.reading import Unreadable

UNREADABLE = "unreadable"
"""Key that stands in the place of what could not be read."""


def plain(value: Any) -> Any:
    """Make dicts and lists of models; what could not be read says so in its place."""
    if isinstance(value, Unreadable):
        return {UNREADABLE: str(value)}
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def is_unreadable(value: Any) -> bool:
    """Whether a plain value stands for something that could not be read."""
    return isinstance(value, Mapping) and set(value) == {UNREADABLE}
