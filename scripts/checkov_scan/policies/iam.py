"""Roles and what they may do."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scripts.checkov_scan.policies.documents import Statement, is_ours, statements_of
from scripts.checkov_scan.policies.plan import Path, Plan, Resource
from scripts.checkov_scan.policies.registry import policy

_IDENTITY_POLICIES = ("aws_iam_role_policy", "aws_iam_policy", "aws_iam_user_policy", "aws_iam_group_policy")
_HOLDERS = (*_IDENTITY_POLICIES, "aws_iam_role")
_ATTACHMENTS = (
    "aws_iam_role_policy_attachment",
    "aws_iam_role_policy_attachments_exclusive",
    "aws_iam_policy_attachment",
    "aws_iam_role",
)
_FULL_ACCESS = re.compile(
    r".*(FullAccess(V\d+)?|AdministratorAccess|PowerUserAccess|PowerUser|SecretsManagerReadWrite"
    r"|(Network|System|Database)Administrator)(-.*)?"
)
"""How the names of AWS's managed policies end that give a service, or everything, away."""
_CLOUD_TAG = "anyscale-cloud-id"
_OF_RESOURCE = (f"aws:resourcetag/{_CLOUD_TAG}", f"ec2:resourcetag/{_CLOUD_TAG}")
_TAGGED = {
    **dict.fromkeys(
        ("ec2:StartInstances", "ec2:StopInstances", "ec2:TerminateInstances", "ec2:ModifyInstanceAttribute"),
        _OF_RESOURCE,
    ),
    "ec2:RunInstances": (f"aws:requesttag/{_CLOUD_TAG}",),
}
"""Condition keys that narrow what is done with instances to those of the cloud."""
_SERVICE = re.compile(r"(\*|[a-z0-9-]+:\*)")


@policy("CKV_RAYFORM_5", *_HOLDERS)
def roles_are_passed_by_name(subject: Resource, plan: Plan) -> Iterator[str]:
    """iam:PassRole names the roles that may be passed.

    Why: on `*` it hands any role of the account, an administrator's too, to an instance that the caller starts.
    Fix: name the ARN of the roles in the statement.
    """
    for statement in _allowed(subject, plan):
        if statement.covers("iam:PassRole") and _is_on_all_roles(statement):
            yield f"{statement.shown} passes any role"


@policy("CKV_RAYFORM_6", *_HOLDERS)
def actions_are_named(subject: Resource, plan: Plan) -> Iterator[str]:
    """No policy of ours allows a service as a whole, nor all but something.

    Why: `s3:*` includes deleting buckets and rewriting their policies, and every action that AWS adds later. checkov
    finds `*` and lists of known actions, not `s3:*`.
    Fix: name the actions in the statement.
    """
    for statement in _allowed(subject, plan):
        wide = [action for action in statement.actions if _SERVICE.fullmatch(action)]
        if wide or statement.not_actions:
            yield f"{statement.shown} allows {', '.join(wide) or 'all but some actions'}"
        if statement.not_resources:
            yield f"{statement.shown} allows it on all but some resources"


@policy("CKV_RAYFORM_7", *_ATTACHMENTS, setting="iam.worker_managed_policy_arns")
def no_full_access_is_attached(subject: Resource, _plan: Plan) -> Iterator[str]:
    """No role has a managed policy with full access to a service or to everything.

    Why: a job on a node has what its role has. checkov knows AdministratorAccess and IAMFullAccess, of hundreds.
    Fix: take it out of `iam.head_managed_policy_arns` or `iam.worker_managed_policy_arns`; buckets of the environment
    are reached without.
    """
    for path in (("policy_arn",), ("policy_arns",), ("managed_policy_arns",)):
        arns = subject.value(*path) if subject.is_set(*path) else None
        for arn in [arns] if isinstance(arns, str) else arns or []:
            if _FULL_ACCESS.fullmatch(str(arn).rpartition("/")[2]):
                yield f"{arn} is attached"


@policy("CKV2_RAYFORM_6", "aws_iam_role")
def only_their_service_takes_roles(subject: Resource, plan: Plan) -> Iterator[str]:
    """A role trusts an AWS service, node roles EC2 alone; other principals need a condition.

    Why: whoever may assume a node's role reads the environment's buckets and secrets. A trust that names another
    account without ExternalId lets that account's other customers in.
    Fix: `iam.launcher_principal_arns` names who may take on the launcher's role; all else about trust policies is made
    by the modules.
    """
    is_launcher = str(subject.value("name")).endswith("-launcher")
    is_for_nodes = bool(
        plan.referring(subject, "role", "aws_iam_instance_profile")
        or plan.referring(subject, "node_role_arn", "aws_eks_node_group")
    )
    for statement in statements_of(plan, subject, "assume_role_policy"):
        if not statement.allows:
            continue
        named = plan.declared.launchers if is_launcher else frozenset()
        others = [name for type_, name in statement.principals if type_ != "Service" and name not in named]
        if (others or statement.is_for_anybody) and not statement.conditions:
            yield f"{statement.shown} trusts {', '.join(others) or 'anybody'} without a condition"
        services = {name for type_, name in statement.principals if type_ == "Service"}
        if is_for_nodes and (others or services - {"ec2.amazonaws.com"}):
            yield f"{statement.shown} lets {', '.join(sorted({*others, *services}))} be a node"


@policy("CKV2_RAYFORM_10", "aws_iam_role", setting="anyscale.external_id")
def other_accounts_show_an_external_id(subject: Resource, plan: Plan) -> Iterator[str]:
    """No other account takes on a role but Anyscale's control plane, and it shows the external id.

    Why: the control plane works for all customers of Anyscale; without the id, another customer who names this role is
    let in too. checkov asks for no ExternalId.
    Fix: `anyscale.external_id` is what it shows, `anyscale.control_plane_account_id` is its account.
    """
    declared = plan.declared
    for statement in statements_of(plan, subject, "assume_role_policy"):
        strangers = [name for name in _others(statement) if not is_ours(name, declared.account_id)]
        if not statement.allows or not strangers:
            continue
        known = declared.control_plane_account
        for name in strangers:
            if known is None or not (name == known or f"::{known}:" in name):
                yield f"{statement.shown} trusts {name}, which the environment file does not name"
        if not _wants(statement, ("sts:externalid",), declared.external_id):
            yield f"{statement.shown} asks for no external id of the environment's"


def _others(statement: Statement) -> list[str]:
    return [name for type_, name in statement.principals if type_ == "AWS" and name != "*"]


@policy("CKV_RAYFORM_16", *_HOLDERS, setting="anyscale.cloud_id")
def other_nodes_are_left_alone(subject: Resource, plan: Plan) -> Iterator[str]:
    """Once the cloud has an id, no role starts, stops, changes or launches instances without the cloud's tag.

    Why: Anyscale's control plane needs its own nodes only; what else runs in the account is none of its business.
    Fix: `anyscale.cloud_id` narrows what it may do; the statements are made here.
    """
    cloud_id = plan.declared.cloud_id
    for statement in _allowed(subject, plan) if cloud_id else ():
        if not any(_is_of_instances(resource) for resource in statement.resources or ("*",)):
            continue
        for action, keys in _TAGGED.items():
            if statement.covers(action) and not _wants(statement, keys, cloud_id):
                yield f"{statement.shown} allows {action} without the tag of {cloud_id}"


def _is_of_instances(resource: str) -> bool:
    kind = resource.split(":", 5)[-1]
    return kind.startswith(("*", "instance/")) or resource == "*"


def _wants(statement: Statement, keys: tuple[str, ...], value: str | None) -> bool:
    return any(
        each.test.lower() == "stringequals" and each.variable.lower() in keys and each.values == (value,)
        for each in statement.conditions
    )


@policy("CKV_RAYFORM_8", "aws_iam_role", setting="iam.permissions_boundary_arn")
def roles_have_the_boundary(subject: Resource, plan: Plan) -> Iterator[str]:
    """Every role has the permissions boundary that the environment names.

    Why: a boundary that one role lacks bounds nothing.
    Fix: `iam.permissions_boundary_arn` is for all roles that are made here.
    """
    wanted = plan.declared.permissions_boundary
    if wanted is None:
        return
    found = subject.value("permissions_boundary")
    if found != wanted:
        yield f"permissions_boundary is {found or 'not set'}, want {wanted}"


def _allowed(subject: Resource, plan: Plan) -> Iterator[Statement]:
    """What a policy, or the policies inside a role, allow."""
    for path in _documents(subject):
        yield from (statement for statement in statements_of(plan, subject, *path) if statement.allows)


def _documents(subject: Resource) -> list[Path]:
    if subject.type == "aws_iam_role":
        blocks = subject.count("inline_policy") if subject.is_set("inline_policy") else 0
        return [("inline_policy", index, "policy") for index in range(blocks)]
    return [("policy",)]


def _is_on_all_roles(statement: Statement) -> bool:
    return bool(statement.not_resources) or any(
        resource == "*" or resource.endswith((":role/*", ":*")) for resource in statement.resources
    )
