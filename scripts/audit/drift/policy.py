"""Policy documents as sets: the order of statements, actions, resources and principals means nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from scripts.inventory.shapes import Document, document_of

_ROOT = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):root")
_ACTIONS = ("Action", "NotAction")
_RESOURCES = ("Resource", "NotResource")
_PRINCIPALS = ("Principal", "NotPrincipal")

Statements = Mapping[str, Document]
"""By a text that is the same for statements that say the same; what is not of a statement, such as the version,
counts as one: a change of it is a change of the policy."""


def statements(policy: Any) -> Statements:
    """The statements of a policy. Raises ValueError and TypeError for what is no policy."""
    if not policy:
        return {}
    document = document_of(policy)
    if not isinstance(document, Mapping):
        raise TypeError("not a policy")
    found = {_text(_canonical(each)): each for each in _listed(document.get("Statement", []))}
    rest = {key: value for key, value in document.items() if key != "Statement"}
    return {**found, _text(rest): rest} if rest else found


def without(some: Statements, others: Statements) -> list[Document]:
    """The statements that one side has alone."""
    return [statement for text, statement in some.items() if text not in others]


def of_one_name(ours: list[Document], theirs: list[Document]) -> list[tuple[Document, Document]]:
    """Pairs of statements that were changed: both sides have the Sid, each once."""
    mine, others = _by_sid(ours), _by_sid(theirs)
    return [(mine[sid], others[sid]) for sid in mine if sid in others]


def changed_elements(ours: Document, theirs: Document) -> Iterator[tuple[str, Any, Any]]:
    """Elements in which two statements differ; of lists what one side has alone."""
    for element in sorted({*ours, *theirs}):
        mine, others = ours.get(element), theirs.get(element)
        if _element(element, mine) != _element(element, others):
            if element in (*_ACTIONS, *_RESOURCES):
                mine, others = _lone(element, mine, others), _lone(element, others, mine)
            yield element, mine, others


def _lone(element: str, some: Any, others: Any) -> list[str]:
    known = set(_element(element, others))
    return [each for each in _listed(some) if not known.issuperset(_element(element, each))]


def _by_sid(statements_of_one: list[Document]) -> dict[str, Document]:
    sids = [each.get("Sid") for each in statements_of_one]
    return {each["Sid"]: each for each in statements_of_one if each.get("Sid") and sids.count(each["Sid"]) == 1}


def _canonical(statement: Document) -> dict[str, Any]:
    return {element: _element(element, value) for element, value in statement.items()}


def _element(element: str, value: Any) -> Any:
    if element in _ACTIONS:
        return sorted({str(each).lower() for each in _listed(value)})
    if element in _RESOURCES:
        return sorted({str(each) for each in _listed(value)})
    if value is None:
        return None
    if element in _PRINCIPALS:
        by_type = value if isinstance(value, Mapping) else {"AWS": value}
        return {type_: sorted({_principal(str(each)) for each in _listed(ids)}) for type_, ids in by_type.items()}
    if element == "Condition":
        return {operator: _condition(keys) for operator, keys in value.items()}
    return value


def _condition(keys: Mapping[str, Any]) -> dict[str, list[str]]:
    """Names of condition keys know no case; values are text, though JSON may have said true or 1."""
    return {
        key.lower(): sorted({each if isinstance(each, str) else json.dumps(each) for each in _listed(values)})
        for key, values in keys.items()
    }


def _principal(identifier: str) -> str:
    """An account may be named by its number or by the ARN of its root."""
    root = _ROOT.fullmatch(identifier)
    return root[1] if root else identifier


def _listed(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


def _text(value: Document) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
