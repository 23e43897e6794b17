"""The saved plan and what it was made from: an apply takes this plan and nothing else."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path

from config.errors import UserError
from scripts.terraform.deployment import Deployment


@dataclass(frozen=True)
class PlanRecord:
    """What stands beside a saved plan."""

    environment: str
    target: str
    made_at: str
    changes: bool
    configuration_sha256: str
    plan_sha256: str
    imports_sha256: str | None
    """Of the import blocks; None without any."""


def record_plan(deployment: Deployment, *, changes: bool) -> None:
    """Note beside a new plan which configuration it is for, and whether it changes anything."""
    record = PlanRecord(
        environment=deployment.name,
        target=deployment.target,
        made_at=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        changes=changes,
        configuration_sha256=_sha256(deployment.configuration),
        plan_sha256=_sha256(deployment.plan_file),
        imports_sha256=_sha256(deployment.imports_copy) if deployment.imports_copy.exists() else None,
    )
    deployment.plan_record.write_text(json.dumps(asdict(record), indent=2) + "\n")


def require_fresh_plan(deployment: Deployment) -> PlanRecord:
    """Refuse to apply what was not planned; that the state has not changed since is for Terraform to check."""
    replan = deployment.make("plan")
    record = _read_record(deployment)
    if record is None:
        raise UserError(f"there is no plan for {deployment.name}; run: {replan}")
    if record.configuration_sha256 != _sha256(deployment.configuration):
        raise UserError(
            f"the plan for {deployment.name} is stale: the configuration has changed since {record.made_at}; "
            f"run: {replan}"
        )
    if record.imports_sha256 != (_sha256(deployment.imports) if deployment.imports is not None else None):
        raise UserError(
            f"the plan for {deployment.name} is stale: its import blocks have changed since {record.made_at}; "
            f"run: {replan}"
        )
    if record.plan_sha256 != _sha256(deployment.plan_file):
        raise UserError(
            f"the saved plan of {deployment.name} is not the one that was shown at {record.made_at}; run: {replan}"
        )
    return record


def _read_record(deployment: Deployment) -> PlanRecord | None:
    if not deployment.plan_file.exists():
        return None
    try:
        return PlanRecord(**json.loads(deployment.plan_record.read_text()))
    except (OSError, ValueError, TypeError):  # none, cut off, or of another version of this program
        return None


def discard_plan(deployment: Deployment) -> None:
    """Remove the plan: it is applied, or no longer what anybody looked at."""
    deployment.plan_record.unlink(missing_ok=True)
    deployment.plan_file.unlink(missing_ok=True)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
