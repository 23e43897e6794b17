"""How a deployment is bent, and put back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import Any

from config.anyscale_cloud import AnyscaleCloudConfig
from scripts.inventory.shapes import document_of
from scripts.state import State
from tests.verify.deployment import Deployment

Make = Callable[[Deployment], AbstractContextManager[State | None]]
"""Bends; the state is another one when something was made that Terraform knows nothing of."""
Document = Mapping[str, Any]
EVERYBODY = {"AWS": "*"}
Declared = Callable[[Deployment], AnyscaleCloudConfig]


@dataclass(frozen=True)
class Bend:
    """Something that is wrong, and by which checks it is found; or, found by none, that may well be so."""

    name: str
    make: Make
    found: Mapping[str, str]
    """Ids of checks; what the detail of each of their findings matches."""
    declared: Declared | None = None
    """Another declaration of the same deployment."""
    alone: bool = False
    """Whether it bends what others are about, too."""


def with_attribute(state: State, type_: str, **attributes: str) -> State:
    """The state with other attributes of all resources of a type."""
    resources = (
        replace(each, attributes={**each.attributes, **attributes}) if each.type == type_ else each
        for each in state.resources
    )
    return replace(state, resources=tuple(resources))


def anyway(**changes: Any) -> Declared:
    """The environment with other sections."""
    return lambda d: d.environment.model_copy(update=changes)


def policy(*statements: Document) -> Document:
    """A policy document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(*actions: str, on: Any = "*", **more: Any) -> Document:
    """An Allow statement of a role's policy."""
    return {"Effect": "Allow", "Action": list(actions), "Resource": on, **more}


def deny(*actions: str, on: Any = "*", **more: Any) -> Document:
    """A Deny statement of a role's policy."""
    return {"Sid": "No", "Effect": "Deny", "Action": list(actions), "Resource": on, **more}


def everybody(effect: str, *actions: str, **more: Any) -> Document:
    """A statement about everybody."""
    return {"Sid": "All", "Effect": effect, "Principal": EVERYBODY, "Action": list(actions), "Resource": "*", **more}


def inline(part: str, *statements: Document, name: str = "") -> Make:
    """Give a role (`control_plane`, `node`) a policy: another, or in the place of the one of that name."""

    @contextmanager
    def make(d: Deployment) -> Iterator[None]:
        iam, role = d.client("iam"), getattr(d, part)
        names = iam.list_role_policies(RoleName=role)["PolicyNames"]
        before = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] if name in names else None
        document = policy(*statements) if statements else None
        _put_inline(iam, role, name or f"bent-{len(names)}", document)
        yield
        _put_inline(iam, role, name or f"bent-{len(names)}", before)

    return make


def rewritten(part: str, name: str, change: Callable[[str], str]) -> Make:
    """Change the text of a policy of a role."""

    @contextmanager
    def make(d: Deployment) -> Iterator[None]:
        iam, role = d.client("iam"), getattr(d, part)
        before = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        after = change(json.dumps(document_of(before)))
        assert document_of(after) != document_of(before)
        _put_inline(iam, role, name, document_of(after))
        yield
        _put_inline(iam, role, name, before)

    return make


def without(part: str, name: str) -> Make:
    """Take a policy from a role."""
    return inline(part, name=name)


def trust(part: str, *statements: Document) -> Make:
    """Let others take on a role."""

    @contextmanager
    def make(d: Deployment) -> Iterator[None]:
        iam, role = d.client("iam"), getattr(d, part)
        before = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
        iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(policy(*statements)))
        yield
        iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(document_of(before)))

    return make


def boundary(part: str, *statements: Document) -> Make:
    """Bound a role."""

    @contextmanager
    def make(d: Deployment) -> Iterator[None]:
        iam, role = d.client("iam"), getattr(d, part)
        document = json.dumps(policy(*statements))
        arn = iam.create_policy(PolicyName=f"bound-{role}", PolicyDocument=document)["Policy"]["Arn"]
        iam.put_role_permissions_boundary(RoleName=role, PermissionsBoundary=arn)
        yield
        iam.delete_role_permissions_boundary(RoleName=role)
        iam.delete_policy(PolicyArn=arn)

    return make


def rule(
    ports: tuple[int, int] | None,
    peer: str,
    *,
    egress: bool = False,
    group: str = "cloud",
    protocol: str = "tcp",
) -> Make:
    """Add a rule to a security group; no ports for all traffic. A peer without a slash is a group or prefix list."""

    @contextmanager
    def make(d: Deployment) -> Iterator[None]:
        ec2, groups = d.client("ec2"), d.output("security_group_ids")
        peers: dict[str, Any]
        if "/" in peer:
            peers = {"IpRanges": [{"CidrIp": peer}]}
        elif peer.startswith("pl-"):
            peers = {"PrefixListIds": [{"PrefixListId": peer}]}
        else:
            peers = {"UserIdGroupPairs": [{"GroupId": groups.get(peer, peer)}]}
        span = {} if ports is None else {"FromPort": ports[0], "ToPort": ports[1]}
        added = {
            "GroupId": groups[group],
            "IpPermissions": [{"IpProtocol": "-1" if ports is None else protocol, **span, **peers}],
        }
        way = "egress" if egress else "ingress"
        getattr(ec2, f"authorize_security_group_{way}")(**added)
        yield
        getattr(ec2, f"revoke_security_group_{way}")(**added)

    return make


def no_rule(first_port: int, peer: str, *, egress: bool = False, group: str = "cloud") -> Make:
    """Take a rule from a security group; port -1 for all traffic."""

    @contextmanager
    def make(d: Deployment) -> Iterator[None]:
        ec2, groups = d.client("ec2"), d.output("security_group_ids")
        filters = [{"Name": "group-id", "Values": [groups[group]]}]
        (found,) = (
            each
            for each in ec2.describe_security_group_rules(Filters=filters)["SecurityGroupRules"]
            if each["IsEgress"] == egress
            and each.get("FromPort", -1) == first_port
            and groups.get(peer, peer) in (each.get("CidrIpv4"), (each.get("ReferencedGroupInfo") or {}).get("GroupId"))
        )
        way = "egress" if egress else "ingress"
        ids = [found["SecurityGroupRuleId"]]
        getattr(ec2, f"revoke_security_group_{way}")(GroupId=groups[group], SecurityGroupRuleIds=ids)
        yield
        note = {"Description": found.get("Description", "")}
        by_group = {"UserIdGroupPairs": [{"GroupId": groups.get(peer), **note}]}
        span = {"IpProtocol": found["IpProtocol"], "FromPort": first_port, "ToPort": found.get("ToPort", -1)}
        peers = {"IpRanges": [{"CidrIp": peer, **note}]} if "/" in peer else by_group
        getattr(ec2, f"authorize_security_group_{way}")(GroupId=groups[group], IpPermissions=[{**span, **peers}])

    return make


def acl_entry(*, egress: bool, ports: tuple[int, int], cidr: str, action: str = "deny") -> Make:
    """Put an entry before those of the network ACL that all subnets have."""

    @contextmanager
    def make(d: Deployment) -> Iterator[None]:
        ec2 = d.client("ec2")
        acls = ec2.describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [d.vpc_id]}])["NetworkAcls"]
        entry = {"NetworkAclId": acls[0]["NetworkAclId"], "RuleNumber": 10, "Egress": egress}
        span = {"From": ports[0], "To": ports[1]}
        ec2.create_network_acl_entry(**entry, Protocol="6", RuleAction=action, CidrBlock=cidr, PortRange=span)
        yield
        ec2.delete_network_acl_entry(**entry)

    return make


def together(*makes: Make) -> Make:
    """Several at once."""

    @contextmanager
    def make(d: Deployment) -> Iterator[None]:
        if not makes:
            yield
            return
        with makes[0](d), together(*makes[1:])(d):
            yield

    return make


def _put_inline(iam: Any, role: str, name: str, document: Any) -> None:
    if document is None:
        iam.delete_role_policy(RoleName=role, PolicyName=name)
    else:
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document_of(document)))
