"""A policy as IAM gets it, and how much room it takes there."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from config.statement import Statement


def policy_document(statements: Sequence[Statement]) -> dict[str, Any]:
    """The document as the data source `aws_iam_policy_document` renders it: a list of one is a plain text."""
    return {"Version": "2012-10-17", "Statement": [_block(each) for each in statements]}


def policy_characters(statements: Sequence[Statement]) -> int:
    """Size as IAM counts it: without white space.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    """
    return len(json.dumps(policy_document(statements), separators=(",", ":")))


def _block(statement: Statement) -> dict[str, Any]:
    block: dict[str, Any] = {"Sid": statement.sid, "Effect": statement.effect, "Action": _one(statement.actions)}
    if statement.principals:
        block["Principal"] = {type_: _one(names) for type_, names in statement.principals.items()}
    if statement.resources:
        block["Resource"] = _one(statement.resources)
    tests: dict[str, dict[str, Any]] = {}
    for each in statement.conditions:
        tests.setdefault(each.test, {})[each.variable] = _one(each.values)
    return {**block, "Condition": tests} if tests else block


def _one(values: Sequence[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)
