"""Amazon Managed Service for Prometheus."""

from __future__ import annotations

from collections.abc import Iterator

from config.kuberay_eks import KuberayEksConfig
from scripts.audit import applies
from scripts.audit.eks.declared import control_planes
from scripts.audit.registry import Severity, check
from scripts.audit.verdict import Verdict, expect
from scripts.audit.wanted import encrypted_with_our_key, group_names, tagged
from scripts.inventory import Inventory
from scripts.inventory.prometheus import Prometheus
from scripts.inventory.reading import each


@check("prometheus.workspace_active", severity=Severity.MEDIUM, applies=applies.has_prometheus, setting="prometheus")
def workspace_active(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """The workspace is there and active.

    Why: metrics that have nowhere to go are lost.

    Fix: apply again.
    """
    found = list(each(_prometheus(inventory).workspaces))
    if not found:
        yield Verdict(config.label.cluster, False, "the workspace is missing")
    for workspace in found:
        yield expect(workspace.workspace_id, "state", workspace.state, "ACTIVE")


@check("prometheus.encrypted_with_our_key", severity=Severity.LOW, applies=applies.has_prometheus)
def metrics_encrypted_with_our_key(inventory: Inventory, _config: KuberayEksConfig) -> Iterator[Verdict]:
    """The workspace is encrypted with the key of the environment.

    Why: labels of metrics name jobs, users and what they work on.

    Fix: a workspace keeps its key: apply with a new one.
    """
    for workspace in each(_prometheus(inventory).workspaces):
        yield encrypted_with_our_key(workspace.workspace_id, workspace.kms_key_arn, inventory)


@check("prometheus.scraper_active", severity=Severity.MEDIUM, applies=applies.has_prometheus, setting="prometheus")
def scraper_active(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """The scraper is there and active, reads this cluster, and writes into this workspace.

    Why: without it the workspace stays empty, and nobody notices before somebody needs a metric.

    Fix: apply again; what AWS says is wrong is in the finding.
    """
    found = list(each(_prometheus(inventory).scrapers))
    if not found:
        yield Verdict(config.label.cluster, False, "the scraper is missing")
    clusters = {cluster.arn for cluster in control_planes(inventory)}
    workspaces = {workspace.arn for workspace in each(_prometheus(inventory).workspaces)}
    for scraper in found:
        reason = f" ({scraper.reason})" if scraper.reason else ""
        ours = scraper.cluster_arn in clusters and scraper.workspace_arn in workspaces
        detail = f"state is {scraper.state}{reason}, from {scraper.cluster_arn} to {scraper.workspace_arn}"
        yield Verdict(scraper.scraper_id, scraper.state == "ACTIVE" and ours, detail)


@check("prometheus.scraper_guarded", severity=Severity.MEDIUM, applies=applies.has_prometheus)
def scraper_guarded(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """The scraper's interfaces are in security groups of the environment alone.

    Why: another group lets others of the VPC reach pods by way of it.

    Fix: apply again.
    """
    names = group_names(inventory)
    for scraper in each(_prometheus(inventory).scrapers):
        found = {names.get(id_, id_) for id_ in scraper.group_ids}
        yield expect(scraper.scraper_id, "security groups", found, {config.group_name("node")})


@check("prometheus.tagged", severity=Severity.LOW, applies=applies.has_prometheus, setting="tags")
def prometheus_tagged(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """Workspace and scraper carry every tag of the environment.

    Why: bills, owners and this audit find what belongs together by its tags.

    Fix: apply again.
    """
    found = _prometheus(inventory)
    for workspace in each(found.workspaces):
        yield tagged(workspace.workspace_id, workspace.tags, config)
    for scraper in each(found.scrapers):
        yield tagged(scraper.scraper_id, scraper.tags, config)


def _prometheus(inventory: Inventory) -> Prometheus:
    """There for every environment of the flavour."""
    assert inventory.prometheus is not None
    return inventory.prometheus
