"""IAM policy documents of a plan: read from what is planned or, when that is known after apply, from the configuration.

In the configuration a reference stays what it is, `${aws_s3_bucket.this.arn}/*`, and that is enough to judge by.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from scripts.checkov_scan.policies.plan import NotYetKnownError, Plan, Resource

_WHOLE_DOCUMENT = re.compile(r"\$\{(data\.aws_iam_policy_document\.[A-Za-z0-9_-]+)\.(?:minified_)?json\}")
_OTHER_DOCUMENTS = ("source_policy_documents", "override_policy_documents")


@dataclass(frozen=True)
class Condition:
    """One test of a statement."""

    test: str
    variable: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Statement:
    """One statement of a policy document."""

    effect: str
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    not_resources: tuple[str, ...] = ()
    principals: tuple[tuple[str, str], ...] = ()
    """(type, identifier): `("Service", "ec2.amazonaws.com")`; anybody is `("AWS", "*")`."""
    all_principals_but: bool = False
    conditions: tuple[Condition, ...] = ()
    sid: str = ""

    @property
    def allows(self) -> bool:
        """Whether it allows, not denies."""
        return self.effect == "Allow"

    @property
    def shown(self) -> str:
        """How messages name it."""
        return f"statement {self.sid}" if self.sid else "a statement without sid"

    def covers(self, action: str) -> bool:
        """Whether an action is among its actions, wildcards expanded."""
        if self.not_actions:
            return not _matches(self.not_actions, action)
        return _matches(self.actions, action)

    @property
    def is_for_anybody(self) -> bool:
        """Whether every principal there is is meant."""
        return self.all_principals_but or any(name == "*" and type_ in ("AWS", "*") for type_, name in self.principals)


def statements_of(plan: Plan, resource: Resource, *path: str | int) -> tuple[Statement, ...]:
    """Statements of the document that an attribute holds; none when it is not set.

    Raises:
        NotYetKnownError: neither the plan nor the configuration shows them.
    """
    try:
        text = resource.value(*path)
    except NotYetKnownError:
        return _from_configuration(plan, resource.expression(*path), path)
    return () if text is None else _from_json(text, path)


def _from_configuration(plan: Plan, text: Any, path: Sequence[str | int]) -> tuple[Statement, ...]:
    if not isinstance(text, str):
        raise NotYetKnownError(f"{path[-1]} is known after apply")
    if found := _WHOLE_DOCUMENT.fullmatch(text):
        return tuple(_from_data(plan, found[1]))
    return _from_json(text, path)


def _from_data(plan: Plan, address: str) -> Iterator[Statement]:
    expressions = plan.documents.get(address)
    if expressions is None:
        raise NotYetKnownError(f"{address} is not in the configuration")
    blocks = expressions.get("statement", [])
    if not isinstance(blocks, list):
        raise NotYetKnownError(f"statements of {address} are made at plan time")
    yield from (_from_block(block, address) for block in blocks)
    for name in _OTHER_DOCUMENTS:
        for text in _constant(expressions, name, address) or ():
            yield from _from_configuration(plan, text, (name,))


def _from_block(block: Mapping[str, Any], address: str) -> Statement:
    principals = [
        (type_, identifier)
        for each in block.get("principals", ())
        for type_ in [_constant(each, "type", address)]
        for identifier in _constant(each, "identifiers", address)
    ]
    conditions = [
        Condition(
            _constant(each, "test", address), _constant(each, "variable", address), _texts(each, "values", address)
        )
        for each in block.get("condition", ())
    ]
    return Statement(
        effect=_constant(block, "effect", address) or "Allow",
        actions=_texts(block, "actions", address),
        not_actions=_texts(block, "not_actions", address),
        resources=_texts(block, "resources", address),
        not_resources=_texts(block, "not_resources", address),
        principals=tuple(principals),
        all_principals_but=bool(block.get("not_principals")),
        conditions=tuple(conditions),
        sid=_constant(block, "sid", address) or "",
    )


def _constant(block: Mapping[str, Any], name: str, address: str) -> Any:
    expression = block.get(name)
    if expression is None:
        return None
    if not isinstance(expression, Mapping) or "constant_value" not in expression:
        raise NotYetKnownError(f"{name} of {address} is known after apply")
    return expression["constant_value"]


def _texts(block: Mapping[str, Any], name: str, address: str) -> tuple[str, ...]:
    return tuple(_constant(block, name, address) or ())


def _from_json(text: str, path: Sequence[str | int]) -> tuple[Statement, ...]:
    try:
        document = json.loads(text)
    except ValueError:
        raise NotYetKnownError(f"{path[-1]} is no JSON before the apply") from None
    return tuple(map(_from_object, _listed(document.get("Statement"))))


def _from_object(raw: Mapping[str, Any]) -> Statement:
    principals = raw.get("Principal", {})
    by_type = {"*": [principals]} if isinstance(principals, str) else principals
    conditions = [
        Condition(test, variable, tuple(map(_text, _listed(values))))
        for test, variables in raw.get("Condition", {}).items()
        for variable, values in variables.items()
    ]
    return Statement(
        effect=raw["Effect"],
        actions=tuple(_listed(raw.get("Action"))),
        not_actions=tuple(_listed(raw.get("NotAction"))),
        resources=tuple(_listed(raw.get("Resource"))),
        not_resources=tuple(_listed(raw.get("NotResource"))),
        principals=tuple((type_, name) for type_, names in by_type.items() for name in _listed(names)),
        all_principals_but="NotPrincipal" in raw,
        conditions=tuple(conditions),
        sid=raw.get("Sid", ""),
    )


def is_ours(principal: str, account: str) -> bool:
    """Whether a principal of type AWS is of the environment's own account, or made in the same plan."""
    return principal.startswith("${") or (bool(account) and (principal == account or f"::{account}:" in principal))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _matches(patterns: Sequence[str], action: str) -> bool:
    return any(fnmatchcase(action.lower(), pattern.lower()) for pattern in patterns)
