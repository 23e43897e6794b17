"""`make plan`: show what an apply would do, and keep exactly that for it."""

from __future__ import annotations

from scripts.terraform.deployment import Deployment
from scripts.terraform.initialize import ensure_initialized
from scripts.terraform.run import plans_changes
from scripts.terraform.saved_plan import discard_plan, record_plan


def plan(deployment: Deployment) -> None:
    """Write the saved plan."""
    ensure_initialized(deployment)
    discard_plan(deployment)
    changes = plans_changes(deployment, "-input=false", f"-out={deployment.plan_file.resolve()}")
    record_plan(deployment, changes=changes)
    if changes:
        print(f"\nSaved. To apply exactly this: {deployment.make('apply')}")
