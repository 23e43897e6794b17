"""Whom the policy of a bucket, key, secret, topic or file system lets in."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from fnmatch import fnmatchcase
from typing import Any

from scripts.audit.open_rules import is_wide
from scripts.audit.policies import EVERYTHING, Statement, principals, statements, values
from scripts.inventory.shapes import Document

_NARROWING = frozenset(
    {
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalorgid",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceip",
        "aws:sourceorgid",
        "aws:sourceowner",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:userid",
        "kms:calleraccount",
        "s3:dataaccesspointaccount",
        "s3:dataaccesspointarn",
    }
)
"""Keys of a condition that leave nobody unknown in, when they name a fixed value.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
"""
_CALLERS = ("aws:principalaccount", "aws:principalarn", "kms:calleraccount")
"""Keys that say who asks."""
_OPERATORS = ("stringequals", "stringlike", "arnequals", "arnlike", "ipaddress")
"""Those that compare for likeness. With `IfExists` a request without the key passes, so it narrows nothing."""
_ADDRESSES = re.compile(r"[0-9.]+/\d{1,2}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*/\d{1,3}")
"""A range of addresses: two halves of the internet are the internet."""


def open_actions(document: Document | None) -> set[str]:
    """Actions that the policy allows to everybody, whoever and wherever they are; `*` for a NotAction."""
    if document is None:
        return set()
    return {
        action
        for statement in statements(document)
        if statement["Effect"] == "Allow" and _is_for_everybody(statement) and not _is_narrowed(statement)
        for action in (values(statement, "Action") or [EVERYTHING])
    }


def allowing_any(granted: Collection[str], wanted: Collection[str]) -> list[str]:
    """Those of the granted actions, with IAM's wildcards, that take in one of the wanted."""
    return sorted(
        pattern for pattern in granted if any(fnmatchcase(action.lower(), pattern.lower()) for action in wanted)
    )


def strangers(document: Document | None, account_id: str) -> tuple[str, ...]:
    """Principals of Allow statements that are neither AWS services nor of the account.

    Everybody whom a condition confines to the account is of it: so a policy names a role that is yet to come.
    """
    if document is None:
        return ()
    found = (
        who
        for statement in statements(document)
        for type_, who in principals({"Statement": [statement]})
        if type_ != "Service" and not _is_of(who, account_id)
        if not (who == EVERYTHING and _is_confined(statement, account_id))
    )
    return tuple(sorted(set(found)))


def without_mount_target_clients(document: Document) -> Document:
    """The policy without the statement that lets in clients of a file system who come through a mount target.

    https://docs.aws.amazon.com/efs/latest/ug/access-control-block-public-access.html
    """
    left = [statement for statement in statements(document) if not _is_for_mount_target_clients(statement)]
    return {**document, "Statement": left}


def _is_for_mount_target_clients(statement: Statement) -> bool:
    through = statement.get("Condition", {}).get("Bool", {}).get("elasticfilesystem:AccessedViaMountTarget")
    actions = values(statement, "Action")
    as_client = bool(actions) and all(action.startswith("elasticfilesystem:Client") for action in actions)
    return as_client and [str(each).lower() for each in _listed(through)] == ["true"]


def unconfined_services(document: Document) -> tuple[str, ...]:
    """AWS services that are let in without a condition on for whom: any account could make them act on what is ours."""
    found = (
        who
        for statement in statements(document)
        if not _is_narrowed(statement, for_service=True)
        for type_, who in principals({"Statement": [statement]})
        if type_ == "Service"
    )
    return tuple(sorted(set(found)))


def _is_of(principal: str, account_id: str) -> bool:
    return principal == account_id or f":{account_id}:" in principal


def _is_confined(statement: Statement, account_id: str) -> bool:
    """Whether only principals of the account can meet the statement's conditions."""
    return any(
        operator.lower() in _OPERATORS
        and key.lower() in _CALLERS
        and all(_is_fixed(value) and _is_of(value, account_id) for value in _listed(given))
        for operator, tests in statement.get("Condition", {}).items()
        for key, given in tests.items()
    )


def _is_for_everybody(statement: Statement) -> bool:
    return any(who == EVERYTHING for _, who in principals({"Statement": [statement]}))


def _is_narrowed(statement: Statement, *, for_service: bool = False) -> bool:
    """One test that narrows is enough: all of a statement's conditions must hold."""
    return any(
        operator.lower() in _OPERATORS and _narrows(key.lower(), for_service) and all(map(_is_fixed, _listed(given)))
        for operator, tests in statement.get("Condition", {}).items()
        for key, given in tests.items()
    )


def _narrows(key: str, for_service: bool) -> bool:
    """A service says in the encryption context for what it encrypts; anybody else writes there what they like.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    """
    return key in _NARROWING or (for_service and key.startswith("kms:encryptioncontext:"))


def _is_fixed(value: str) -> bool:
    """Whether a value names somebody: in an ARN at least the account, of addresses no large part of the internet."""
    if _ADDRESSES.fullmatch(value):
        return not is_wide(value)
    return "*" not in ":".join(value.split(":")[:5]) if value.startswith("arn:") else "*" not in value


def _listed(value: Any) -> Iterator[str]:
    yield from map(str, value if isinstance(value, list) else [value])
