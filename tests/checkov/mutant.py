"""Mutants of an example: one thing is changed, and one check must notice."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Stack = dict[str, Any]
Change = Callable[[Stack], None]


@dataclass(frozen=True)
class Mutant:
    """One fault that a module, or a hand in its output, may make."""

    name: str
    change: Change
    caught_by: tuple[str, ...]
    """The checks whose business it is; others may notice, too."""
    declared: Mapping[str, Any] = field(default_factory=dict)
    """What the environment file says, which the changed stack does not do."""
    environment: str = "production"

    def of(self, stack: Mapping[str, Any]) -> Stack:
        """The changed stack."""
        changed: Stack = copy.deepcopy(dict(stack))
        self.change(changed)
        if changed == stack and not self.declared:
            raise ValueError(f"{self.name}: it changes nothing")
        return changed


def mutant(name: str, change: Change, *caught_by: str) -> Mutant:
    """A mutant in one line."""
    return Mutant(name, change, caught_by)


def unheard(name: str, caught_by: str, **declared: Any) -> Mutant:
    """A mutant that does nothing about a setting of the environment file."""
    return Mutant(name, lambda _stack: None, (caught_by,), declared)


def block(stack: Stack, address: str) -> dict[str, Any]:
    """The block of an address, which must be there."""
    section = "data" if address.startswith("data.") else "resource"
    type_, name = address.removeprefix("data.").split(".")
    found: dict[str, Any] = stack[section][type_][name]
    return found


def put(address: str, **values: Any) -> Change:
    """Set attributes; None takes one out, `block__attribute` is one of a nested block."""

    def change(stack: Stack) -> None:
        for name, value in values.items():
            outer, _, inner = name.partition("__")
            target = block(stack, address)
            if inner:
                target, outer = target[outer], inner
            if value is None:
                del target[outer]
            else:
                target[outer] = value

    return change


def add(address: str, **values: Any) -> Change:
    """Add a resource."""

    def change(stack: Stack) -> None:
        type_, name = address.split(".")
        stack["resource"].setdefault(type_, {})[name] = values

    return change


def remove(address: str) -> Change:
    """Take a resource out, and out of what waits for it."""

    def change(stack: Stack) -> None:
        type_, name = address.split(".")
        del stack["resource"][type_][name]
        if not stack["resource"][type_]:  # Terraform takes no type without a resource
            del stack["resource"][type_]
        for blocks in stack["resource"].values():
            for each in blocks.values():
                if address in each.get("depends_on", ()):
                    each["depends_on"].remove(address)

    return change


def statement(document: str, sid: str, **values: Any) -> Change:
    """Change a statement of a policy document; None takes a part out."""

    def change(stack: Stack) -> None:
        for each in block(stack, f"data.aws_iam_policy_document.{document}")["statement"]:
            if each["sid"] == sid:
                each.update(values)
                for name in [name for name, value in values.items() if value is None]:
                    del each[name]

    return change


def allow(document: str, actions: list[str], resources: list[str], **more: Any) -> Change:
    """Add a statement that allows something."""

    def change(stack: Stack) -> None:
        added = {"sid": "Added", "effect": "Allow", "actions": actions, "resources": resources, **more}
        block(stack, f"data.aws_iam_policy_document.{document}")["statement"].append(added)

    return change


def drop_statement(document: str, sid: str) -> Change:
    """Take a statement out of a policy document."""

    def change(stack: Stack) -> None:
        target = block(stack, f"data.aws_iam_policy_document.{document}")
        target["statement"] = [each for each in target["statement"] if each["sid"] != sid]

    return change


def both(*changes: Change) -> Change:
    """One fault that takes two places, such as the halves of the internet."""

    def change(stack: Stack) -> None:
        for each in changes:
            each(stack)

    return change
