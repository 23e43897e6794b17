"""The Principal element: of whom a statement of a resource's policy speaks.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from scripts.audit.iam_effect.statements import Statement, listed


@dataclass(frozen=True)
class Principal:
    """A role of an account."""

    partition: str
    account_id: str
    role: str

    @property
    def arn(self) -> str:
        """ARN of the role."""
        return f"arn:{self.partition}:iam::{self.account_id}:role/{self.role}"

    @property
    def account_arn(self) -> str:
        """ARN by which a policy names the account."""
        return f"arn:{self.partition}:iam::{self.account_id}:root"

    @property
    def session_prefix(self) -> str:
        """How the ARNs of the role's sessions begin; they know no path."""
        name = self.role.rpartition("/")[2]
        return f"arn:{self.partition}:sts::{self.account_id}:assumed-role/{name}/"


class Named(Enum):
    """How a statement names a principal."""

    NOT = "not"
    ACCOUNT = "by its account"
    """Hands the decision to the account's identity policies."""
    ROLE = "by the role"
    SESSION = "by its session or everybody"
    """A grant that a permissions boundary does not bound."""


def named(statement: Statement, principal: Principal) -> Named:
    """How a statement names the principal. Anybody's statement names its sessions."""
    if "NotPrincipal" in statement.elements:
        spared = {principal.arn, principal.account_arn, principal.account_id}
        listed_ = {identifier for _, identifier in _pairs(statement.elements["NotPrincipal"])}
        return Named.NOT if spared & listed_ or "*" in listed_ else Named.SESSION
    if "Principal" not in statement.elements:
        return Named.NOT
    ways = [_named(type_, identifier, principal) for type_, identifier in identifiers(statement)]
    strength = list(Named)
    return max(ways, key=strength.index, default=Named.NOT)


def identifiers(statement: Statement) -> Iterator[tuple[str, str]]:
    """Pairs such as `Service`, `ec2.amazonaws.com`; `AWS`, `*` for everybody."""
    yield from _pairs(statement.elements.get("Principal", {}))
    if "NotPrincipal" in statement.elements:
        yield "AWS", "*"


def _pairs(principal: Any) -> Iterator[tuple[str, str]]:
    by_type = {"AWS": principal} if isinstance(principal, str) else principal
    for type_, found in by_type.items():
        yield from ((type_, identifier) for identifier in listed(found))


def _named(type_: str, identifier: str, principal: Principal) -> Named:
    if type_ != "AWS":
        return Named.NOT
    if identifier == "*" or identifier.startswith(principal.session_prefix):
        return Named.SESSION
    if identifier == principal.arn:
        return Named.ROLE
    return Named.ACCOUNT if identifier in (principal.account_id, principal.account_arn) else Named.NOT
