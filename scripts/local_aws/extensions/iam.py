"""IAM: an update that keeps what it does not name, and trust policies that AWS refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.iam.models import IAMBackend

from scripts.local_aws.extensions.plumbing import AwsError, wrap
from scripts.local_aws.extensions.policies import check_policy, statements

MALFORMED = "MalformedPolicyDocument"


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
    return original(self, role_name, assume_role_policy_document, *args, **kwargs)
