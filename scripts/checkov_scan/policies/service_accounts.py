"""Roles of Kubernetes service accounts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scripts.checkov_scan.policies.documents import Statement, statements_of
from scripts.checkov_scan.policies.plan import Plan, Resource
from scripts.checkov_scan.policies.registry import policy

_PODS = ("Service", "pods.eks.amazonaws.com")
_TAG = "aws:requesttag/"
_WEB_IDENTITY = "sts:AssumeRoleWithWebIdentity"


@policy("CKV2_RAYFORM_16", "aws_iam_role")
def pod_identity_is_for_one_account(subject: Resource, plan: Plan) -> Iterator[str]:
    """A role for EKS Pod Identity trusts one service account, of one cluster, of this AWS account.

    Why: whoever may associate roles in any cluster of the account gives the role to pods of his own; without the AWS
    account it is open to clusters of others. checkov sees a service as principal, and is content.
    Fix: none in the environment file: the conditions are made here, and must be those of the role's association.
    """
    for statement in statements_of(plan, subject, "assume_role_policy"):
        if not statement.allows or _PODS not in statement.principals:
            continue
        known = _equal(statement)
        for key, wanted in {
            "aws:sourceaccount": plan.declared.account_id,
            f"{_TAG}eks-cluster-name": plan.declared.cluster_name,
            **_associated(subject, plan),
        }.items():
            found = known.get(key)
            if not found or (wanted and found != wanted):
                yield f"{statement.shown} wants {key} to be {found or 'anything'}, not {wanted or 'one value'}"


def _associated(role: Resource, plan: Plan) -> Mapping[str, str]:
    """Namespace and service account that the role is associated with; empty where the plan does not say."""
    found = {f"{_TAG}kubernetes-namespace": "", f"{_TAG}kubernetes-service-account": ""}
    for each in plan.referring(role, "role_arn", "aws_eks_pod_identity_association"):
        values = each.value("namespace"), each.value("service_account")
        found = dict(zip(found, values, strict=True))
    return found


@policy("CKV2_RAYFORM_17", "aws_iam_role", setting="eks.service_account_roles")
def web_identity_is_for_one_account(subject: Resource, plan: Plan) -> Iterator[str]:
    """A role for the cluster's OIDC provider trusts one service account, by its whole name.

    Why: without a condition on `sub`, or with one like `system:serviceaccount:*`, every pod of the cluster takes the
    role on. checkov knows the OIDC provider of GitHub only.
    Fix: none in the environment file: the conditions are made here. `eks.service_account_roles: pod-identity` needs no
    provider.
    """
    for statement in statements_of(plan, subject, "assume_role_policy"):
        if not statement.allows or not statement.covers(_WEB_IDENTITY):
            continue
        known = {key.rpartition(":")[2]: value for key, value in _equal(statement).items()}
        if known.get("aud") != "sts.amazonaws.com":
            yield f"{statement.shown} does not want the audience sts.amazonaws.com"
        kind, _, account = known.get("sub", "").rpartition("system:serviceaccount:")
        if kind or len(account.split(":")) != 2 or not all(account.split(":")):
            yield f"{statement.shown} does not name one service account"


def _equal(statement: Statement) -> dict[str, str]:
    """What must be equal to one text without wildcards, by condition key in lower case."""
    return {
        each.variable.lower(): each.values[0]
        for each in statement.conditions
        if each.test.lower() == "stringequals" and len(each.values) == 1 and not {"*", "?"} & set(each.values[0])
    }
