"""IAM policy documents, as data sources: Terraform checks them and scanners can read them."""

from __future__ import annotations

from collections.abc import Sequence

from constructs import Construct

from config.statement import Statement
from modules.aws import (
    DataAwsIamPolicyDocument,
    DataAwsIamPolicyDocumentStatement,
    DataAwsIamPolicyDocumentStatementCondition,
    DataAwsIamPolicyDocumentStatementPrincipals,
)


def policy_document(scope: Construct, id_: str, statements: Sequence[Statement]) -> str:
    """Define a policy document; gives its JSON, a token until plan."""
    return str(DataAwsIamPolicyDocument(scope, id_, statement=[_block(each) for each in statements]).json)


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
