"""How a type of Terraform resource is found in AWS's answers, and how its attributes are read there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import Any

from scripts.audit.drift.deployed import Deployed
from scripts.audit.drift.normal import camel, snaked, tag_map
from scripts.inventory.reading import Read
from scripts.state import Resource


class How(Enum):
    """How two values of an attribute are compared."""

    VALUE = "value"
    POLICY = "policy"
    SECRET = "secret"  # noqa: S105 — a kind, not a secret


@dataclass(frozen=True)
class Case:
    """One resource of the state beside what AWS says of it."""

    resource: Resource
    answer: Any
    deployed: Deployed

    def state(self, attribute: str) -> Any:
        """An attribute in Terraform's state."""
        return self.resource.attributes.get(attribute)


Source = Callable[[Case], Any]
"""Reads a value in Terraform's shape. Raises NotReadableError where the answer is missing."""


@dataclass(frozen=True)
class Same:
    """An attribute that must be deployed as intended."""

    deployed: Source
    how: How = How.VALUE
    intended: Source | None = None
    """In the place of the state's own attribute."""
    beside: bool = False
    """Whether it holds what was added beside the resource, where no plan sees it."""


@dataclass(frozen=True)
class Translator:
    """One type of Terraform resource."""

    type: str
    find: Callable[[Resource, Deployed], Any]
    """AWS's answer for a resource; None when it is gone. Raises NotReadableError."""
    same: Mapping[str, Same]
    """What is compared, by attribute; an attribute that Terraform does not have holds what was added by hand."""
    left_out: Mapping[str, str]
    """What is not compared, and why."""


COMPUTED = "AWS gives it, and nobody can change it"
FIXED = "AWS lets nobody change it: another value is another resource"
OWN = "Terraform's own: AWS does not know it"
NAME = "names the resource: what has another one is another resource"
TAGS = "compared in tags_all, which has these and the default tags"
FOLLOWS = "follows from other attributes or resources, which are compared"


def left_out(*reasons: tuple[str, str]) -> dict[str, str]:
    """Reasons by attribute: `left_out((COMPUTED, "arn id"), (OWN, "timeouts"))`."""
    return {attribute: reason for reason, names in reasons for attribute in names.split()}


def at(path: str) -> Source:
    """The value at a path of the answer, in Terraform's names: `PrivateDnsNameOptions.HostnameType`."""
    return partial(_at, tuple(path.split(".")))


def _at(path: tuple[str, ...], case: Case) -> Any:
    return snaked(walk(case.answer, path))


def walk(answer: Any, path: tuple[str, ...]) -> Any:
    """The value at a path; None where there is nothing. Raises TypeError for what is no document."""
    for step in path:
        if answer is None:
            return None
        if not isinstance(answer, Mapping):
            raise TypeError("not a document")
        answer = answer.get(step)
    return answer


def fields(names: str, *, within: str = "") -> dict[str, Same]:
    """Attributes that AWS calls the same in its own way to write: `cidr_block` is `CidrBlock`."""
    below = f"{within}." if within else ""
    return {name: Same(at(below + camel(name))) for name in names.split()}


def renamed(**paths: str) -> dict[str, Same]:
    """Attributes that AWS calls otherwise: `ami="ImageId"`."""
    return {name: Same(at(path)) for name, path in paths.items()}


def numbers(names: str, **paths: str) -> dict[str, Same]:
    """Attributes that are 0 in the state where AWS has none; `paths` of those that AWS calls otherwise."""
    return {name: _number(name, paths.get(name, camel(name))) for name in (*names.split(), *paths)}


def _number(name: str, path: str) -> Same:
    steps = tuple(path.split("."))
    return Same(lambda case: walk(case.answer, steps) or None, intended=lambda case: case.state(name) or None)


def tags(path: str = "Tags") -> dict[str, Same]:
    """Tags with the default tags of the provider."""
    steps = tuple(path.split("."))
    return {"tags_all": Same(lambda case: tag_map(walk(case.answer, steps)))}


def policy(attribute: str, source: Source) -> dict[str, Same]:
    """A policy document."""
    return {attribute: Same(source, How.POLICY)}


def added(source: Source) -> Same:
    """What was added by hand to a resource: nothing is intended."""
    return Same(source, intended=lambda _case: None, beside=True)


def by_item(read: Read, field: str, attribute: str = "id") -> Callable[[Resource, Deployed], Any]:
    """Find a resource among the items of a read."""
    return lambda resource, deployed: deployed.item(read, field, resource.attributes[attribute])


def by_document(read: Read, **arguments: str) -> Callable[[Resource, Deployed], Any]:
    """Find a resource by a call of its own; the arguments are attributes of the state."""
    return lambda resource, deployed: deployed.document(
        read, **{name: resource.attributes[attribute] for name, attribute in arguments.items()}
    )
