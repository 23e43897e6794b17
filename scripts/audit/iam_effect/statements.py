"""Statements of a policy, ready to be asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from scripts.audit.iam_effect.conditions import holds
from scripts.audit.iam_effect.glob import covers, matches, overlap
from scripts.audit.iam_effect.truth import Truth
from scripts.audit.iam_effect.variables import Context, fill
from scripts.inventory.reading import Reading, Unreadable
from scripts.inventory.shapes import Document

VARIABLES_SINCE = "2012-10-17"
"""Version of the policy language that knows variables."""


@dataclass(frozen=True)
class Statement:
    """One statement and where it stands."""

    policy: str
    name: str
    """`Sid` or, without one, its number: `#2`."""
    allows: bool
    elements: Mapping[str, Any] = field(repr=False)
    variables: bool = True

    @property
    def place(self) -> str:
        """`statement ReadSecrets of policy node`."""
        return f"statement {self.name} of {self.policy}"

    @property
    def condition(self) -> Mapping[str, Any]:
        """Its condition, empty when there is none."""
        found: Mapping[str, Any] = self.elements.get("Condition") or {}
        return found

    def for_action(self, action: str) -> bool:
        """Whether it speaks of an action; case means nothing."""
        if "NotAction" in self.elements:
            return not _any_action(self.elements["NotAction"], action)
        return _any_action(self.elements.get("Action", ()), action)

    def under(self, context: Context) -> Truth:
        """Whether its condition holds."""
        return holds(self.condition, context)

    def parts(self, resource: str, context: Context) -> list[tuple[str, Truth]]:
        """Every part of a resource, which may be a pattern, that it speaks of.

        A trust policy names no resource: it speaks of its role.
        """
        if "NotResource" in self.elements:
            held = any(covers(pattern, resource) for pattern, _ in self._filled("NotResource", context))
            return [] if held else [(resource, Truth.YES)]
        if "Resource" not in self.elements:
            return [(resource, Truth.YES)]
        patterns = self._filled("Resource", context)
        found = ((overlap(pattern, resource), sure) for pattern, sure in patterns)
        return [(part, sure) for part, sure in found if part is not None]

    def whole(self, resource: str, context: Context) -> Truth:
        """Whether it speaks of all that a resource's pattern stands for."""
        if "NotResource" in self.elements:
            spared = [sure for pattern, sure in self._filled("NotResource", context) if overlap(pattern, resource)]
            return ~max(spared, default=Truth.NO)
        if "Resource" not in self.elements:
            return Truth.YES
        return max(
            (sure for pattern, sure in self._filled("Resource", context) if covers(pattern, resource)),
            default=Truth.NO,
        )

    def _filled(self, element: str, context: Context) -> list[tuple[str, Truth]]:
        texts = listed(self.elements.get(element, ()))
        if not self.variables:
            return [(text, Truth.YES) for text in texts]
        filled = (fill(text, context) for text in texts)
        return [(text, sure) for text, sure in filled if sure is not Truth.NO]


def read_statements(policy: str, document: Document) -> Reading[tuple[Statement, ...]]:
    """The statements of a policy, or that it is none that anybody can read."""
    try:
        found = statements_of(policy, document)
        if all(_is_sound(statement.elements) for statement in found):
            return found
    except (KeyError, TypeError, AttributeError):
        pass
    return Unreadable(policy, "a policy of unknown shape")


def _is_sound(elements: Mapping[str, Any]) -> bool:
    """Whether every element has a shape of the policy language.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
    """
    condition = elements.get("Condition") or {}
    principals = [elements[name] for name in ("Principal", "NotPrincipal") if name in elements]
    return (
        elements["Effect"] in ("Allow", "Deny")
        and ("Action" in elements or "NotAction" in elements)
        and isinstance(condition, Mapping)
        and all(isinstance(tests, Mapping) for tests in condition.values())
        and all(isinstance(principal, (str, Mapping)) for principal in principals)
    )


def statements_of(policy: str, document: Document) -> tuple[Statement, ...]:
    """The statements of a policy; a single one may stand without a list."""
    found = document.get("Statement", [])
    variables = document.get("Version") == VARIABLES_SINCE
    return tuple(
        Statement(policy, str(each.get("Sid") or f"#{number}"), each["Effect"] == "Allow", each, variables)
        for number, each in enumerate(found if isinstance(found, list) else [found], start=1)
    )


def listed(value: Any) -> list[str]:
    """Text, or a list of it."""
    return [str(each) for each in value] if isinstance(value, (list, tuple)) else [str(value)]


def _any_action(patterns: Any, action: str) -> bool:
    return any(matches(pattern, action, ignore_case=True) for pattern in listed(patterns))
