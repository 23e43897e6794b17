"""Compares a resource of the state with what is deployed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from scripts.audit.drift.deployed import Deployed
from scripts.audit.drift.normal import differences, known, normal
from scripts.audit.drift.policy import changed_elements, of_one_name, statements, without
from scripts.audit.drift.shown import shown, shown_element, shown_statements
from scripts.audit.drift.translator import Case, How, Same, Translator
from scripts.inventory.reading import NotReadableError, Unreadable
from scripts.state import Resource

_BAD_SHAPE = (KeyError, TypeError, ValueError, AttributeError, IndexError)


@dataclass(frozen=True)
class Difference:
    """One attribute that is not deployed as intended; values as they are shown."""

    attribute: str
    """Nothing when the whole resource is gone."""
    intended: str
    deployed: str
    beside: bool = False
    """Whether it was added to the resource, where no plan sees it."""


def compared(resource: Resource, translator: Translator, deployed: Deployed) -> Iterator[Difference | Unreadable]:
    """Differences of a resource, and each read that would have told more; nothing when all is as intended."""
    try:
        answer = translator.find(resource, deployed)
    except NotReadableError as error:
        yield error.unreadable
        return
    except _BAD_SHAPE:
        yield _bad_shape(resource)
        return
    if answer is None:
        yield Difference("", "there", "missing")
        return
    yield from _attributes(translator, Case(resource, answer, deployed))


def _attributes(translator: Translator, case: Case) -> Iterator[Difference | Unreadable]:
    unreadable: set[Unreadable] = set()
    for attribute, same in translator.same.items():
        try:
            yield from _attribute(attribute, same, case)
        except NotReadableError as error:
            unreadable.add(error.unreadable)
        except _BAD_SHAPE:
            unreadable.add(_bad_shape(case.resource, attribute))
    yield from sorted(unreadable, key=str)


def _attribute(attribute: str, same: Same, case: Case) -> Iterator[Difference]:
    intended = case.state(attribute) if same.intended is None else same.intended(case)
    deployed = same.deployed(case)
    if same.how is How.POLICY:
        yield from _policies(attribute, intended, deployed)
    elif same.how is How.SECRET:
        if normal(intended) != normal(deployed):
            yield Difference(attribute, fingerprint(intended), fingerprint(deployed))
    else:
        # `tags` is what people call it; the state's `tags` lack the default tags.
        name = "tags" if attribute == "tags_all" else attribute
        for path, ours, theirs in differences(name, normal(intended), normal(known(intended, deployed))):
            yield Difference(path, shown(ours, beside=theirs), shown(theirs, beside=ours), same.beside)


def _policies(attribute: str, intended: Any, deployed: Any) -> Iterator[Difference]:
    ours, theirs = statements(intended), statements(deployed)
    lone, added = without(ours, theirs), without(theirs, ours)
    for one, other in of_one_name(lone, added):
        for element, mine, others in changed_elements(one, other):
            yield Difference(f"{attribute}.{one['Sid']}.{element}", shown_element(mine), shown_element(others))
        lone.remove(one)
        added.remove(other)
    if lone or added:
        yield Difference(attribute, shown_statements(lone), shown_statements(added))


def fingerprint(secret: Any) -> str:
    """What is shown in the place of a secret: enough to tell two apart."""
    if not secret:
        return "none"
    content = str(secret).encode()
    return f"{len(content)} bytes, sha256 {sha256(content).hexdigest()[:16]}"


def _bad_shape(resource: Resource, attribute: str = "") -> Unreadable:
    return Unreadable(f"drift of {resource.type}", "an answer of unknown shape", attribute)
