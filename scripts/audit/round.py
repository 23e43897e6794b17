"""One round: read once, judge all, and know where each finding comes from. Every report is made of it."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime

from config.foundation import FoundationConfig
from config.kuberay_eks import KuberayEksConfig
from scripts.audit.ask_kubernetes import ask_kubernetes
from scripts.audit.ask_ray import ask_ray
from scripts.audit.checks import CHECKS
from scripts.audit.engine import EVERY_READ_ANSWERED, Result, judge
from scripts.audit.locate import located
from scripts.audit.mutes import muted, mutes_in_force
from scripts.audit.origins import Origins, open_origins
from scripts.audit.reachability.matrix import port_matrix
from scripts.audit.registry import Check
from scripts.inventory import Inventory, collect_inventory
from scripts.inventory.kubernetes_view import KubernetesView
from scripts.inventory.session import open_session
from scripts.reports.audited import Audited
from scripts.reports.folder import previous_report


def audit_round(environment: FoundationConfig, *, now: datetime, with_ray: bool = False) -> Audited:
    """Collect and judge; `with_ray` asks Ray on the head, too. Raises UserError when nothing can be read.

    A Kubernetes cluster is always asked.
    """
    with ThreadPoolExecutor(2) as pool:
        ray = pool.submit(ask_ray, environment) if with_ray else None
        cluster = pool.submit(_ask_cluster, environment) if isinstance(environment, KuberayEksConfig) else None
        inventory = collect_inventory(environment)
        inventory = inventory if ray is None else replace(inventory, ray=ray.result())
        inventory = inventory if cluster is None else replace(inventory, kubernetes=cluster.result())
    return Audited(
        environment=environment,
        inventory=inventory,
        results=tuple(results_of(inventory, environment, open_origins(environment, inventory.state), now.date())),
        matrix=port_matrix(inventory, environment),
        generated=now,
        previous=previous_report(environment),
    )


def _ask_cluster(environment: KuberayEksConfig) -> KubernetesView:
    return ask_kubernetes(environment, open_session(environment))


def results_of(inventory: Inventory, environment: FoundationConfig, origins: Origins, today: date) -> list[Result]:
    """Judge with every check; each result with its place and, when it is muted, its mute."""
    results = located(judge(inventory, environment, all_checks(today)), origins)
    return muted(results, environment.audit.mutes, today)


def all_checks(today: date) -> Sequence[Check]:
    """Every check there is, that of the mutes among them."""
    known_ids = {check.id for check in (*CHECKS, EVERY_READ_ANSWERED)}
    return (*CHECKS, mutes_in_force(today, known_ids))
