"""`make plan`: show what an apply would do, and keep exactly that for it."""

from __future__ import annotations

import json
from collections.abc import Sequence

from scripts.terraform.deployment import Deployment
from scripts.terraform.imports import take_imports
from scripts.terraform.initialize import ensure_initialized
from scripts.terraform.run import plans_changes, read_terraform
from scripts.terraform.saved_plan import discard_plan, record_plan


def plan(deployment: Deployment, *, replace: Sequence[str] = ()) -> None:
    """Write the saved plan; resources in `replace` are made anew though nothing of them has changed."""
    take_imports(deployment)
    ensure_initialized(deployment)
    discard_plan(deployment)
    # A saved plan holds all that the state holds, the MemoryDB password too.
    deployment.directory.chmod(0o700)
    replaced = [f"-replace={address}" for address in replace]
    changes = plans_changes(deployment, "-input=false", f"-out={deployment.plan_file.resolve()}", *replaced)
    record_plan(deployment, changes=changes)
    if changes:
        _print_autoscaler_changes(deployment)
        print(f"\nSaved. To apply exactly this: {deployment.make('apply')}")


def _print_autoscaler_changes(deployment: Deployment) -> None:
    from scripts.cluster_yaml.output import OUTPUT
    from scripts.terraform.autoscaler_changes import autoscaler_changes

    if OUTPUT not in json.loads(deployment.configuration.read_text()).get("output", {}):
        return  # no autoscaler; and to show a plan takes a second
    if lines := autoscaler_changes(json.loads(plan_as_json(deployment))):
        print("", *lines, sep="\n")


def plan_as_json(deployment: Deployment) -> str:
    """Return the saved plan as JSON: it holds secrets, so never print it."""
    return read_terraform(deployment, "show", "-json", str(deployment.plan_file.resolve()))
