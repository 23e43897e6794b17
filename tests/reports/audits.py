"""Rounds of the audit without AWS, for the tests of reports."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path

from config.audit import AuditConfig, MuteConfig
from config.foundation import FoundationConfig
from scripts.audit.checks import CHECKS
from scripts.audit.engine import Result, judge
from scripts.audit.mutes import muted
from scripts.audit.reachability.matrix import Cell, PortMatrix
from scripts.inventory import Inventory
from scripts.reports.audited import Audited
from tests.audit.change import REFUSED

NOW = datetime(2026, 11, 21, 14, 15, 23, 4711, tzinfo=timezone.utc)

MATRIX = PortMatrix(
    ("internet", "head", "worker"),
    ("head", "worker"),
    (
        Cell("internet", "head", "dashboard", "tcp 8265", False, False, ("internet", "network ACL denies it")),
        Cell("internet", "head", "ssh", "tcp 22", True, False, ("internet", "route", "security group allows it")),
        Cell("internet", "worker", "ssh", "tcp 22", REFUSED, False, ()),
        Cell("worker", "head", "gcs", "tcp 6379", True, True, ("worker", "local route", "head")),
        Cell("head", "worker", "node_manager", "tcp 6380", False, True, ("head", "no rule")),
    ),
)
"""One cell of each state."""

MUTES = (
    MuteConfig(check="s3.versioned", resource="*", reason="the provider is asked to mend it", until="2027-01-31"),
    MuteConfig(check="efs.tls_only", resource="fs-1", reason="was needed for the old client", until="2026-01-31"),
)
"""One that holds and one that has ended."""


def audited(
    inventory: Inventory,
    environment: FoundationConfig,
    *,
    generated: datetime = NOW,
    mutes: Sequence[MuteConfig] = (),
    previous: Path | None = None,
    matrix: PortMatrix = MATRIX,
    more: Sequence[Result] = (),
) -> Audited:
    """Judge an inventory."""
    environment = environment.model_copy(update={"audit": AuditConfig(mutes=list(mutes))})
    results = [*judge(inventory, environment, CHECKS), *more]
    return Audited(
        environment=environment,
        inventory=inventory,
        results=tuple(muted(results, mutes, generated.date())),
        matrix=matrix,
        generated=generated,
        previous=previous,
    )
