"""Whether an answer has the types that AWS's own model of the service gives it.

botocore passes on whatever stands in JSON: a number where a name belongs, or a null in a list. Its parser of XML makes
the right types itself, or raises.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

_SCALARS: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "character": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "timestamp": (datetime,),
    "blob": (bytes,),
}


def fits(value: Any, shape: Any) -> bool:
    """Whether a value is of a shape of botocore's model; members that the model does not know are let be."""
    check = _CONTAINERS.get(shape.type_name)
    if check is not None:
        return check(value, shape)
    types = _SCALARS.get(shape.type_name, (object,))
    return isinstance(value, types) and (bool in types or object in types or not isinstance(value, bool))


def _structure(value: Any, shape: Any) -> bool:
    if not isinstance(value, dict):
        return False
    members = shape.members
    return all(fits(item, members[name]) for name, item in value.items() if name in members)


def _list(value: Any, shape: Any) -> bool:
    return isinstance(value, list) and all(fits(item, shape.member) for item in value)


def _map(value: Any, shape: Any) -> bool:
    return isinstance(value, dict) and all(fits(item, shape.value) for item in value.values())


_CONTAINERS: Mapping[str, Callable[[Any, Any], bool]] = {"structure": _structure, "list": _list, "map": _map}
