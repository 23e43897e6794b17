"""`make destroy`: remove everything an environment has, after being sure that this is meant."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from config.commands import make_command
from config.errors import UserError
from scripts.terraform.deployment import Deployment
from scripts.terraform.emulator import prepare_destroy, saved_afterwards
from scripts.terraform.initialize import ensure_initialized
from scripts.terraform.run import run_terraform
from scripts.terraform.saved_plan import discard_plan

if TYPE_CHECKING:
    from config.environment import Environment


def require_consent(environment: Environment) -> None:
    """Refuse for a protected environment, and on AWS unless a person has typed its name."""
    name = environment.name
    if environment.protect:
        raise UserError(
            f"{name} is protected: set protect: false in environments/{name}.yaml, "
            f"then {', '.join(make_command(goal, environment) for goal in ('plan', 'apply', 'destroy'))}"
        )
    if environment.target == "local" or _confirmation(name) == name:
        return
    raise UserError(
        f"{name} is not destroyed: confirm it with its name: {make_command('destroy', environment)} CONFIRM={name}"
    )


def _confirmation(name: str) -> str | None:
    if given := os.environ.get("CONFIRM"):
        return given
    if not sys.stdin.isatty():
        return None
    try:
        return input(f"This destroys {name} on AWS, with its data. Type {name} to go on: ").strip()
    except EOFError:  # Ctrl-D is no consent
        print()
        return None


def destroy(deployment: Deployment, name_prefix: str) -> None:
    """Destroy a deployment."""
    ensure_initialized(deployment)
    discard_plan(deployment)
    with saved_afterwards(deployment):
        prepare_destroy(deployment, name_prefix)
        run_terraform(deployment, "destroy", "-input=false", "-auto-approve")
