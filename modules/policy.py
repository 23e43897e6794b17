"""IAM policy documents, as data sources: Terraform checks them and scanners can read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from constructs import Construct

from modules.aws import (
    DataAwsIamPolicyDocument,
    DataAwsIamPolicyDocumentStatement,
    DataAwsIamPolicyDocumentStatementCondition,
    DataAwsIamPolicyDocumentStatementPrincipals,
)

ANYBODY: Mapping[str, Sequence[str]] = {"AWS": ["*"]}
"""Principal of a statement that a condition narrows."""


@dataclass(frozen=True)
class Condition:
    """One test of a statement: `Condition("Bool", "aws:SecureTransport", "false")`."""

    test: str
    variable: str
    value: str | Sequence[str]
    """Several are alternatives."""

    @property
    def values(self) -> list[str]:
        """One or several, as a list."""
        return [self.value] if isinstance(self.value, str) else list(self.value)


@dataclass(frozen=True)
class Statement:
    """One statement of a policy."""

    sid: str
    actions: Sequence[str]
    resources: Sequence[str] = ()
    effect: Literal["Allow", "Deny"] = "Allow"
    principals: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Identifiers by type: `{"Service": ["ec2.amazonaws.com"]}`."""
    conditions: Sequence[Condition] = ()


def policy_document(scope: Construct, id_: str, statements: Sequence[Statement]) -> str:
    """Define a policy document; gives its JSON, a token until plan."""
    return str(DataAwsIamPolicyDocument(scope, id_, statement=[_block(each) for each in statements]).json)


def service_trust(service: str, conditions: Sequence[Condition] = ()) -> Statement:
    """Trust statement of a role that an AWS service takes on."""
    return Statement("Assume", ["sts:AssumeRole"], principals={"Service": [service]}, conditions=conditions)


def principal_trust(arns: Sequence[str]) -> Statement:
    """Trust statement of a role that named users and roles take on."""
    return Statement("AssumeByName", ["sts:AssumeRole"], principals={"AWS": arns})


def _block(statement: Statement) -> DataAwsIamPolicyDocumentStatement:
    return DataAwsIamPolicyDocumentStatement(
        sid=statement.sid,
        effect=statement.effect,
        actions=list(statement.actions),
        resources=list(statement.resources) or None,
        principals=[
            DataAwsIamPolicyDocumentStatementPrincipals(type=type_, identifiers=list(identifiers))
            for type_, identifiers in statement.principals.items()
        ]
        or None,
        condition=[
            DataAwsIamPolicyDocumentStatementCondition(test=each.test, variable=each.variable, values=each.values)
            for each in statement.conditions
        ]
        or None,
    )
