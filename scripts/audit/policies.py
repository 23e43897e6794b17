"""What policy documents say, as far as the checks ask."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scripts.inventory.shapes import Document

Statement = Mapping[str, Any]

EVERYTHING = "*"


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
        statement["Effect"] == "Allow"
        and (EVERYTHING in values(statement, "Action") or "NotAction" in statement)
        and (EVERYTHING in values(statement, "Resource") or "NotResource" in statement)
        and not statement.get("Condition")
        for statement in statements(document)
    )


def denies_plain_http(document: Document | None) -> bool:
    """Whether everybody is refused everything without TLS."""
    return document is not None and any(_denies_plain_http(statement) for statement in statements(document))


def _denies_plain_http(statement: Statement) -> bool:
    condition = statement.get("Condition", {}).get("Bool", {})
    secure = [str(value).lower() for value in _listed(condition.get("aws:SecureTransport", []))]
    return (
        statement["Effect"] == "Deny"
        and statement.get("Principal") in (EVERYTHING, {"AWS": EVERYTHING}, {"AWS": [EVERYTHING]})
        and any(action in (EVERYTHING, "s3:*", "elasticfilesystem:*") for action in values(statement, "Action"))
        and secure == ["false"]
        # A second condition would narrow the refusal.
        and len(statement["Condition"]) == len(condition) == 1
    )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
