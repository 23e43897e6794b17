"""Buckets, the shared file system, secrets."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.checkov_scan.policies.documents import Condition, Statement, is_ours, statements_of
from scripts.checkov_scan.policies.plan import NotYetKnownError, Plan, Resource
from scripts.checkov_scan.policies.registry import policy

_RESOURCE_POLICIES = (
    "aws_s3_bucket_policy",
    "aws_efs_file_system_policy",
    "aws_kms_key",
    "aws_kms_key_policy",
    "aws_secretsmanager_secret_policy",
    "aws_sns_topic_policy",
    "aws_backup_vault_policy",
    "aws_ecr_repository_policy",
)
_WHO = ("aws:principal", "aws:source", "aws:resourceaccount", "kms:calleraccount", "kms:viaservice", "s3:dataaccess",
        "elasticfilesystem:accesspointarn")  # fmt: skip
"""Condition keys, or how they begin, that say who is let in."""
_FROM_INSIDE = ("bool", "elasticfilesystem:accessedviamounttarget", ("true",))
"""Whoever a mount target's security group lets in: https://docs.aws.amazon.com/efs/latest/ug/access-control-block-public-access.html"""
_FLAGS = {
    "aws_s3_bucket": ("force_destroy", True, "the bucket is emptied when it is destroyed"),
    "aws_ecr_repository": ("force_delete", True, "images go with the repository"),
    "aws_secretsmanager_secret": ("recovery_window_in_days", 0, "the secret is gone at once when it is destroyed"),
}


@policy("CKV2_RAYFORM_7", "aws_s3_bucket")
def buckets_take_tls_only(subject: Resource, plan: Plan) -> Iterator[str]:
    """A bucket has a policy that denies whatever comes without TLS.

    Why: S3 still answers plain HTTP, and an SDK with a wrong endpoint uses it. checkov has no check for it.
    Fix: none in the environment file: every bucket made here has such a policy.
    """
    arn = f"{subject.address}.arn"
    name = subject.values.get("bucket")
    wanted = [f"${{{arn}}}", f"${{{arn}}}/*"], [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"], ["*", "*"]
    policies = plan.referring(subject, "bucket", "aws_s3_bucket_policy")
    yield from _denies_without_tls(plan, policies, "s3:*", tuple(map(frozenset, wanted)))


@policy("CKV2_RAYFORM_8", "aws_efs_file_system")
def file_systems_take_tls_only(subject: Resource, plan: Plan) -> Iterator[str]:
    """A file system has a policy that denies whatever comes without TLS.

    Why: without one every host that reaches port 2049 mounts it, unencrypted and as nobody in particular. checkov
    has no check for it.
    Fix: none in the environment file: the file system made here has such a policy.
    """
    wanted = frozenset([f"${{{subject.address}.arn}}"]), frozenset(["*"])
    policies = plan.referring(subject, "file_system_id", "aws_efs_file_system_policy")
    yield from _denies_without_tls(plan, policies, "elasticfilesystem:*", wanted)


@policy("CKV2_RAYFORM_11", "aws_efs_file_system")
def file_systems_have_a_policy(subject: Resource, plan: Plan) -> Iterator[str]:
    """A file system has a policy of its own.

    Why: without one EFS lets in everybody who reaches a mount target, as whoever they say they are.
    Fix: none in the environment file: the file system made here has such a policy.
    """
    if not plan.referring(subject, "file_system_id", "aws_efs_file_system_policy"):
        yield "it has no policy"


def _denies_without_tls(
    plan: Plan, policies: list[Resource], action: str, resources: tuple[frozenset[str], ...]
) -> Iterator[str]:
    """One of the policies must deny every action, to everybody, on all that it protects."""
    if not policies:
        yield "it has no policy"
        return
    unread = ""
    for each in policies:
        try:
            statements = statements_of(plan, each, "policy")
        except NotYetKnownError as error:
            unread = f"{each.address}: {error}"
            continue
        if any(_is_tls_only(statement, action, resources) for statement in statements):
            return
    if unread:
        raise NotYetKnownError(unread)
    yield f"{', '.join(each.address for each in policies)} does not deny everything without TLS"


def _is_tls_only(statement: Statement, action: str, resources: tuple[frozenset[str], ...]) -> bool:
    return (
        statement.effect == "Deny"
        and statement.is_for_anybody
        and bool({"*", action} & set(statement.actions))
        and any(wanted <= set(statement.resources) for wanted in resources)
        and [_plain(each) for each in statement.conditions] == [("bool", "aws:securetransport", ("false",))]
    )


def _plain(condition: Condition) -> tuple[str, str, tuple[str, ...]]:
    return condition.test.lower(), condition.variable.lower(), tuple(value.lower() for value in condition.values)


@policy("CKV_RAYFORM_9", *_RESOURCE_POLICIES)
def only_this_account_is_let_in(subject: Resource, plan: Plan) -> Iterator[str]:
    """Policies of buckets, file systems, keys, secrets and images let in this account's principals only.

    Why: a statement for anybody, or for another account, shares data with whoever is behind it. TLS is no condition
    on who it is.
    Fix: none in the environment file: these policies are made by the modules.
    """
    for statement in statements_of(plan, subject, "policy"):
        if not statement.allows or _says_who(statement):
            continue
        if statement.is_for_anybody:
            yield f"{statement.shown} lets anybody in"
        for type_, name in statement.principals:
            if type_ == "AWS" and name != "*" and not is_ours(name, plan.declared.account_id):
                yield f"{statement.shown} lets {name} in"


def _says_who(statement: Statement) -> bool:
    return any(
        condition.variable.lower().startswith(_WHO) or _plain(condition) == _FROM_INSIDE
        for condition in statement.conditions
    )


@policy("CKV_RAYFORM_10", "aws_secretsmanager_secret_version")
def secrets_are_not_in_the_plan(subject: Resource, _plan: Plan) -> Iterator[str]:
    """The value of a secret is in neither plan nor state.

    Why: plan files are kept, printed and passed on; the state is read by everybody who may plan.
    Fix: none in the environment file: secrets are made during the apply and written with `secret_string_wo`.
    """
    for name in ("secret_string", "secret_binary"):
        if subject.is_set(name):
            yield f"{name} is set"


@policy("CKV_RAYFORM_11", *_FLAGS, setting="protect")
def protected_data_stays(subject: Resource, plan: Plan) -> Iterator[str]:
    """What is protected is not destroyed together with its data.

    Why: `protect: true` promises that a mistaken destroy loses nothing.
    Fix: `protect: false` is for environments whose data may go.
    """
    name, value, meaning = _FLAGS[subject.type]
    if plan.declared.protect and subject.value(name) == value:
        yield f"{name} is {str(value).lower()}: {meaning}"
