"""Roles, their policies and their instance profiles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scripts.inventory.reader import Answer, Reader
from scripts.inventory.reading import Read, Reading, Unreadable, mapped
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
    boundary: Reading[Policy | None] = None
    """The policy of `permissions_boundary_arn`."""


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


class ManagedPolicies:
    """Documents of managed policies, each read once however many roles have it."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._policies: dict[str, Answer] = {}
        self._documents: dict[str, Reading[Document]] = {}

    def start(self, arn: str) -> None:
        """Ask for the version that is in force."""
        if arn not in self._policies:
            self._policies[arn] = self._reader.start(GET_POLICY, PolicyArn=arn)

    def finish(self) -> None:
        """Read the documents of all policies that were started, at once."""
        versions = {
            arn: answer.parse(lambda policy: str(policy["Policy"]["DefaultVersionId"]))
            for arn, answer in self._policies.items()
            if arn not in self._documents
        }
        started = {
            arn: version
            if isinstance(version, Unreadable)
            else self._reader.start(GET_POLICY_VERSION, PolicyArn=arn, VersionId=version)
            for arn, version in versions.items()
        }
        self._documents |= {arn: _managed_document(answer) for arn, answer in started.items()}

    def policy(self, arn: str) -> Policy:
        """A policy that was read."""
        return Policy(arn.rpartition("/")[2], arn, self._documents[arn])


def collect_iam(reader: Reader, scope: Scope) -> Iam:
    """Read the roles and instance profiles of the state."""
    reads = {name: _start_role(reader, scope, name) for name in scope.state.values("aws_iam_role", "name")}
    profile_names = scope.state.values("aws_iam_instance_profile", "name")
    profiles = [reader.start(GET_INSTANCE_PROFILE, InstanceProfileName=name) for name in profile_names]
    managed = ManagedPolicies(reader)
    if scope.environment.iam.permissions_boundary_arn is not None:
        managed.start(scope.environment.iam.permissions_boundary_arn)
    for read in reads.values():
        for arn in _managed_arns(read):
            managed.start(arn)
    managed.finish()
    roles = [_role(reader, name, read, managed) for name, read in reads.items()]
    return Iam(
        roles=_present(roles), instance_profiles=_present(answer.parse(_instance_profile) for answer in profiles)
    )


def _managed_arns(reads: _RoleReads) -> Iterator[str]:
    """Policies that are attached to a role, and its boundary."""
    attached = reads.attached.parse(_attached_arns)
    yield from () if isinstance(attached, Unreadable) else attached
    boundary = reads.role.parse(lambda answer: None if answer is None else _boundary_arn(answer["Role"]))
    if isinstance(boundary, str):
        yield boundary


def _boundary_arn(role: Mapping[str, Any]) -> str | None:
    arn: str | None = role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    return arn


def _attached_arns(answer: list[Any]) -> tuple[str, ...]:
    return ordered((str(policy["PolicyArn"]) for policy in answer), key=str)


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


def _role(reader: Reader, name: str, reads: _RoleReads, managed: ManagedPolicies) -> Reading[Role | None]:
    inline = _inline_policies(reader, name, reads)
    arns = reads.attached.parse(_attached_arns)
    attached = mapped(arns, lambda found: tuple(managed.policy(arn) for arn in found))
    return reads.role.parse(lambda answer: _role_of(answer, inline, attached, managed))


def _role_of(
    answer: Mapping[str, Any] | None,
    inline: Reading[tuple[Policy, ...]],
    attached: Reading[tuple[Policy, ...]],
    managed: ManagedPolicies,
) -> Role | None:
    if answer is None:
        return None
    role = answer["Role"]
    boundary = _boundary_arn(role)
    return Role(
        name=role["RoleName"],
        arn=role["Arn"],
        trust=document_of(role["AssumeRolePolicyDocument"]),
        permissions_boundary_arn=boundary,
        tags=tags_of(role.get("Tags")),
        inline_policies=inline,
        attached_policies=attached,
        boundary=None if boundary is None else managed.policy(boundary),
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


def _managed_document(answer: Answer | Unreadable) -> Reading[Document]:
    if isinstance(answer, Unreadable):
        return answer
    return answer.parse(lambda found: document_of(found["PolicyVersion"]["Document"]))


def _instance_profile(answer: Mapping[str, Any] | None) -> InstanceProfile | None:
    if answer is None:
        return None
    profile = answer["InstanceProfile"]
    roles = tuple(sorted(role["RoleName"] for role in profile["Roles"]))
    return InstanceProfile(profile["InstanceProfileName"], profile["Arn"], roles)


def _present(readings: Iterable[Reading[Any]]) -> tuple[Any, ...]:
    return tuple(reading for reading in readings if reading is not None)
