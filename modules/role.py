"""IAM roles."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from constructs import Construct

from config.label import Label
from config.statement import Statement, service_trust
from modules.aws import IamInstanceProfile, IamRole, IamRolePolicy, IamRolePolicyAttachment
from modules.ids import THIS, construct_id
from modules.policy import policy_document


class Role(Construct):
    """Define a role that those take on whom `trust` names; it may do nothing until `allow` says so.

    Its name is that of the part, unless it has one already.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        label: Label,
        part: str,
        trust: Sequence[Statement],
        permissions_boundary_arn: str | None,
        name: str | None = None,
    ) -> None:
        super().__init__(scope, id_)
        self._role = IamRole(
            self,
            THIS,
            name=name or label.name(part),
            description=f"{part} of {label.cluster}",
            assume_role_policy=policy_document(self, "trust", trust),
            permissions_boundary=permissions_boundary_arn,
            # A policy attached by hand would else keep the role from being destroyed.
            force_detach_policies=True,
            tags=label.tags(part),
        )
        self.policies: list[IamRolePolicy] = []
        self.attachments: list[IamRolePolicyAttachment] = []

    def allow(self, name: str, statements: Sequence[Statement]) -> IamRolePolicy:
        """Add an inline policy: it lives and dies with the role."""
        policy = IamRolePolicy(
            self,
            f"policy_{name}",
            name=name,
            role=self.name,
            policy=policy_document(self, f"document_{name}", statements),
        )
        self.policies.append(policy)
        return policy

    def attach(self, policy_arns: Sequence[str]) -> None:
        """Attach managed policies."""
        self.attachments += [
            IamRolePolicyAttachment(
                self, construct_id("attachment", arn.split("/")[-1]), role=self.name, policy_arn=arn
            )
            for arn in policy_arns
        ]

    @cached_property
    def name(self) -> str:
        """Name of the role, a token that makes others wait for it."""
        return str(self._role.name)

    @cached_property
    def arn(self) -> str:
        """ARN of the role, a token until apply."""
        return str(self._role.arn)


class InstanceRole(Role):
    """Define a role for EC2 instances, with an instance profile of the same name; `trust` names who may have it too."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        label: Label,
        part: str,
        permissions_boundary_arn: str | None,
        trust: Sequence[Statement] = (),
        name: str | None = None,
    ) -> None:
        super().__init__(
            scope,
            id_,
            label=label,
            part=part,
            trust=[service_trust("ec2.amazonaws.com"), *trust],
            permissions_boundary_arn=permissions_boundary_arn,
            name=name,
        )
        self._profile = IamInstanceProfile(
            self, "profile", name=name or label.name(part), role=self.name, tags=label.tags(part)
        )

    @cached_property
    def instance_profile_name(self) -> str:
        """Name of the instance profile, a token that makes instances wait for it."""
        return str(self._profile.name)

    @cached_property
    def instance_profile_arn(self) -> str:
        """ARN of the instance profile, a token until apply."""
        return str(self._profile.arn)
