"""Terraform for one environment: `python -m scripts.terraform plan --env demo`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from config.errors import report_user_errors
from scripts.arguments import environment_parser
from scripts.terraform.deployment import Deployment, deployment_of
from scripts.terraform.emulator import provide_existing_network

if TYPE_CHECKING:
    from config.environment import Environment

COMMANDS = ("plan", "apply", "destroy", "output")


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = environment_parser("scripts.terraform", __doc__)
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("--replace", action="append", default=[], metavar="ADDRESSES", help="plan: make these anew")
    parser.add_argument("--json", action="store_true", help="print outputs as JSON")
    return parser.parse_args()


def run(command: str, environment: Environment, *, as_json: bool, replace: Sequence[str]) -> None:
    """Run one command; each imports only what it needs."""
    if command == "destroy":
        from scripts.terraform.destroy import destroy, end_what_others_made, require_consent
        from scripts.terraform.protection import require_unprotected

        require_unprotected(environment)
        require_consent(environment)
        end_what_others_made(environment)
        destroy(deployment_of(environment), environment.label.name(""))
        return
    deployment = deployment_of(environment)
    provide_existing_network(environment, deployment)
    if command == "output":
        from scripts.terraform.output import print_outputs

        print_outputs(deployment, as_json=as_json)
    else:
        _run_on_plan(command, environment, deployment, replace)


def _run_on_plan(command: str, environment: Environment, deployment: Deployment, replace: Sequence[str]) -> None:
    if command == "plan":
        from scripts.terraform.imports import let_go
        from scripts.terraform.plan import plan
        from scripts.terraform.protection import require_data_kept
        from scripts.terraform.replacing import addresses_to_replace

        deployment.require_synthesized()
        require_data_kept(environment, deployment.addresses | let_go(deployment))
        plan(deployment, replace=addresses_to_replace(environment, deployment, replace))
    else:
        from scripts.terraform.apply import apply

        apply(deployment)


@report_user_errors
def main() -> int:
    """Load the environment and run the command."""
    from config.load import load_environment

    os.umask(0o077)  # states and saved plans hold secrets
    given = arguments()
    environment = load_environment(given.env, target=given.target)
    run(given.command, environment, as_json=given.json, replace=given.replace)
    return 0


if __name__ == "__main__":
    sys.exit(main())
