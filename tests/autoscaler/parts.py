"""Policies that lack a part: a statement, an action or a value of one, or a condition."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from tests.iam_gate import Decision, Principal
from tests.iam_gate.checks import Check
from tests.iam_gate.judge import judge

BASICS = "node"
"""The policy that every node has, with or without an autoscaler."""


def own_sids(principal: Principal, policy: str) -> list[str]:
    """Names of the statements of a policy."""
    return [statement["Sid"] for statement in principal.policies[policy]["Statement"]]


def denied(principal: Principal, decisions: Iterable[Decision]) -> list[Decision]:
    """Which checks of a principal would not pass any more, had it these policies."""
    return [
        each
        for each in decisions
        if each.principal == principal.name
        and not judge(principal, Check(each.action, each.resource, each.context)).allowed
    ]


def without_values(principal: Principal, policy: str) -> Iterator[tuple[str, Principal]]:
    """One for each action, resource and value of a condition that stands beside others in a list."""
    for index, statement in enumerate(principal.policies[policy]["Statement"]):
        for path, values in _lists(statement):
            for value in values:
                changed = copy.deepcopy(statement)
                _set(changed, path, [each for each in values if each != value])
                yield f"{statement['Sid']}.{'.'.join(path)}: {value}", _changed(principal, policy, index, changed)


def without_conditions(principal: Principal, policy: str) -> Iterator[tuple[str, Principal]]:
    """One for each condition of a statement."""
    for index, statement in enumerate(principal.policies[policy]["Statement"]):
        for operator, tests in statement.get("Condition", {}).items():
            for key in tests:
                changed = copy.deepcopy(statement)
                del changed["Condition"][operator][key]
                yield f"{statement['Sid']}: {operator} {key}", _changed(principal, policy, index, changed)


def _lists(statement: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    for name in ("Action", "Resource"):
        yield from _long((name,), statement[name])
    for operator, tests in statement.get("Condition", {}).items():
        for key, values in tests.items():
            yield from _long(("Condition", operator, key), values)


def _long(path: tuple[str, ...], values: str | list[str]) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    if isinstance(values, list) and len(values) > 1:
        yield path, values


def _set(statement: dict[str, Any], path: tuple[str, ...], values: list[str]) -> None:
    *way, last = path
    for name in way:
        statement = statement[name]
    statement[last] = values


def _changed(principal: Principal, policy: str, index: int, statement: dict[str, Any]) -> Principal:
    document = copy.deepcopy(principal.policies[policy])
    document["Statement"][index] = statement
    return replace(principal, policies={**principal.policies, policy: document})
