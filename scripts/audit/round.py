"""One round: read once, judge all, and know where each finding comes from. Every report is made of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from config.static_ec2 import StaticEc2Config
from scripts.audit.checks import CHECKS
from scripts.audit.engine import EVERY_READ_ANSWERED, Result, judge
from scripts.audit.locate import located
from scripts.audit.mutes import muted, mutes_in_force
from scripts.audit.origins import Origins, open_origins
from scripts.audit.reachability.matrix import port_matrix
from scripts.audit.registry import Check
from scripts.inventory import Inventory, collect_inventory
from scripts.reports.audited import Audited
from scripts.reports.folder import previous_report


def audit_round(environment: StaticEc2Config, *, now: datetime) -> Audited:
    """Collect and judge. Raises UserError when nothing can be read."""
    inventory = collect_inventory(environment)
    return Audited(
        environment=environment,
        inventory=inventory,
        results=tuple(results_of(inventory, environment, open_origins(environment, inventory.state), now.date())),
        matrix=port_matrix(inventory, environment),
        generated=now,
        previous=previous_report(environment),
    )


def results_of(inventory: Inventory, environment: StaticEc2Config, origins: Origins, today: date) -> list[Result]:
    """Judge with every check; each result with its place and, when it is muted, its mute."""
    results = located(judge(inventory, environment, all_checks(today)), origins)
    return muted(results, environment.audit.mutes, today)


def all_checks(today: date) -> Sequence[Check]:
    """Every check there is, that of the mutes among them."""
    known_ids = {check.id for check in (*CHECKS, EVERY_READ_ANSWERED)}
    return (*CHECKS, mutes_in_force(today, known_ids))
