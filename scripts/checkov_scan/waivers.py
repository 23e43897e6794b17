"""Waivers: what a module says about checks that its resources are meant to fail.

They stand on the resource in the synthesized stack: `"//": {"rayform": {"waivers": [{"check": …, "reason": …}]}}`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Waiver:
    """One check on one resource that may fail."""

    address: str
    check: str
    reason: str


def read_waivers(stack: Mapping[str, Any]) -> list[Waiver]:
    """All waivers of a synthesized stack."""
    return [
        Waiver(address, str(waiver.get("check", "")), str(waiver.get("reason", "")).strip())
        for address, block in _blocks(stack)
        for waiver in block.get("//", {}).get("rayform", {}).get("waivers", [])
    ]


def _blocks(stack: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for section, prefix in (("resource", ""), ("data", "data.")):
        for type_, blocks in stack.get(section, {}).items():
            for name, block in blocks.items():
                yield f"{prefix}{type_}.{name}", block


def unexplained(waivers: list[Waiver]) -> list[str]:
    """Problems with the waivers themselves, one line each."""
    return [
        f"{waiver.address}: the waiver of {waiver.check or 'no check'} needs a check and a reason"
        for waiver in waivers
        if not (waiver.check and waiver.reason)
    ]
