"""Roles of service accounts: what pods may do in AWS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from config.kuberay_eks import KuberayEksConfig
from scripts.audit import applies
from scripts.audit.eks.declared import control_planes, eks_of
from scripts.audit.eks.identity import account_roles, conditions_of, wanted_roles
from scripts.audit.iam_effect.statements import listed
from scripts.audit.iam_effect.trust import Trusted, trusted
from scripts.audit.registry import Severity, check
from scripts.audit.verdict import Verdict, shown
from scripts.inventory import Inventory
from scripts.inventory.eks_cluster import PodIdentity
from scripts.inventory.reading import Unreadable, each, readable

_POD_IDENTITY = "Service pods.eks.amazonaws.com"


@check(
    "eks.pod_identities_declared",
    severity=Severity.HIGH,
    applies=applies.has_pod_identity,
    setting="eks.service_account_roles",
)
def pod_identities_declared(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """Each service account has its own role, and no other.

    Why: pods of the account do in AWS what the role may do: without it jobs fail on their first access, and with
    another one they do what nobody meant them to.

    Fix: apply again.
    """
    found = {(each_.namespace, each_.service_account): each_ for each_ in _identities(inventory)}
    for account, role in wanted_roles(config).items():
        identity, wanted = found.get(account), config.place.iam_arn(f"role/{role}")
        if identity is None:
            yield Verdict("/".join(account), False, f"has no role, want {wanted}")
            continue
        beside = identity.target_role_arn
        detail = f"role is {identity.role_arn}{f', which takes on {beside}' if beside else ''}"
        ok = identity.role_arn == wanted and beside is None
        yield Verdict("/".join(account), ok, detail if ok else f"{detail}, want {wanted}")


@check(
    "eks.no_other_pod_identities",
    severity=Severity.HIGH,
    applies=applies.has_pod_identity,
    setting="eks.service_account_roles",
)
def no_other_pod_identities(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """No other service account has a role; in an existing cluster none of Ray's namespace, and none of our roles.

    Why: an association that was added by hand gives pods rights that stand in no file, and may give them ours.

    Fix: `aws eks delete-pod-identity-association`.
    """
    declared = set(wanted_roles(config))
    others = [each_ for each_ in _identities(inventory) if (each_.namespace, each_.service_account) not in declared]
    for identity in others:
        account = f"{identity.namespace}/{identity.service_account}"
        yield Verdict(account, False, f"has the role {identity.role_arn} ({identity.association_id})")
    if not others:
        yield Verdict(config.cluster_name, True, f"{len(declared)} service accounts have roles, all declared")


@check("eks.account_roles_bound", severity=Severity.HIGH, applies=applies.is_eks)
def account_roles_bound(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """The role of a service account can be taken on by its pods in this cluster, and by nobody else.

    By Pod Identity EKS asks for it, and says account, cluster, namespace and service account; by IRSA the cluster's own
    OIDC provider says the service account. Each must be asked for by the trust policy.

    Why: without a condition on the cluster every cluster of the account can give the role to its pods.

    Fix: apply again.
    """
    issuers = [cluster.issuer for cluster in control_planes(inventory)]
    roles = {role.name: role for role in each(inventory.iam.roles)}
    for name, account in account_roles(config).items():
        if name not in roles or not issuers:
            continue  # another check says so
        wanted = conditions_of(config, account, issuers[0])
        principal = _principal(config, issuers[0])
        everybody = trusted(name, roles[name].trust)
        if isinstance(everybody, Unreadable):
            yield Verdict(name, everybody, str(everybody))
        else:
            wrong = [who for who in everybody if who.name != principal or not _asks_for(who, wanted)]
            yield from (Verdict(name, False, f"trusts {who}") for who in wrong)
            if not wrong:
                yield Verdict(name, bool(everybody), f"trusts {shown(sorted({who.name for who in everybody}))}")


def _principal(config: KuberayEksConfig, issuer: str) -> str:
    if applies.has_pod_identity(config):
        return _POD_IDENTITY
    return f"Federated {config.place.iam_arn('oidc-provider/' + issuer.removeprefix('https://'))}"


def _asks_for(who: Trusted, wanted: Mapping[str, set[str]]) -> bool:
    """Whether a request must have these values, each of these keys exactly; more conditions narrow further."""
    condition = who.statement.condition
    equal = {
        key.lower(): set(listed(values))
        for operator, tests in condition.items()
        if operator.lower() == "stringequals"
        for key, values in tests.items()
    }
    return all(equal.get(key, set()) == values for key, values in wanted.items())


def _identities(inventory: Inventory) -> list[PodIdentity]:
    return list(each(readable(eks_of(inventory).pod_identities)))
