"""Roles, policies and instance profiles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial

from config.foundation import FoundationConfig
from scripts.audit import applies
from scripts.audit.declared_roles import declared_roles, node_roles
from scripts.audit.iam_effect.judging import effect
from scripts.audit.iam_effect.roles import is_administrator, services_allowed, subject_of
from scripts.audit.iam_effect.trust import Trusted, trusted
from scripts.audit.registry import Severity, check
from scripts.audit.verdict import Verdict, expect
from scripts.audit.wanted import present
from scripts.inventory import Inventory
from scripts.inventory.reading import each, mapped

_TOO_MUCH = re.compile(r"FullAccess|AdministratorAccess|PowerUser|^SystemAdministrator$|^DataScientist$")


@check("iam.roles_there", severity=Severity.HIGH)
def roles_there(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """The roles of head and workers are there, and those of launcher and bastion where there are these.

    Of an Anyscale cloud: the role of its control plane, and that of the cluster's nodes. On EKS: those of cluster,
    nodes and service accounts.

    Why: an instance without its role starts, and then cannot read its secrets.

    Fix: apply again.
    """
    names = {role.name for role in each(inventory.iam.roles)}
    wanted = {role.name for role in declared_roles(config) if not role.of_flow_logs}
    yield from present("the role", names, wanted)


@check("iam.managed_policies_declared", severity=Severity.HIGH, setting="iam")
def managed_policies_declared(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Roles have exactly the managed policies that the environment names.

    Why: a policy that was attached by hand stays attached: no plan shows it.

    Fix: `iam.head_managed_policy_arns`, `iam.worker_managed_policy_arns` or, of an Anyscale cloud,
    `iam.node_managed_policy_arns`; or detach the policy.
    """
    declared = {role.name: role.managed_policy_arns for role in declared_roles(config)}
    for role in each(inventory.iam.roles):
        arns = mapped(role.attached_policies, lambda policies: {str(policy.arn) for policy in policies})
        yield expect(role.name, "managed policies", arns, set(declared.get(role.name, ())))


@check(
    "iam.no_full_access",
    severity=Severity.HIGH,
    standards=("CIS 1.16", "Config iam-policy-blacklisted-check"),
    setting="iam",
)
def no_full_access(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """No role has a managed policy with full access to AWS or to a service.

    Why: AWS adds to its own policies whatever a service learns to do; `AmazonS3FullAccess` is every bucket of the
    account, whoever it belongs to.

    Fix: name a narrower policy in `iam.head_managed_policy_arns`, `iam.worker_managed_policy_arns` or, of an
    Anyscale cloud, `iam.node_managed_policy_arns`.
    """
    for role in each(inventory.iam.roles):
        policies = mapped(
            role.attached_policies, lambda attached: tuple(p.name for p in attached if _TOO_MUCH.search(p.name))
        )
        yield expect(role.name, "full-access policies", policies, ())


@check(
    "iam.no_star_on_star",
    severity=Severity.HIGH,
    standards=("FSBP IAM.1", "CIS 1.16", "Config iam-policy-no-statements-with-admin-access"),
    setting="iam",
)
def no_star_on_star(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """No role can do everything on everything: by effect of all its policies, denials and its boundary.

    Why: whoever gets a shell on a node, by a job or a notebook, would own the account.

    Fix: remove the policy that the finding names, or apply again.
    """
    for role in each(inventory.iam.roles):
        subject = subject_of(role, config)
        services = services_allowed(subject)
        wide = [f"can do everything {services['iam'].by}"] if is_administrator(services) else []
        yield from effect(subject, wide, "can do only what its policies name")


@check(
    "iam.no_whole_service",
    severity=Severity.HIGH,
    standards=("FSBP IAM.21", "Config iam-policy-no-statements-with-full-access"),
    setting="iam",
)
def no_whole_service(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """No role can do all that matters of a service on all of its resources: `iam:*`, or the same in other words.

    Why: a right that nobody thought of is a right all the same; next year's actions are in the wildcard, too.

    Fix: remove the policy that the finding names, or apply again.
    """
    for role in each(inventory.iam.roles):
        subject = subject_of(role, config)
        services = services_allowed(subject)
        wide = [f"can do everything of {service} {grant.by}" for service, grant in services.items()]
        if is_administrator(services):
            wide = [f"can do everything of every service {services['iam'].by}"]
        yield from effect(subject, wide, "can use no service as a whole")


@check(
    "iam.boundary_declared",
    severity=Severity.HIGH,
    applies=applies.has_permissions_boundary,
    setting="iam.permissions_boundary_arn",
)
def boundary_declared(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Every role is bounded by the declared policy.

    Why: the boundary is what the account's owners trust in, whatever a policy says.

    Fix: `iam.permissions_boundary_arn`, then apply.
    """
    for role in each(inventory.iam.roles):
        yield expect(
            role.name, "permissions boundary", role.permissions_boundary_arn, config.iam.permissions_boundary_arn
        )


@check("iam.node_roles_trust_ec2_only", severity=Severity.HIGH)
def node_roles_trust_ec2_only(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Only EC2 can take on the roles of the nodes.

    Why: who else can take the role on has the nodes' rights without a node.

    Fix: apply again.
    """
    nodes = node_roles(config)
    for role in each(inventory.iam.roles):
        if role.name in nodes:
            names = mapped(trusted(role.name, role.trust), lambda found: tuple(who.name for who in found))
            yield expect(role.name, "trust", names, ("Service ec2.amazonaws.com",))


@check("iam.roles_trust_services_only", severity=Severity.HIGH)
def roles_trust_services_only(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """No person, account or identity provider can take on a role of the environment, but those who are declared.

    They are those who may `ray up`, of the role of an Anyscale cloud's control plane Anyscale's account, and of roles
    of service accounts by IRSA the cluster's OIDC provider.

    Why: a role for machines that a person can take on hides who did what.

    Fix: `iam.launcher_principal_arns` for the launcher's role, or apply again.
    """
    declared = {role.name: role.trusts for role in declared_roles(config)}
    by_provider = {role.name for role in declared_roles(config) if role.by_provider}
    for role in each(inventory.iam.roles):
        fine = ("Service", "Federated") if role.name in by_provider else ("Service",)
        others = mapped(
            trusted(role.name, role.trust),
            partial(_names_beside, fine),
        )
        yield expect(role.name, "trust beside services", others, declared.get(role.name, ()))


@check("iam.instance_profiles_hold_roles", severity=Severity.MEDIUM, applies=applies.has_instance_profiles)
def instance_profiles_hold_roles(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """The instance profiles of nodes and bastion hold the role of the same name.

    Why: another role in the profile gives every node its rights.

    Fix: apply again.
    """
    found = {profile.name: profile.role_names for profile in each(inventory.iam.instance_profiles)}
    for name in (role.name for role in declared_roles(config) if role.in_profile):
        yield expect(name, "role of the instance profile", found.get(name, ()), (name,))


@check("iam.roles_have_inline_policies", severity=Severity.MEDIUM)
def roles_have_inline_policies(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Node roles have policies of their own: without them nodes cannot read their secrets or reach their buckets.

    Why: nodes without them start, and jobs fail on their first access.

    Fix: apply again.
    """
    nodes = node_roles(config)
    for role in each(inventory.iam.roles):
        if role.name in nodes:
            yield expect(role.name, "inline policies", mapped(role.inline_policies, bool), True)


@check("iam.inline_policies_declared", severity=Severity.HIGH)
def inline_policies_declared(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Roles have exactly the inline policies that the stack makes: one more was added by hand.

    Why: Terraform does not see an inline policy that it did not make.

    Fix: delete the policy that is not wanted, or apply again.
    """
    declared = {role.name: role.inline_policies for role in declared_roles(config)}
    for role in each(inventory.iam.roles):
        names = mapped(role.inline_policies, lambda policies: {policy.name for policy in policies})
        yield expect(role.name, "inline policies", names, set(declared.get(role.name, ())))


def _names_beside(types: Sequence[str], found: Sequence[Trusted]) -> tuple[str, ...]:
    return tuple(sorted(who.name for who in found if who.type not in types))
