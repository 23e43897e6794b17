"""Security groups: descriptions of every kind of rule, and the refusals of AWS."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

from moto.ec2.models import EC2Backend
from moto.ec2.models.security_groups import SecurityGroupRule
from moto.ec2.responses import EC2Response

from scripts.local_aws.extensions.plumbing import AwsError, wrap, wrap_property

PORT_PROTOCOLS = ("tcp", "udp", "6", "17")
ALL_PROTOCOLS = "-1"


@wrap(SecurityGroupRule, "__init__")
def keep_description(original: Callable[..., None], self: Any, *args: Any, **kwargs: Any) -> None:
    """moto drops the description of a rule whose peer is a prefix list."""
    original(self, *args, **kwargs)
    peer = inspect.signature(original).bind(self, *args, **kwargs).arguments.get("prefix_list_id")
    self.rayform_description = (peer or {}).get("Description")


@wrap_property(SecurityGroupRule, "description")
def description(value: str | None, self: Any) -> str | None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SecurityGroupRule.html"""
    found: str | None = value or self.source_group.get("Description") or self.rayform_description
    return found


@wrap(EC2Response, "authorize_security_group_ingress")
def authorize_security_group_ingress(original: Callable[[Any], Any], self: Any) -> Any:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AuthorizeSecurityGroupIngress.html"""
    _refuse_ports(self)
    return original(self)


@wrap(EC2Response, "authorize_security_group_egress")
def authorize_security_group_egress(original: Callable[[Any], Any], self: Any) -> Any:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AuthorizeSecurityGroupEgress.html"""
    _refuse_ports(self)
    return original(self)


@wrap(EC2Backend, "modify_security_group_rules")
def modify_security_group_rules(
    original: Callable[..., None], self: Any, group_id: str, rules: dict[str, dict[str, Any]]
) -> None:
    """A rule for all protocols has no ports, and a peer may be a group: moto knows ranges of addresses and ports only.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySecurityGroupRules.html
    """
    portless = {rule_id for rule_id, rule in rules.items() if rule.get("IpProtocol") == ALL_PROTOCOLS}
    ports = {"FromPort": "-1", "ToPort": "-1"}
    original(
        self, group_id, {rule_id: {**rule, **(ports if rule_id in portless else {})} for rule_id, rule in rules.items()}
    )
    group = self.get_security_group_by_name_or_id(group_id)
    for rule_id, wanted in rules.items():
        rule = group.get_rule(rule_id)
        if rule_id in portless:
            rule.from_port = rule.to_port = None
        if "ReferencedGroupId" in wanted:
            rule.source_group = {**rule.source_group, "Description": rule.ip_range.pop("Description", None)}


def _refuse_ports(self: Any) -> None:
    for permission in self.params.get("IpPermissions") or []:
        if permission.get("IpProtocol") not in PORT_PROTOCOLS:
            continue
        first, last = int(permission.get("FromPort", 0)), int(permission.get("ToPort", 0))
        if not 0 <= first <= last <= 65535:
            raise AwsError("InvalidParameterValue", f"Invalid port range {first}-{last}")


@wrap(EC2Backend, "delete_security_group")
def delete_security_group(
    original: Callable[..., Any], self: Any, name: str | None = None, group_id: str | None = None
) -> Any:
    """A group in use stays: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSecurityGroup.html"""
    group = self.get_security_group_by_name_or_id(group_id or name)
    dependent = next(_users(self, group.id), None) if group else None
    if dependent:
        raise AwsError("DependencyViolation", f"resource {group.id} has a dependent object ({dependent})")
    return original(self, name, group_id)


def _users(backend: Any, group_id: str) -> Iterator[str]:
    yield from (eni.id for eni in backend.enis.values() if any(group.id == group_id for group in eni.group_set))
    for groups in backend.groups.values():
        yield from (other.id for other in groups.values() if other.id != group_id and _refers(other, group_id))


def _refers(group: Any, group_id: str) -> bool:
    return any(rule.source_group.get("GroupId") == group_id for rule in group.ingress_rules + group.egress_rules)
