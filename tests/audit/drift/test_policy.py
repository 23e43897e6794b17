"""Policies that say the same are the same."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from scripts.audit.drift.policy import changed_elements, of_one_name, statements, without
from scripts.audit.drift.shown import shown_statements

READ = {"Sid": "Read", "Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": ["b", "a"]}
DENY = {
    "Effect": "Deny",
    "Principal": {"AWS": "*"},
    "Action": "s3:*",
    "Resource": "*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


def policy(*each: dict[str, Any]) -> str:
    """Text, as Terraform keeps it."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(each)})


@pytest.mark.parametrize(
    "other",
    [
        policy(DENY, READ),
        policy({**READ, "Action": ["s3:listbucket", "S3:GetObject"], "Resource": ["a", "b"]}, DENY),
        policy(READ, {**DENY, "Principal": "*"}),
        policy(READ, {**DENY, "Action": ["s3:*"], "Condition": {"Bool": {"AWS:securetransport": [False]}}}),
        quote(policy(READ, DENY)),
        json.loads(policy(READ, DENY)),
        json.loads(policy(READ, READ, DENY)),
    ],
)
def test_the_same_said_otherwise(other: Any) -> None:
    assert statements(other).keys() == statements(policy(READ, DENY)).keys()


def test_a_single_statement_may_stand_without_a_list() -> None:
    assert (
        statements(json.dumps({"Version": "2012-10-17", "Statement": READ})).keys() == statements(policy(READ)).keys()
    )


def test_an_account_is_its_root() -> None:
    number, root = (
        {**DENY, "Principal": {"AWS": [each]}} for each in ("123456789012", "arn:aws:iam::123456789012:root")
    )
    assert statements(policy(number)).keys() == statements(policy(root)).keys()


@pytest.mark.parametrize(
    "other",
    [
        policy(READ),
        policy(READ, DENY, {**READ, "Resource": "c"}),
        policy({**READ, "Effect": "Deny"}, DENY),
        policy(READ, {**DENY, "Condition": {"Bool": {"aws:SecureTransport": "true"}}}),
        policy(READ, {**DENY, "Principal": {"AWS": "123456789012"}}),
        json.dumps({"Version": "2008-10-17", "Statement": [READ, DENY]}),
        "",
    ],
)
def test_something_else_said(other: str) -> None:
    assert statements(other).keys() != statements(policy(READ, DENY)).keys()


@pytest.mark.parametrize("garbage", ["no JSON", "[]", 1])
def test_what_is_no_policy_is_no_empty_policy(garbage: Any) -> None:
    with pytest.raises((ValueError, TypeError, AttributeError)):
        statements(garbage)


def test_only_what_differs_is_shown() -> None:
    ours, theirs = statements(policy(READ, DENY)), statements(policy(DENY))
    assert shown_statements(without(ours, theirs)) == "Read: Allow s3:GetObject, s3:ListBucket on a, b"
    assert shown_statements(without(theirs, ours)) == "none"


def test_of_a_statement_that_was_changed_only_the_elements_are_shown() -> None:
    wider = {**READ, "Action": ["s3:ListBucket", "s3:GETOBJECT", "s3:*"], "Resource": ["b"]}
    ours, theirs = statements(policy(READ, DENY)), statements(policy(wider, DENY))
    ((one, other),) = of_one_name(without(ours, theirs), without(theirs, ours))
    assert list(changed_elements(one, other)) == [("Action", [], ["s3:*"]), ("Resource", ["a"], [])]


def test_an_element_that_was_taken_out_is_shown() -> None:
    limited = {**READ, "Condition": {"Bool": {"aws:SecureTransport": "true"}}}
    assert list(changed_elements(limited, READ)) == [("Condition", limited["Condition"], None)]


def test_statements_without_a_name_or_with_one_name_twice_are_no_pair() -> None:
    assert of_one_name([DENY], [DENY]) == []
    assert of_one_name([READ, READ], [READ]) == []
