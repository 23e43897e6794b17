"""Which service account has which role, and who may take that role on."""

from __future__ import annotations

from collections.abc import Iterator

from config.eks_roles import pod_identity_trust
from config.kuberay_eks import KuberayEksConfig
from config.service_accounts import ServiceAccount, service_accounts
from config.statement import Statement

Account = tuple[str, str]
"""Namespace and name."""


def account_roles(config: KuberayEksConfig) -> dict[str, ServiceAccount]:
    """Service accounts by the name of their role."""
    return {config.label.name(account.part): account for account in service_accounts(config)}


def wanted_roles(config: KuberayEksConfig) -> dict[Account, str]:
    """Names of roles by service account."""
    return {(account.namespace, account.name): role for role, account in account_roles(config).items()}


def conditions_of(config: KuberayEksConfig, account: ServiceAccount, issuer: str) -> dict[str, set[str]]:
    """What a trust policy must ask of whoever takes the role on: values by key."""
    if config.eks.service_account_roles == "irsa":
        issuer = issuer.removeprefix("https://")
        user = f"system:serviceaccount:{account.namespace}:{account.name}"
        return {f"{issuer}:aud".lower(): {"sts.amazonaws.com"}, f"{issuer}:sub".lower(): {user}}
    return dict(_of(pod_identity_trust(config, account)))


def _of(statement: Statement) -> Iterator[tuple[str, set[str]]]:
    for condition in statement.conditions:
        yield condition.variable.lower(), set(condition.values)
