"""The iam section: what is added to the least-privilege roles."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from config.change import Change
from config.section import Arn, PrincipalArn, Section

ManagedPolicies = Annotated[list[Arn], Field(max_length=10)]
"""At most 10 a role: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""


class IamConfig(Section):
    """What every role has that is made here."""

    permissions_boundary_arn: Annotated[Arn | None, Change.IN_PLACE] = None
    """Policy that bounds every role made here."""


class NodeIamConfig(IamConfig):
    """Roles of the nodes."""

    head_managed_policy_arns: Annotated[ManagedPolicies, Change.IN_PLACE] = []
    """Managed policies attached to the head's role on top of its own."""
    worker_managed_policy_arns: Annotated[ManagedPolicies, Change.IN_PLACE] = []
    """Managed policies attached to the workers' role on top of its own."""
    launcher_principal_arns: Annotated[list[PrincipalArn], Change.IN_PLACE] = []
    """Users and roles of the account that may take on the launcher's role, to run `ray up` with it. Only for flavour
    autoscaling-ec2 with `head.managed_by: ray-up`."""
