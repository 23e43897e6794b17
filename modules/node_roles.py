"""The roles of head and workers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cdktf import TerraformResource
from constructs import Construct

from config.iam import NodeIamConfig
from config.label import Label
from config.permissions import key_statements, session_statements
from config.place import Place
from config.ports import TIERS, Tier
from config.statement import Statement
from modules.node_policy import (
    log_statements,
    metric_statements,
    registry_statements,
    secret_statements,
)
from modules.role import InstanceRole


class NodeRoles(Construct):
    """Define a role with an instance profile per tier; what a role may do is added by ARN."""

    def __init__(self, scope: Construct, id_: str, *, config: NodeIamConfig, label: Label, place: Place) -> None:
        super().__init__(scope, id_)
        self._label, self._place = label, place
        boundary = config.permissions_boundary_arn
        self._roles: dict[Tier, InstanceRole] = {
            tier: InstanceRole(self, tier, label=label, part=tier, permissions_boundary_arn=boundary) for tier in TIERS
        }
        self._roles["head"].attach(config.head_managed_policy_arns)
        self._roles["worker"].attach(config.worker_managed_policy_arns)

    def allow_basics(
        self, *, key_arn: str, log_group_arn: str | None, secret_arns: Mapping[Tier, Sequence[str]]
    ) -> None:
        """What every node does: read its secrets, pull images, be reached by Session Manager.

        With a log group it sends logs and metrics, too.
        """
        reports = [] if log_group_arn is None else [*log_statements(log_group_arn), *metric_statements(self._label)]
        for tier, role in self._roles.items():
            statements = [
                *key_statements(key_arn, self._place, "s3"),
                *secret_statements(secret_arns[tier], key_arn, self._place),
                *reports,
                *session_statements(),
                *registry_statements(self._place),
            ]
            role.allow("node", statements)

    def allow(self, name: str, statements: Sequence[Statement], tiers: Sequence[Tier] = TIERS) -> None:
        """Add a policy to the roles of tiers; none when there is nothing to allow."""
        for tier in tiers if statements else ():
            self._roles[tier].allow(name, statements)

    def policies(self, tier: Tier) -> list[TerraformResource]:
        """Policies of a tier's role, for nodes that use them at their first boot."""
        return list(self._roles[tier].policies)

    def instance_profile_name(self, tier: Tier) -> str:
        """Instance profile of a tier, a token that makes instances wait for it."""
        return self._roles[tier].instance_profile_name

    @property
    def arns(self) -> dict[Tier, str]:
        """Role ARNs by tier, tokens until apply."""
        return {tier: role.arn for tier, role in self._roles.items()}

    @property
    def instance_profile_arns(self) -> dict[Tier, str]:
        """Instance profile ARNs by tier, tokens until apply."""
        return {tier: role.instance_profile_arn for tier, role in self._roles.items()}
