"""Security groups, made from the list of declared rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from typing import Any

from cdktf import TerraformResource
from constructs import Construct

from config.label import Label
from config.security_rules import Group, Rule
from modules.aws import SecurityGroup, VpcSecurityGroupEgressRule, VpcSecurityGroupIngressRule
from modules.ids import construct_id
from modules.protection import waive

_DESCRIPTIONS: dict[Group, str] = {
    "head": "Ray head node",
    "worker": "Ray worker nodes",
    "cloud": "Nodes of the Anyscale cloud",
    "control_plane": "Kubernetes API of the EKS cluster",
    "node": "Nodes of the EKS cluster and their pods",
    "efs": "Mount targets of the shared file system",
    "fsx": "Servers of the Lustre file system",
    "memorydb": "State of the Ray head",
    "endpoints": "Interface endpoints",
    "bastion": "Bastion",
}
_RULE_CLASSES = {"ingress": VpcSecurityGroupIngressRule, "egress": VpcSecurityGroupEgressRule}


@dataclass(frozen=True)
class GroupIdentity:
    """What EC2 cannot change of a group; None is what we would say."""

    name: str | None = None
    description: str | None = None


class SecurityGroups(Construct):
    """Define the security groups; every rule is a resource of its own, with one port range, one peer and a reason.

    `filled_by` says of groups of nodes that Terraform does not make who launches them. `identities` are names and
    descriptions of groups that have them already.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        groups: Sequence[Group],
        rules: Sequence[Rule],
        label: Label,
        vpc_id: str,
        filled_by: Mapping[Group, str],
        identities: Mapping[Group, GroupIdentity] | None = None,
    ) -> None:
        super().__init__(scope, id_)
        self._label = label
        known = identities or {}
        defined = {group: self._group(group, vpc_id, known.get(group, GroupIdentity())) for group in groups}
        for group, launcher in sorted(filled_by.items()):
            waive(defined[group], CKV2_AWS_5=f"Nodes that {launcher} launches are in it.")
        self._ids = {group: str(each.id) for group, each in defined.items()}
        self._rules = [(rule.group, self._define(rule)) for rule in rules]

    def _group(self, group: Group, vpc_id: str, identity: GroupIdentity) -> SecurityGroup:
        return SecurityGroup(
            self,
            group,
            name=identity.name or self._label.name(group),
            description=identity.description or _DESCRIPTIONS[group],
            vpc_id=vpc_id,
            tags=self._label.tags(group),
        )

    def _define(self, rule: Rule) -> TerraformResource:
        defined: TerraformResource = _RULE_CLASSES[rule.direction](
            self,
            construct_id(rule.group, rule.direction, rule.name, rule.peer),
            security_group_id=self.id_of(rule.group),
            ip_protocol=rule.protocol,
            from_port=rule.first_port,
            to_port=rule.last_port,
            description=rule.description,
            tags=self._label.tags(f"{rule.group}-{rule.name}"),
            **self._peer(rule),
        )
        return defined

    def _peer(self, rule: Rule) -> dict[str, Any]:
        if isinstance(rule.peer, IPv4Network):
            return {"cidr_ipv4": str(rule.peer)}
        if isinstance(rule.peer, IPv6Network):
            return {"cidr_ipv6": str(rule.peer)}
        return {"referenced_security_group_id": self.id_of(rule.peer)}

    def id_of(self, group: Group) -> str:
        """Id of a group, a token until apply."""
        return self._ids[group]

    def rules_of(self, *groups: Group) -> list[TerraformResource]:
        """Rules of groups, for what must be made after them and go before them."""
        return [defined for group, defined in self._rules if group in groups]

    @property
    def ids(self) -> dict[Group, str]:
        """Ids by group."""
        return dict(self._ids)
