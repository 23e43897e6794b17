"""Roles, policies and instance profiles."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from config.ports import Tier
from config.static_ec2 import StaticEc2Config
from scripts.audit import applies
from scripts.audit.policies import allows_everything, principals, whole_services
from scripts.audit.registry import Severity, check
from scripts.audit.verdict import Verdict, expect, shown
from scripts.audit.wanted import present
from scripts.inventory import Inventory
from scripts.inventory.iam import Policy, Role
from scripts.inventory.reading import Unreadable, each, mapped

NODE_ROLES: tuple[Tier, ...] = ("head", "worker")
_TOO_MUCH = re.compile(r"FullAccess|AdministratorAccess|PowerUserAccess")


@check("iam.roles_there", severity=Severity.HIGH)
def roles_there(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """The roles of head and workers are there.

    Fix: apply again.
    """
    names = {role.name for role in each(inventory.iam.roles)}
    yield from present("the role", names, {config.label.name(tier) for tier in NODE_ROLES})


@check("iam.managed_policies_declared", severity=Severity.HIGH)
def managed_policies_declared(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """Roles have exactly the managed policies that the environment names.

    Fix: `iam.head_managed_policy_arns` or `iam.worker_managed_policy_arns`, or detach the policy.
    """
    declared = {
        config.label.name("head"): config.iam.head_managed_policy_arns,
        config.label.name("worker"): config.iam.worker_managed_policy_arns,
    }
    for role in each(inventory.iam.roles):
        arns = mapped(role.attached_policies, lambda policies: {str(policy.arn) for policy in policies})
        yield expect(role.name, "managed policies", arns, set(declared.get(role.name, ())))


@check("iam.no_full_access", severity=Severity.HIGH)
def no_full_access(inventory: Inventory, _config: StaticEc2Config) -> Iterator[Verdict]:
    """No role has a managed policy with full access to AWS or to a service.

    Fix: name a narrower policy in `iam.head_managed_policy_arns` or `iam.worker_managed_policy_arns`.
    """
    for role in each(inventory.iam.roles):
        policies = mapped(
            role.attached_policies, lambda attached: tuple(p.name for p in attached if _TOO_MUCH.search(p.name))
        )
        yield expect(role.name, "full-access policies", policies, ())


@check("iam.no_star_on_star", severity=Severity.HIGH)
def no_star_on_star(inventory: Inventory, _config: StaticEc2Config) -> Iterator[Verdict]:
    """No policy of a role allows every action on every resource.

    Fix: remove the policy, or apply again.
    """
    for role in each(inventory.iam.roles):
        yield from _judge_policies(role, _not_everything)


@check("iam.no_whole_service", severity=Severity.HIGH)
def no_whole_service(inventory: Inventory, _config: StaticEc2Config) -> Iterator[Verdict]:
    """No policy of a role allows every action of a service, such as `iam:*`, on every resource.

    Fix: remove the policy, or apply again.
    """
    for role in each(inventory.iam.roles):
        yield from _judge_policies(role, _no_whole_service)


@check("iam.boundary_declared", severity=Severity.HIGH, applies=applies.has_permissions_boundary)
def boundary_declared(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """Every role is bounded by the declared policy.

    Fix: `iam.permissions_boundary_arn`, then apply.
    """
    for role in each(inventory.iam.roles):
        yield expect(
            role.name, "permissions boundary", role.permissions_boundary_arn, config.iam.permissions_boundary_arn
        )


@check("iam.node_roles_trust_ec2_only", severity=Severity.HIGH)
def node_roles_trust_ec2_only(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """Only EC2 can take on the roles of the nodes.

    Fix: apply again.
    """
    nodes = {config.label.name(tier) for tier in NODE_ROLES}
    for role in each(inventory.iam.roles):
        if role.name in nodes:
            trusted = tuple(f"{type_} {identifier}" for type_, identifier in principals(role.trust))
            yield expect(role.name, "trust", trusted, ("Service ec2.amazonaws.com",))


@check("iam.roles_trust_services_only", severity=Severity.HIGH)
def roles_trust_services_only(inventory: Inventory, _config: StaticEc2Config) -> Iterator[Verdict]:
    """No person, account or identity provider can take on a role of the environment.

    Fix: apply again.
    """
    for role in each(inventory.iam.roles):
        others = tuple(identifier for type_, identifier in principals(role.trust) if type_ != "Service")
        yield expect(role.name, "trust beside services", others, ())


@check("iam.instance_profiles_hold_roles", severity=Severity.MEDIUM)
def instance_profiles_hold_roles(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """The instance profiles of head and workers hold the role of the same name.

    Fix: apply again.
    """
    found = {profile.name: profile.role_names for profile in each(inventory.iam.instance_profiles)}
    for name in (config.label.name(tier) for tier in NODE_ROLES):
        yield expect(name, "role of the instance profile", found.get(name, ()), (name,))


@check("iam.roles_have_inline_policies", severity=Severity.MEDIUM)
def roles_have_inline_policies(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """Node roles have policies of their own: without them nodes cannot read their secrets or reach their buckets.

    Fix: apply again.
    """
    nodes = {config.label.name(tier) for tier in NODE_ROLES}
    for role in each(inventory.iam.roles):
        if role.name in nodes:
            yield expect(role.name, "inline policies", mapped(role.inline_policies, bool), True)


@check("iam.inline_policies_declared", severity=Severity.HIGH)
def inline_policies_declared(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """Roles have exactly the inline policies that the stack makes: one more was added by hand.

    Fix: delete the policy that is not wanted, or apply again.
    """
    declared = _declared_inline_policies(config)
    for role in each(inventory.iam.roles):
        names = mapped(role.inline_policies, lambda policies: {policy.name for policy in policies})
        yield expect(role.name, "inline policies", names, declared.get(role.name, set()))


def _declared_inline_policies(config: StaticEc2Config) -> dict[str, set[str]]:
    """Names of the inline policies by role, as `stacks/static_ec2.py` gives them."""
    nodes = {"node"}
    if any(bucket.node_access != "none" for bucket in config.all_buckets.values()):
        nodes.add("buckets")
    if config.efs is not None:
        nodes.add("efs")
    if config.ray.wheel_source is not None:
        nodes.add("wheels")
    return {config.label.name("flow-logs"): {"write"}, **{config.label.name(tier): nodes for tier in NODE_ROLES}}


def _judge_policies(role: Role, judge: Callable[[str, Policy], Verdict]) -> Iterator[Verdict]:
    for policies in (role.inline_policies, role.attached_policies):
        if isinstance(policies, Unreadable):
            yield Verdict(role.name, policies, str(policies))
        else:
            yield from (judge(role.name, policy) for policy in policies)


def _no_whole_service(role: str, policy: Policy) -> Verdict:
    services = mapped(policy.document, whole_services)
    if isinstance(services, Unreadable):
        return Verdict(role, services, str(services))
    return Verdict(role, not services, f"{policy.name} allows whole services: {shown(services)}")


def _not_everything(role: str, policy: Policy) -> Verdict:
    wide = mapped(policy.document, allows_everything)
    if isinstance(wide, Unreadable):
        return Verdict(role, wide, str(wide))
    return Verdict(role, not wide, f"{policy.name} allows {'everything' if wide else 'only what it names'}")
