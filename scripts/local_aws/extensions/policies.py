"""Whether a resource's policy document has the form that AWS takes."""

from __future__ import annotations

import json
from typing import Any

from scripts.local_aws.extensions.plumbing import AwsError

EFFECTS = ("Allow", "Deny")


def check_policy(text: str, code: str, *, resource: str | None = None) -> None:
    """Refuse a document that is malformed, or that speaks of another resource than the one it is put on.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
    """
    try:
        wrong = [statement for statement in statements(text) if not _is_well_formed(statement)]
        wrong += [statement for statement in statements(text) if resource and not _is_about(statement, resource)]
    except (ValueError, KeyError, TypeError, AttributeError):
        wrong = [text]
    if wrong:
        raise AwsError(code, f"Policy is malformed: {wrong[0]}")


def statements(text: str) -> list[Any]:
    """A document's statements; one may stand without its list."""
    found = json.loads(text)["Statement"]
    return found if isinstance(found, list) else [found]


def _is_well_formed(statement: dict[str, Any]) -> bool:
    one_of = ({"Principal", "NotPrincipal"}, {"Action", "NotAction"})
    return statement.get("Effect") in EFFECTS and all(choice & statement.keys() for choice in one_of)


def _is_about(statement: dict[str, Any], resource: str) -> bool:
    if "NotResource" in statement:
        return True
    named = statement.get("Resource", [])
    listed = [named] if isinstance(named, str) else named
    return bool(listed) and all(_matches(entry, resource) for entry in listed)


def _matches(entry: str, resource: str) -> bool:
    return entry == resource or entry.startswith(f"{resource}/") or "*" in entry.split("/")[0]
