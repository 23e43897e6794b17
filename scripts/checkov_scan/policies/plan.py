"""A Terraform plan, as policies see it: what is known, what is known after apply, and what refers to what.

Format: https://developer.hashicorp.com/terraform/internals/json-format
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from scripts.checkov_scan.policies.declared import Declared

Path = tuple[str | int, ...]

_REFERENCE = re.compile(r"(?:data\.)?[a-z][a-z0-9_]*\.[A-Za-z0-9_-]+")
_TOKEN = re.compile(r"\$\{([^}]*)\}")
_INDEX = re.compile(r"\[[^]]*\]$")
_IDENTITIES = ("id", "arn", "name", "bucket")


class NotYetKnownError(Exception):
    """A value that decides is known after apply only, and the configuration does not show it either."""


@dataclass(frozen=True)
class Resource:
    """One resource of the plan."""

    address: str
    type: str
    values: Mapping[str, Any] = field(repr=False)
    """Planned values; may hold secrets."""
    unknown: Mapping[str, Any] = field(repr=False)
    expressions: Mapping[str, Any] = field(repr=False)
    """What the configuration says, with its references."""

    def value(self, *path: str | int) -> Any:
        """The planned value, None when the configuration does not set it.

        Raises:
            NotYetKnownError: it is set, to what is known after apply.
        """
        found = _walk(self.values, path)
        if found is None and self.is_set(*path) and _walk(self.unknown, path):
            raise NotYetKnownError(f"{_shown(path)} is known after apply")
        return found

    def is_set(self, *path: str | int) -> bool:
        """Whether the configuration sets it, to whatever."""
        expression = _expression(self.expressions, path)
        return expression is not None and expression != {"constant_value": None}

    def expression(self, *path: str | int) -> Any:
        """What the configuration sets it to, references as text; None when that is no plain text, list or map."""
        found = _expression(self.expressions, path)
        return found.get("constant_value") if isinstance(found, Mapping) else None

    def count(self, block: str) -> int:
        """How many blocks of this name there are."""
        return len(self.value(block) or [])

    def references(self, *path: str | int) -> frozenset[str]:
        """Addresses that an attribute refers to: `aws_vpc.this`, `data.aws_iam_policy_document.this`."""
        return frozenset(_references(_expression(self.expressions, path)))

    @property
    def tags(self) -> Mapping[str, str]:
        """Its own tags."""
        return self.values.get("tags") or {}


class Plan:
    """The resources of a plan, and what the environment declares."""

    def __init__(self, document: Mapping[str, Any], declared: Declared) -> None:
        """Read `terraform show -json`.

        Raises:
            ValueError: it has parts that this does not know, so that a verdict would be over half a plan.
        """
        self.declared = declared
        if document.get("planned_values", {}).get("root_module", {}).get("child_modules"):
            raise ValueError("the plan has child modules, which the policies of Rayform do not look into")
        configured = {
            each["address"]: each.get("expressions", {})
            for each in document.get("configuration", {}).get("root_module", {}).get("resources", [])
        }
        self.documents = {
            address: expressions
            for address, expressions in configured.items()
            if address.startswith("data.aws_iam_policy_document.")
        }
        """What the configuration says about IAM policy documents, by address."""
        self._resources = {
            change["address"]: _resource(change, configured)
            for change in document.get("resource_changes", [])
            if change["mode"] == "managed" and change["change"]["after"] is not None
        }

    def get(self, address: str) -> Resource | None:
        """A resource by its address."""
        return self._resources.get(address)

    def of(self, *types: str) -> Iterator[Resource]:
        """All resources of these types."""
        return (each for each in self._resources.values() if each.type in types)

    def referring(self, target: Resource, attribute: str, *types: str) -> list[Resource]:
        """Resources of these types whose attribute is this resource."""
        return [each for each in self.of(*types) if self.refers(each, attribute, target)]

    def refers(self, resource: Resource, attribute: str, target: Resource) -> bool:
        """Whether an attribute is another resource, by reference or by what names it."""
        if _INDEX.sub("", target.address) in resource.references(attribute):
            return True
        value = resource.values.get(attribute)
        return value is not None and value in [target.values.get(name) for name in _IDENTITIES]


def _resource(change: Mapping[str, Any], configured: Mapping[str, Any]) -> Resource:
    return Resource(
        address=change["address"],
        type=change["type"],
        values=change["change"]["after"],
        unknown=change["change"].get("after_unknown") or {},
        expressions=configured.get(_INDEX.sub("", change["address"]), {}),
    )


def _walk(found: Any, path: Path) -> Any:
    for step in path:
        if found is True:  # in `after_unknown`: all that is below
            return True
        if isinstance(step, int):
            found = found[step] if isinstance(found, list) and step < len(found) else None
        else:
            found = found.get(step) if isinstance(found, Mapping) else None
    return found


def _expression(found: Any, path: Path) -> Any:
    """The expression of a part; where the configuration shows only the whole, what it shows of the part."""
    for index, step in enumerate(path):
        if isinstance(found, Mapping) and "constant_value" in found:
            part = _walk(found["constant_value"], path[index:])
            return None if part is None else {"constant_value": part, "references": _TOKEN.findall(str(part))}
        if isinstance(found, Mapping) and "references" in found:
            return found
        found = _walk(found, (step,))
    return found


def _references(expression: Any) -> Iterator[str]:
    if isinstance(expression, list):
        for each in expression:
            yield from _references(each)
    elif isinstance(expression, Mapping):
        for reference in expression.get("references", ()):
            if found := _REFERENCE.match(reference):
                yield found[0]
        for name, each in expression.items():
            if name not in ("references", "constant_value"):
                yield from _references(each)


def _shown(path: Path) -> str:
    return ".".join(map(str, path))
