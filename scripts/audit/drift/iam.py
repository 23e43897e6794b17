"""Roles, their policies and their instance profiles."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scripts.audit.drift.deployed import Deployed
from scripts.audit.drift.policy import statements
from scripts.audit.drift.shown import shown_statements
from scripts.audit.drift.translator import (
    COMPUTED,
    NAME,
    OWN,
    TAGS,
    Case,
    Same,
    Translator,
    added,
    by_document,
    left_out,
    policy,
    renamed,
    tags,
)
from scripts.inventory.iam import (
    GET_INSTANCE_PROFILE,
    GET_ROLE,
    GET_ROLE_POLICY,
    LIST_ATTACHED_ROLE_POLICIES,
    LIST_ROLE_POLICIES,
)
from scripts.inventory.reading import NotReadableError
from scripts.inventory.shapes import Document
from scripts.state import Resource


def _added_policies(case: Case) -> list[str]:
    """Inline policies that are no resource of their own, with what they allow."""
    role = case.state("name")
    names = case.deployed.document(LIST_ROLE_POLICIES, RoleName=role) or ()
    ours = {each.attributes["name"] for each in case.deployed.resources("aws_iam_role_policy", "role", role)}
    return [f"{name}: {_content(case, role, name)}" for name in names if name not in ours]


def _content(case: Case, role: str, name: str) -> str:
    """What an added policy says; that it is there is known even when it could not be read."""
    try:
        answer = case.deployed.document(GET_ROLE_POLICY, RoleName=role, PolicyName=name)
        return _allowed(statements(answer["PolicyDocument"]).values()) if answer else "gone since"
    except (NotReadableError, LookupError, TypeError, ValueError):
        return "could not be read"


def _allowed(found: Iterable[Document]) -> str:
    return shown_statements(each for each in found if "Effect" in each)


def _added_attachments(case: Case) -> list[str]:
    role = case.state("name")
    attached = case.deployed.document(LIST_ATTACHED_ROLE_POLICIES, RoleName=role) or ()
    ours = case.deployed.resources("aws_iam_role_policy_attachment", "role", role)
    known = {each.attributes["policy_arn"] for each in ours}
    return [each["PolicyArn"] for each in attached if each["PolicyArn"] not in known]


ROLE = Translator(
    "aws_iam_role",
    by_document(GET_ROLE, RoleName="name"),
    {
        **renamed(
            description="Role.Description",
            path="Role.Path",
            max_session_duration="Role.MaxSessionDuration",
            permissions_boundary="Role.PermissionsBoundary.PermissionsBoundaryArn",
            unique_id="Role.RoleId",
        ),
        **policy("assume_role_policy", lambda case: case.answer["Role"]["AssumeRolePolicyDocument"]),
        "inline_policy": added(_added_policies),
        "managed_policy_arns": added(_added_attachments),
        **tags("Role.Tags"),
    },
    left_out(
        (COMPUTED, "arn id create_date"), (NAME, "name name_prefix"), (OWN, "force_detach_policies"), (TAGS, "tags")
    ),
)

ROLE_POLICY = Translator(
    "aws_iam_role_policy",
    by_document(GET_ROLE_POLICY, RoleName="role", PolicyName="name"),
    policy("policy", lambda case: case.answer["PolicyDocument"]),
    left_out((COMPUTED, "id"), (NAME, "name name_prefix role")),
)


def _attachment(resource: Resource, deployed: Deployed) -> Any:
    attached = deployed.document(LIST_ATTACHED_ROLE_POLICIES, RoleName=resource.attributes["role"]) or ()
    return next((each for each in attached if each["PolicyArn"] == resource.attributes["policy_arn"]), None)


ROLE_POLICY_ATTACHMENT = Translator(
    "aws_iam_role_policy_attachment",
    _attachment,
    {},  # that it is there is all that there is
    left_out((COMPUTED, "id"), (NAME, "policy_arn role")),
)

INSTANCE_PROFILE = Translator(
    "aws_iam_instance_profile",
    by_document(GET_INSTANCE_PROFILE, InstanceProfileName="name"),
    {
        **renamed(path="InstanceProfile.Path", unique_id="InstanceProfile.InstanceProfileId"),
        "role": Same(lambda case: next((role["RoleName"] for role in case.answer["InstanceProfile"]["Roles"]), None)),
        **tags("InstanceProfile.Tags"),
    },
    left_out((COMPUTED, "arn id create_date"), (NAME, "name name_prefix"), (TAGS, "tags")),
)

TRANSLATORS = (ROLE, ROLE_POLICY, ROLE_POLICY_ATTACHMENT, INSTANCE_PROFILE)
