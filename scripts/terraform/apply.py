"""`make apply`: apply the saved plan."""

from __future__ import annotations

from scripts.terraform.deployment import Deployment
from scripts.terraform.emulator import saved_afterwards
from scripts.terraform.initialize import ensure_initialized
from scripts.terraform.run import run_terraform
from scripts.terraform.saved_plan import discard_plan, require_fresh_plan


def apply(deployment: Deployment) -> None:
    """Apply the saved plan; it stays when nothing came of it, so that the apply can be repeated."""
    deployment.require_synthesized()
    record = require_fresh_plan(deployment)
    ensure_initialized(deployment)
    with saved_afterwards(deployment):
        # Also a plan without changes: only Terraform can tell whether the state has moved on since.
        run_terraform(
            deployment, "apply", "-input=false", str(deployment.plan_file.resolve()), quiet=not record.changes
        )
        discard_plan(deployment)
        if not record.changes:
            print(f"{deployment.name} is up to date: the plan has no changes")
            return
        # What AWS fills in (null becomes empty) would else count as drift for ever.
        run_terraform(deployment, "apply", "-input=false", "-refresh-only", "-auto-approve", quiet=True)
