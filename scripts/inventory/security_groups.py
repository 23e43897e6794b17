"""Security groups of the VPC and their rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from scripts.inventory.filters import in_batches, one_of
from scripts.inventory.reader import Answer, Reader
from scripts.inventory.reading import Read, Reading, Unreadable, joined, mapped
from scripts.inventory.scope import Scope
from scripts.inventory.shapes import Tags, ordered, tags_of

DESCRIBE_SECURITY_GROUPS = Read("ec2", "DescribeSecurityGroups", items="SecurityGroups")
DESCRIBE_SECURITY_GROUP_RULES = Read("ec2", "DescribeSecurityGroupRules", items="SecurityGroupRules")

DEFAULT_GROUP = "default"
ALL_PROTOCOLS = "-1"


@dataclass(frozen=True)
class SecurityGroup:
    """A security group."""

    group_id: str
    name: str
    description: str
    tags: Tags


@dataclass(frozen=True)
class SecurityGroupRule:
    """One rule: one port range and one peer."""

    rule_id: str
    group_id: str
    egress: bool
    protocol: str
    first_port: int
    last_port: int
    peer: str
    """CIDR, group id or prefix list id: the source of an ingress rule, the destination of an egress rule."""
    description: str

    @property
    def ports(self) -> str:
        """`tcp 10002-10100`, `all traffic`."""
        if self.protocol == ALL_PROTOCOLS:
            return "all traffic"
        ports = str(self.first_port) if self.first_port == self.last_port else f"{self.first_port}-{self.last_port}"
        return f"{self.protocol} {ports}"


@dataclass(frozen=True)
class SecurityGroups:
    """Groups of the environment, and the default group of its VPC."""

    groups: Reading[tuple[SecurityGroup, ...]]
    rules: Reading[tuple[SecurityGroupRule, ...]]


def collect_security_groups(reader: Reader, scope: Scope) -> SecurityGroups:
    """Read the environment's groups: in a VPC of its own all of the VPC, in an existing one those of the state."""
    known = [*scope.state.values("aws_security_group"), *scope.state.values("aws_default_security_group")]
    in_scope = scope.vpc_filter
    if scope.environment.network.existing is not None:
        in_scope = [*in_scope, *one_of("group-id", known)]
    answer = reader.start(DESCRIBE_SECURITY_GROUPS, Filters=in_scope)
    rules = _start_rules(reader, known)
    groups = answer.parse(_groups)
    if not isinstance(groups, Unreadable):
        # Groups that Terraform does not know were added behind its back: only their rules wait for the groups.
        rules += _start_rules(reader, {group.group_id for group in groups}.difference(known))
    return SecurityGroups(groups=groups, rules=mapped(joined(each.parse(_rules) for each in rules), _in_order))


def _start_rules(reader: Reader, group_ids: Iterable[str]) -> list[Answer]:
    return [
        reader.start(DESCRIBE_SECURITY_GROUP_RULES, Filters=filters) for filters in in_batches("group-id", group_ids)
    ]


def _groups(answer: list[Any]) -> tuple[SecurityGroup, ...]:
    groups = (
        SecurityGroup(group["GroupId"], group["GroupName"], group["Description"], tags_of(group.get("Tags")))
        for group in answer
    )
    return ordered(groups, key=lambda group: (group.name, group.group_id))


def _rules(answer: list[Any]) -> tuple[SecurityGroupRule, ...]:
    rules = (
        SecurityGroupRule(
            rule_id=rule["SecurityGroupRuleId"],
            group_id=rule["GroupId"],
            egress=rule["IsEgress"],
            protocol=rule["IpProtocol"],
            first_port=rule.get("FromPort", -1),
            last_port=rule.get("ToPort", -1),
            peer=_peer(rule),
            description=rule.get("Description", ""),
        )
        for rule in answer
    )
    return tuple(rules)


def _in_order(rules: tuple[SecurityGroupRule, ...]) -> tuple[SecurityGroupRule, ...]:
    return ordered(rules, key=lambda rule: (rule.group_id, rule.egress, rule.ports, rule.peer, rule.rule_id))


def _peer(rule: Mapping[str, Any]) -> str:
    group = rule.get("ReferencedGroupInfo") or {}
    candidates = (rule.get("CidrIpv4"), rule.get("CidrIpv6"), rule.get("PrefixListId"), group.get("GroupId"))
    return next((str(peer) for peer in candidates if peer), "unknown")
