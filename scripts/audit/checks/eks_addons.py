"""Add-ons of the cluster."""

from __future__ import annotations

from collections.abc import Iterator

from config.kuberay_eks import KuberayEksConfig
from scripts.audit import applies
from scripts.audit.eks.declared import eks_of
from scripts.audit.registry import Severity, check
from scripts.audit.verdict import Verdict, expect, shown
from scripts.inventory import Inventory
from scripts.inventory.eks_cluster import Addon
from scripts.inventory.reading import each, readable

_AGENT = "eks-pod-identity-agent"


def needs_agent(config: KuberayEksConfig) -> bool:
    """Environments on EKS whose service accounts have their roles by Pod Identity."""
    return applies.has_pod_identity(config)


@check("eks.addons_active", severity=Severity.HIGH, applies=applies.has_addons, setting="eks.addons")
def addons_active(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """Every declared add-on is there, active, and EKS finds nothing wrong with it.

    Why: without the CNI no pod gets an address, without a driver its volumes wait, and nobody says why.

    Fix: apply again; what EKS finds wrong is in the finding.
    """
    found = _addons(inventory)
    for name in config.addons:
        addon = found.get(name)
        if addon is None:
            yield Verdict(name, False, "the add-on is missing")
        else:
            issues = f"; {'; '.join(addon.issues)}" if addon.issues else ""
            yield Verdict(name, addon.status == "ACTIVE" and not issues, f"status is {addon.status}{issues}")


@check("eks.addon_versions_declared", severity=Severity.MEDIUM, applies=applies.has_addons, setting="eks.addons")
def addon_versions_declared(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """Add-ons have the pinned version. A passed result says when AWS's default for a new cluster is another one.

    Why: what was upgraded by hand is taken back by the next apply, in the middle of somebody's work.

    Fix: `eks.addons.<name>.version`, then apply.
    """
    found = _addons(inventory)
    offered = eks_of(inventory).offered_addons
    defaults = {each.name: each.default for each in offered} if isinstance(offered, tuple) else {}
    for name in config.addons:
        if name in found:
            wanted, default = config.addon_version(name), defaults.get(name) or ""
            verdict = expect(name, "version", found[name].version, wanted)
            more = f"; AWS's default is {default}" if verdict.ok is True and default not in ("", wanted) else ""
            yield Verdict(name, verdict.ok, verdict.detail + more)


@check("eks.addon_versions_offered", severity=Severity.MEDIUM, applies=applies.has_addons, setting="eks.addons")
def addon_versions_offered(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """AWS still offers the version of each add-on for the Kubernetes version.

    Why: what it no longer offers is no longer mended, and a cluster that is made anew cannot have it.

    Fix: `eks.addons.<name>.version`, then apply; the finding names AWS's default.
    """
    offered = {each.name: each for each in readable(eks_of(inventory).offered_addons)}
    for name, addon in _addons(inventory).items():
        if name in config.addons:
            choice = offered.get(name)
            versions = () if choice is None else choice.versions
            known = addon.version in versions
            default = f"; AWS's default is {shown(choice.default)}" if choice is not None and not known else ""
            yield Verdict(name, known, f"{addon.version} is {'' if known else 'not '}offered{default}")


@check("eks.no_other_addons", severity=Severity.MEDIUM, applies=applies.makes_eks_cluster, setting="eks.addons")
def no_other_addons(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """The cluster has no add-on but those that are declared.

    Why: an add-on runs in the system's namespaces, with rights on every node.

    Fix: `aws eks delete-addon`; or declare it in `eks.addons`.
    """
    others = sorted(set(_addons(inventory)) - {str(name) for name in config.addons})
    yield Verdict(config.cluster_name, not others, f"other add-ons: {shown(others)}")


@check("eks.pod_identity_agent_there", severity=Severity.HIGH, applies=needs_agent, setting="eks.service_account_roles")
def pod_identity_agent_there(inventory: Inventory, _config: KuberayEksConfig) -> Iterator[Verdict]:
    """The Pod Identity agent is there, whoever manages it.

    Why: without it pods get no credentials: no bucket, no scaling, no volume.

    Fix: `eks.addons.eks-pod-identity-agent`, then apply; `eks.service_account_roles: irsa` needs no agent.
    """
    agent = _addons(inventory).get(_AGENT)
    yield Verdict(_AGENT, agent is not None, "the add-on is missing" if agent is None else f"status is {agent.status}")


def _addons(inventory: Inventory) -> dict[str, Addon]:
    return {addon.name: addon for addon in each(readable(eks_of(inventory).addons))}
