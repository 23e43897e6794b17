"""How the extensions hook into moto.

moto finds an operation as a method of a service's response class, parses the request with botocore's own model and
writes the answer with it. So a new operation is a function `(response, params) -> dict`, and its state hangs off
moto's backend of the account and region (`table`), where it follows moto's own resets and our saves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from typing import Any, TypeVar

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse

Params = dict[str, Any]

Operation = Callable[[Any, Params], "Mapping[str, Any] | None"]
Function = TypeVar("Function", bound=Callable[..., Any])
Entry = TypeVar("Entry")


class ExtensionError(Exception):
    """moto is not the version that an extension was written for."""


class AwsError(ServiceException):  # type: ignore[misc]  # mypy is not shown moto
    """A refusal with AWS's own error code."""

    # moto takes an error's service from its module's name; this one has none.
    __module__ = "extension"

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)


def op(response: type[BaseResponse], *, replaces: bool = False) -> Callable[[Operation], Operation]:
    """Add an operation to a service: the function's name is the operation's, in snake case.

    Fails when moto has it by now, unless ours is said to replace moto's.
    """

    def register(function: Operation) -> Operation:
        name = function.__name__
        if hasattr(response, name) is not replaces:
            state = "lacks" if replaces else "has"
            raise ExtensionError(f"moto {state} {response.__name__}.{name}")

        def method(self: Any) -> ActionResult:
            self.parse_parameters(self.normalized_request)
            return ActionResult(function(self, self.params) or {})

        _install(response, name, method)
        return function

    return register


def wrap(owner: type, name: str) -> Callable[[Function], Function]:
    """Put `function(original, self, …)` in the place of a method; fails when moto renamed it."""

    def replace(function: Function) -> Function:
        original = getattr(owner, name, None)
        if not callable(original):
            raise ExtensionError(f"moto lacks {owner.__name__}.{name}")

        def method(*args: Any, **kwargs: Any) -> Any:
            return function(original, *args, **kwargs)

        _install(owner, name, method)
        return function

    return replace


def wrap_property(owner: type, name: str) -> Callable[[Function], Function]:
    """Put `function(value, self)` in the place of a property that moto computes as `value`."""

    def replace(function: Function) -> Function:
        original = owner.__dict__.get(name)
        if not isinstance(original, property) or original.fget is None:
            raise ExtensionError(f"moto lacks the property {owner.__name__}.{name}")
        getter = original.fget
        setattr(owner, name, property(lambda self: function(getter(self), self), original.fset))
        return function

    return replace


def wrap_function(module: Any, name: str) -> Callable[[Function], Function]:
    """Put `function(original, …)` in the place of a module's function."""

    def replace(function: Function) -> Function:
        original = getattr(module, name, None)
        if not callable(original):
            raise ExtensionError(f"moto lacks {module.__name__}.{name}")
        setattr(module, name, lambda *args, **kwargs: function(original, *args, **kwargs))
        return function

    return replace


def table(holder: Any, name: str) -> dict[Any, Any]:
    """State of ours that belongs to one of moto's objects."""
    found: dict[Any, Any] = holder.__dict__.setdefault(f"rayform_{name}", {})
    return found


def need(entries: Mapping[Any, Entry], key: Any, code: str, message: str | None = None) -> Entry:
    """Look an entry up, or refuse with AWS's code for what does not exist."""
    if key not in entries:
        raise AwsError(code, message or f"{key} not found.")
    return entries[key]


def copy_given(params: Mapping[str, Any], into: MutableMapping[str, Any], names: Iterable[str]) -> None:
    """Copy the members that a request gave."""
    into.update({name: params[name] for name in names if params.get(name) is not None})


def page(entries: Sequence[Entry], params: Params, *, most: int = 100) -> tuple[list[Entry], Params]:
    """One page of a list, and what its answer says beside it: the token is the place where the next page begins."""
    first, size = int(params.get("nextToken") or 0), int(params.get("maxResults") or most)
    rest = {"nextToken": str(first + size)} if first + size < len(entries) else {}
    return list(entries[first : first + size]), rest


def _install(owner: type, name: str, method: Callable[..., Any]) -> None:
    # pickle and moto's own logs name a method by these.
    method.__name__ = name
    method.__qualname__ = f"{owner.__qualname__}.{name}"
    setattr(owner, name, method)
