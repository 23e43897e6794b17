"""Who may take on a role, and under what conditions.

https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from scripts.audit.iam_effect.conditions import in_words
from scripts.audit.iam_effect.glob import WILD, matches
from scripts.audit.iam_effect.principals import identifiers
from scripts.audit.iam_effect.statements import Statement, listed, read_statements
from scripts.inventory.reading import Reading, Unreadable
from scripts.inventory.shapes import Document

ASSUME = ("sts:AssumeRole", "sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML")

_ORGANIZATION = ("aws:principalorgid", "aws:principalorgpaths")
_OWNERS = (*_ORGANIZATION, "aws:principalaccount", "aws:principalarn")
"""Keys that say who asks, so that "everybody" is not everybody."""
_CALLERS = ("aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths")
"""Keys that say for whom a service asks."""
_PASSED_ONLY = frozenset({"ec2.amazonaws.com"})
"""Services that take on only a role that somebody of the account passed to them."""
_EXACT = frozenset({"stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike"})
_ACCOUNT = re.compile(r"[0-9]{12}")


@dataclass(frozen=True)
class Trusted:
    """One principal that a trust policy lets in."""

    statement: Statement
    type: str
    identifier: str

    @property
    def name(self) -> str:
        """`Service ec2.amazonaws.com`."""
        return f"{self.type} {self.identifier}"

    def __str__(self) -> str:
        under = in_words(self.statement.condition)
        return f"{self.name} by {self.statement.place}{f' if {under}' if under else ''}"

    @property
    def account_id(self) -> str | None:
        """Account of an AWS principal; None for everybody and for what is no account's."""
        found = _ACCOUNT.search(self.identifier) if self.type == "AWS" else None
        return found.group() if found else None

    def bound_by(self, *keys: str) -> bool:
        """Whether a condition that a request must meet names one of these keys and wants a value that is not `*`."""
        return any(matches(each, key) for each in keys for key in self._bound)

    @property
    def _bound(self) -> Iterator[str]:
        for operator, tests in self.statement.condition.items():
            if operator.lower().rpartition(":")[2] in _EXACT and not operator.lower().startswith("forallvalues"):
                yield from (key.lower() for key, values in tests.items() if _narrow(listed(values)))


def trusted(role: str, document: Document) -> Reading[list[Trusted]]:
    """Everybody that a trust policy lets take on the role, under whatever condition."""
    statements = read_statements(f"the trust of {role}", document)
    if isinstance(statements, Unreadable):
        return statements
    return [
        Trusted(statement, type_, identifier)
        for statement in statements
        if statement.allows and any(statement.for_action(action) for action in ASSUME)
        for type_, identifier in identifiers(statement)
    ]


def is_open(who: Trusted) -> bool:
    """Whether anybody may take on the role: every account, or every user of somebody else's account."""
    return who.type == "AWS" and bool(WILD.search(who.identifier)) and not who.bound_by(*_OWNERS)


def lacks_external_id(who: Trusted, account_id: str) -> bool:
    """Whether somebody of another account, outside of the organization, needs no ExternalId."""
    other = who.account_id is not None and who.account_id != account_id
    return other and not who.bound_by("sts:externalid", *_ORGANIZATION)


def lacks_audience(who: Trusted) -> bool:
    """Whether an identity provider's users are let in whatever they signed in for, or whoever they are."""
    if who.type != "Federated":
        return False
    if ":saml-provider/" in who.identifier:
        return not who.bound_by("saml:aud")
    return not (who.bound_by("*:aud") and who.bound_by("*:sub", "*:amr", "*:email"))


def may_be_confused(who: Trusted) -> bool:
    """Whether a service takes the role on for whoever asks it to."""
    return who.type == "Service" and who.identifier not in _PASSED_ONLY and not who.bound_by(*_CALLERS)


def _narrow(values: list[str]) -> bool:
    return bool(values) and all(value.strip("*") for value in values)
