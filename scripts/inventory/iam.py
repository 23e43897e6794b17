"""Roles, their policies and their instance profiles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from scripts.inventory.reader import Answer, Reader
from scripts.inventory.reading import Read, Reading, Unreadable
from scripts.inventory.scope import Scope
from scripts.inventory.shapes import Document, Tags, document_of, ordered, tags_of

GET_ROLE = Read("iam", "GetRole", absent=("NoSuchEntity",))
LIST_ROLE_POLICIES = Read("iam", "ListRolePolicies", items="PolicyNames", absent=("NoSuchEntity",))
GET_ROLE_POLICY = Read("iam", "GetRolePolicy", absent=("NoSuchEntity",))
LIST_ATTACHED_ROLE_POLICIES = Read(
    "iam", "ListAttachedRolePolicies", items="AttachedPolicies", absent=("NoSuchEntity",)
)
GET_POLICY = Read("iam", "GetPolicy")
GET_POLICY_VERSION = Read("iam", "GetPolicyVersion")
GET_INSTANCE_PROFILE = Read("iam", "GetInstanceProfile", absent=("NoSuchEntity",))


@dataclass(frozen=True)
class Policy:
    """A policy of a role: inline (no ARN) or managed."""

    name: str
    arn: str | None
    document: Reading[Document]


@dataclass(frozen=True)
class Role:
    """A role with all that it may do."""

    name: str
    arn: str
    trust: Document
    permissions_boundary_arn: str | None
    tags: Tags
    inline_policies: Reading[tuple[Policy, ...]]
    attached_policies: Reading[tuple[Policy, ...]]


@dataclass(frozen=True)
class InstanceProfile:
    """An instance profile and the roles in it (AWS allows one)."""

    name: str
    arn: str
    role_names: tuple[str, ...]


@dataclass(frozen=True)
class Iam:
    """Roles and instance profiles of the environment; one that is gone is missing here."""

    roles: tuple[Reading[Role], ...]
    instance_profiles: tuple[Reading[InstanceProfile], ...]


@dataclass(frozen=True)
class _RoleReads:
    role: Answer
    inline_names: Answer
    inline: dict[str, Answer]
    """Policies that the state knows: read at once."""
    attached: Answer


def collect_iam(reader: Reader, scope: Scope) -> Iam:
    """Read the roles and instance profiles of the state."""
    reads = {name: _start_role(reader, scope, name) for name in scope.state.values("aws_iam_role", "name")}
    profile_names = scope.state.values("aws_iam_instance_profile", "name")
    profiles = [reader.start(GET_INSTANCE_PROFILE, InstanceProfileName=name) for name in profile_names]
    roles = [_role(reader, name, read) for name, read in reads.items()]
    return Iam(
        roles=_present(roles), instance_profiles=_present(answer.parse(_instance_profile) for answer in profiles)
    )


def _start_role(reader: Reader, scope: Scope, name: str) -> _RoleReads:
    known = [
        policy.attributes["name"]
        for policy in scope.state.of_type("aws_iam_role_policy")
        if policy.attributes["role"] == name
    ]
    return _RoleReads(
        role=reader.start(GET_ROLE, RoleName=name),
        inline_names=reader.start(LIST_ROLE_POLICIES, RoleName=name),
        inline={policy: reader.start(GET_ROLE_POLICY, RoleName=name, PolicyName=policy) for policy in known},
        attached=reader.start(LIST_ATTACHED_ROLE_POLICIES, RoleName=name),
    )


def _role(reader: Reader, name: str, reads: _RoleReads) -> Reading[Role | None]:
    inline = _inline_policies(reader, name, reads)
    attached = _attached_policies(reader, reads.attached)
    return reads.role.parse(lambda answer: _role_of(answer, inline, attached))


def _role_of(
    answer: Mapping[str, Any] | None, inline: Reading[tuple[Policy, ...]], attached: Reading[tuple[Policy, ...]]
) -> Role | None:
    if answer is None:
        return None
    role = answer["Role"]
    return Role(
        name=role["RoleName"],
        arn=role["Arn"],
        trust=document_of(role["AssumeRolePolicyDocument"]),
        permissions_boundary_arn=role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
        tags=tags_of(role.get("Tags")),
        inline_policies=inline,
        attached_policies=attached,
    )


def _inline_policies(reader: Reader, role: str, reads: _RoleReads) -> Reading[tuple[Policy, ...]]:
    names = reads.inline_names.parse(sorted)
    if isinstance(names, Unreadable):
        return names
    # Those that Terraform does not know were added behind its back: only these wait for the list.
    added = {
        name: reader.start(GET_ROLE_POLICY, RoleName=role, PolicyName=name)
        for name in names
        if name not in reads.inline
    }
    answers = {**reads.inline, **added}
    return tuple(Policy(name, None, answers[name].parse(_inline_document)) for name in names)


def _inline_document(answer: Mapping[str, Any]) -> Document:
    return document_of(answer["PolicyDocument"])


def _attached_policies(reader: Reader, answer: Answer) -> Reading[tuple[Policy, ...]]:
    attached = answer.parse(lambda policies: ordered(policies, key=lambda policy: policy["PolicyArn"]))
    if isinstance(attached, Unreadable):
        return attached
    started = [(policy, reader.start(GET_POLICY, PolicyArn=policy["PolicyArn"])) for policy in attached]
    return tuple(
        Policy(policy["PolicyName"], policy["PolicyArn"], _managed_document(reader, policy["PolicyArn"], answer))
        for policy, answer in started
    )


def _managed_document(reader: Reader, arn: str, answer: Answer) -> Reading[Document]:
    version = answer.parse(lambda policy: str(policy["Policy"]["DefaultVersionId"]))
    if isinstance(version, Unreadable):
        return version
    document = reader.start(GET_POLICY_VERSION, PolicyArn=arn, VersionId=version)
    return document.parse(lambda found: document_of(found["PolicyVersion"]["Document"]))


def _instance_profile(answer: Mapping[str, Any] | None) -> InstanceProfile | None:
    if answer is None:
        return None
    profile = answer["InstanceProfile"]
    roles = tuple(sorted(role["RoleName"] for role in profile["Roles"]))
    return InstanceProfile(profile["InstanceProfileName"], profile["Arn"], roles)


def _present(readings: Iterable[Reading[Any]]) -> tuple[Any, ...]:
    return tuple(reading for reading in readings if reading is not None)
