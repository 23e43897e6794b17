"""IAM: an update that keeps what it does not name, and policies that AWS refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.iam.models import IAMBackend

from scripts.local_aws.extensions.plumbing import AwsError, wrap
from scripts.local_aws.extensions.policies import check_policy, statements

MALFORMED = "MalformedPolicyDocument"

INLINE_CHARACTERS = 10_240
"""Of all inline policies of a role together; white space does not count.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length
"""
TRUST_CHARACTERS = 2_048


@wrap(IAMBackend, "update_role")
def update_role(
    original: Callable[..., Any], self: Any, role_name: str, role_description: str | None, max_session_duration: Any
) -> Any:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRole.html"""
    role = self.get_role(role_name)
    if role_description is None:
        role_description = role.description
    return original(self, role_name, role_description, max_session_duration or role.max_session_duration)


@wrap(IAMBackend, "create_role")
def create_role(
    original: Callable[..., Any], self: Any, role_name: str, assume_role_policy_document: str, *args: Any, **kwargs: Any
) -> Any:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html"""
    check_policy(assume_role_policy_document, MALFORMED)
    if any("Resource" in statement for statement in statements(assume_role_policy_document)):
        raise AwsError(MALFORMED, "Has prohibited field Resource")
    _refuse_long_trust(assume_role_policy_document)
    return original(self, role_name, assume_role_policy_document, *args, **kwargs)


@wrap(IAMBackend, "update_assume_role_policy")
def update_assume_role_policy(original: Callable[..., None], self: Any, role_name: str, policy_document: str) -> None:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAssumeRolePolicy.html"""
    _refuse_long_trust(policy_document)
    original(self, role_name, policy_document)


@wrap(IAMBackend, "put_role_policy")
def put_role_policy(
    original: Callable[..., None], self: Any, role_name: str, policy_name: str, policy_json: str
) -> None:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html"""
    policies = {**self.get_role(role_name).policies, policy_name: policy_json}
    if sum(map(_characters, policies.values())) > INLINE_CHARACTERS:
        message = f"Maximum policy size of {INLINE_CHARACTERS} bytes exceeded for role {role_name}"
        raise AwsError("LimitExceeded", message)
    original(self, role_name, policy_name, policy_json)


def _refuse_long_trust(document: str) -> None:
    if _characters(document) > TRUST_CHARACTERS:
        raise AwsError("LimitExceeded", f"Cannot exceed quota for ACLSizePerRole: {TRUST_CHARACTERS}")


def _characters(document: str) -> int:
    return len("".join(document.split()))
