"""Change one thing of an inventory: `change(inventory, "buckets.0.versioning", "Suspended")`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from scripts.inventory.reading import Unreadable

T = TypeVar("T")

REMOVED = object()
REFUSED = Unreadable("service:Operation", "AccessDenied")


class Several(tuple[tuple[str, Any], ...]):
    """Changes that are one fault only together: `change(inventory, "", Several((path, value), …))`."""

    __slots__ = ()

    def __new__(cls, *changes: tuple[str, Any]) -> Several:
        """Take them as arguments."""
        return super().__new__(cls, changes)


def change(thing: T, path: str, value: Any) -> T:
    """A copy of `thing` with another value at a path of names and positions; `REMOVED` takes a list's item out."""
    if isinstance(value, Several):
        for each in value:
            thing = change(thing, *each)
        return thing
    changed: Any = _change(thing, path.split("."), value)
    found: T = changed
    return found


def _change(thing: Any, path: list[str], value: Any) -> Any:
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(thing, (tuple, list)):
        items = list(thing)
        items[int(step)] = _change(items[int(step)], rest, value)
        return type(thing)(item for item in items if item is not REMOVED)
    if isinstance(thing, dict):
        return {**thing, step: _change(thing.get(step), rest, value)}
    return replace(thing, **{step: _change(getattr(thing, step), rest, value)})


def readings(thing: Any, path: str = "") -> Iterator[str]:
    """Paths of everything that may be unreadable, by the types of the models."""
    if isinstance(thing, tuple):
        for index, item in enumerate(thing):
            yield from readings(item, f"{path}{index}.")
    elif is_dataclass(thing):
        for field in fields(thing):
            yield from _of_field(str(field.type), getattr(thing, field.name), f"{path}{field.name}")


def _of_field(type_: str, value: Any, path: str) -> Iterator[str]:
    if type_.startswith("Reading["):
        yield path
    elif type_.startswith("tuple[Reading["):
        yield from (f"{path}.{index}" for index in range(len(value)))
    elif type_.startswith("Mapping[str, Reading["):
        yield from (f"{path}.{key}" for key in value)
    yield from readings(value, f"{path}.")
