"""From a role of the inventory to what it may do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from config.foundation import FoundationConfig
from scripts.audit.declared_roles import declared_roles
from scripts.audit.iam_effect.actions import ACTIONS, EVERYWHERE, actions_of
from scripts.audit.iam_effect.evaluate import Grant, Permissions, Request, grants
from scripts.audit.iam_effect.principals import Principal
from scripts.audit.iam_effect.statements import Statement, listed, read_statements
from scripts.audit.iam_effect.variables import Context
from scripts.inventory import Inventory
from scripts.inventory.iam import Policy, Role
from scripts.inventory.reading import Reading, Unreadable, mapped


@dataclass(frozen=True)
class Subject:
    """A role with what its readable policies say, and what could not be read."""

    role: Role
    permissions: Permissions
    unread: tuple[Unreadable, ...]
    boundary_unread: bool

    @property
    def name(self) -> str:
        """Name of the role."""
        return self.role.name


def subject_of(role: Role, config: FoundationConfig) -> Subject:
    """Gather a role's policies. What could not be read allows nothing and is listed."""
    policies, unread = _readable(role)
    boundary, no_boundary = _boundary(role)
    path = role.arn.partition(":role/")[2] or role.name
    principal = Principal(config.place.partition, config.account_id, path)
    permissions = Permissions(principal, policies, boundary, _context(role, principal))
    return Subject(role, permissions, (*unread, *no_boundary), bool(no_boundary))


def services_allowed(subject: Subject) -> dict[str, Grant]:
    """Services of which a role may do all that matters on all of their resources, and what lets it."""
    named = {pattern.partition(":")[0] for each in subject.permissions.statements for pattern in _patterns(each)}
    found = {service: _whole_service(subject, service) for service in sorted({*ACTIONS, *named}) if "*" not in service}
    return {service: grant for service, grant in found.items() if grant is not None}


def is_administrator(services: dict[str, Grant]) -> bool:
    """Whether a role with these services may do everything."""
    return all(service in services for service in EVERYWHERE)


def _whole_service(subject: Subject, service: str) -> Grant | None:
    """The grant of the service's last action, when every action is granted on everything without a condition."""
    principal = subject.permissions.principal
    everything = {"s3": f"arn:{principal.partition}:s3:::*"}.get(service, f"arn:{principal.partition}:{service}:*:*:*")
    grant = None
    for action in actions_of(service):
        found = grants(subject.permissions, Request(action, everything))
        grant = next((each for each in found if each.resource == everything and not each.conditions), None)
        if grant is None or grant.spared:
            return None
    return grant


def _patterns(statement: Statement) -> list[str]:
    return listed(statement.elements.get("Action", ())) if statement.allows else []


def _readable(role: Role) -> tuple[tuple[Statement, ...], list[Unreadable]]:
    statements: list[Statement] = []
    unread: list[Unreadable] = []
    for found in _policies(role):
        read = _statements("policy", found)
        if isinstance(read, Unreadable):
            unread.append(read)
        else:
            statements.extend(read)
    return tuple(statements), unread


def _policies(role: Role) -> Iterator[Reading[Policy]]:
    for policies in (role.inline_policies, role.attached_policies):
        if isinstance(policies, Unreadable):
            yield policies
        else:
            yield from policies


def _boundary(role: Role) -> tuple[tuple[Statement, ...] | None, list[Unreadable]]:
    if role.boundary is None:
        return None, []
    read = _statements("the boundary", role.boundary)
    return (None, [read]) if isinstance(read, Unreadable) else (read, [])


def _statements(kind: str, policy: Reading[Policy]) -> Reading[tuple[Statement, ...]]:
    if isinstance(policy, Unreadable):
        return policy
    if isinstance(policy.document, Unreadable):
        return policy.document
    return read_statements(f"{kind} {policy.name}", policy.document)


def _context(role: Role, principal: Principal) -> Context:
    """What is known of every request of a role of EC2.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    """
    return {
        "aws:principalarn": (principal.arn,),
        "aws:principalaccount": (principal.account_id,),
        "aws:principaltype": ("AssumedRole",),
        "aws:principalisawsservice": ("false",),
        "aws:resourceaccount": (principal.account_id,),
        "aws:securetransport": ("true",),
        # Nobody types a code for a machine, and only services say for whom they act.
        "aws:multifactorauthpresent": (),
        "aws:sourceaccount": (),
        "aws:sourcearn": (),
        **{f"aws:principaltag/{key.lower()}": (value,) for key, value in role.tags.items()},
    }


def without_declared_policies(inventory: Inventory, config: FoundationConfig) -> Inventory:
    """The inventory without the managed policies that the environment itself names."""
    declared = {arn for role in declared_roles(config) for arn in role.managed_policy_arns}

    def undeclared(policies: tuple[Policy, ...]) -> tuple[Policy, ...]:
        return tuple(policy for policy in policies if policy.arn not in declared)

    roles = (
        mapped(role, lambda known: replace(known, attached_policies=mapped(known.attached_policies, undeclared)))
        for role in inventory.iam.roles
    )
    return replace(inventory, iam=replace(inventory.iam, roles=tuple(roles)))
