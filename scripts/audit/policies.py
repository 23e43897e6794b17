"""What policy documents say, as far as the checks ask."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from scripts.inventory.shapes import Document

Statement = Mapping[str, Any]

EVERYTHING = "*"

_WILD = re.compile(r"[*?:/]*[*][*?:/]*")
"""Wildcards and separators only: names nothing."""
_PARTITION = re.compile(r"^arn(:[^:]*(?=:))?:?")


def statements(document: Document) -> list[Statement]:
    """Statements of a policy; a single one may stand without a list."""
    return _listed(document.get("Statement", []))


def values(statement: Statement, element: str) -> list[str]:
    """Actions or resources of a statement; a single one may stand without a list."""
    return [str(value) for value in _listed(statement.get(element, []))]


def principals(document: Document) -> Iterator[tuple[str, str]]:
    """Who is allowed: pairs such as `Service`, `ec2.amazonaws.com`."""
    for statement in statements(document):
        if statement["Effect"] != "Allow":
            continue
        principal = statement.get("Principal", {})
        by_type = {"AWS": principal} if isinstance(principal, str) else principal
        for type_, identifiers in by_type.items():
            yield from ((type_, str(identifier)) for identifier in _listed(identifiers))
        if "NotPrincipal" in statement:
            yield "NotPrincipal", EVERYTHING


def allows_everything(document: Document) -> bool:
    """Whether a statement allows every action on every resource without a condition."""
    return any(
        ("NotAction" in statement or any(_is_every_action(action) for action in values(statement, "Action")))
        and ("NotResource" in statement or any(_is_every_resource(arn) for arn in values(statement, "Resource")))
        for statement in _allowed_unconditionally(document)
    )


def denies_plain_http(document: Document | None, *, actions: Collection[str], resources: Collection[str]) -> bool:
    """Whether everybody is refused one of the all-embracing `actions` on all of `resources` without TLS."""
    if document is None:
        return False
    refused = {
        resource
        for statement in statements(document)
        if _denies_everybody_plain_http(statement, actions)
        for resource in values(statement, "Resource")
    }
    return EVERYTHING in refused or refused.issuperset(resources)


def _allowed_unconditionally(document: Document) -> Iterator[Statement]:
    for statement in statements(document):
        if statement["Effect"] == "Allow" and not statement.get("Condition"):
            yield statement


def _is_every_action(action: str) -> bool:
    """`*`, and what IAM reads as such: `*:*`, `**`."""
    return _WILD.fullmatch(action) is not None


def _is_every_resource(arn: str) -> bool:
    """`*`, and what IAM reads as such: `arn:aws:*:*:*:*`; a partition alone narrows nothing."""
    return _WILD.fullmatch(_PARTITION.sub("", arn)) is not None


def _denies_everybody_plain_http(statement: Statement, actions: Collection[str]) -> bool:
    condition = statement.get("Condition", {}).get("Bool", {})
    secure = [str(value).lower() for value in _listed(condition.get("aws:SecureTransport", []))]
    return (
        statement["Effect"] == "Deny"
        and statement.get("Principal") in (EVERYTHING, {"AWS": EVERYTHING}, {"AWS": [EVERYTHING]})
        and any(action in actions for action in values(statement, "Action"))
        and secure == ["false"]
        # A second condition would narrow the refusal.
        and len(statement["Condition"]) == len(condition) == 1
    )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
