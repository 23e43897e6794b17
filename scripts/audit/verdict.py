"""What a check says about one resource."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from scripts.inventory.reading import Reading, Unreadable

T = TypeVar("T")


@dataclass(frozen=True)
class Verdict:
    """A resource, whether it is as wanted, and what was seen."""

    resource: str
    """Id, name or ARN; the Terraform address where the resource is in the state is found from it."""
    ok: bool | Unreadable
    detail: str
    address: str = ""
    """Terraform address, where the check knows it better."""
    attribute: str = ""
    """The attribute that differs."""
    intended: str | None = None
    """Its value in Terraform's state, as it is shown."""
    deployed: str | None = None
    """Its value on AWS, as it is shown."""


def expect(resource: str, what: str, got: Reading[T], want: T) -> Verdict:
    """Judge by comparison; says what was got and, when that is wrong, what is wanted."""
    if isinstance(got, Unreadable):
        return Verdict(resource, got, str(got))
    seen = f"{what} is {shown(got)}"
    return Verdict(resource, got == want, seen if got == want else f"{seen}, want {shown(want)}")


def shown(value: object) -> str:
    """A value as a person reads it."""
    if isinstance(value, (tuple, list, set, frozenset)):
        items = [shown(item) for item in value]
        return ", ".join(items if isinstance(value, (tuple, list)) else sorted(items)) or "none"
    if isinstance(value, bool):
        return "on" if value else "off"
    return "none" if value is None or value == "" else str(value)
