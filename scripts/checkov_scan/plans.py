"""Plan every environment on an embedded AWS of its own, so that nothing that is deployed is touched or needed."""

from __future__ import annotations

import dataclasses
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from config.commands import make_command
from config.errors import UserError, report_user_errors
from config.load import load_environment
from config.paths import BUILD, ROOT, environment_names
from scripts.terraform.deployment import Deployment, deployment_of
from scripts.terraform.emulator import provide_existing_network
from scripts.terraform.initialize import ensure_initialized
from scripts.terraform.plan import plan_as_json
from scripts.terraform.run import run_terraform

if TYPE_CHECKING:
    from config.environment import Environment

SCRATCH = BUILD / "checkov"


def stack_file(environment: str) -> Path:
    """The synthesized stack that was planned."""
    return SCRATCH / environment / "cdk.tf.json"


def plan_file(environment: str) -> Path:
    """The plan as JSON."""
    return SCRATCH / environment / "plan.json"


def write_plan(environment: Environment) -> None:
    """Synthesize one environment, plan it from nothing, write the plan as JSON."""
    deployed = deployment_of(environment)
    provide_existing_network(environment, deployed)
    _synthesize(environment)
    scratch = SCRATCH / environment.name
    scratch.mkdir(parents=True, exist_ok=True)
    scratch.chmod(0o700)  # a plan holds secrets
    shutil.copyfile(deployed.configuration, scratch / "cdk.tf.json")
    deployment = dataclasses.replace(deployed, directory=scratch, state_file=scratch / "empty.tfstate")
    plan_file(environment.name).write_text(_plan_as_json(deployment))


def _plan_as_json(deployment: Deployment) -> str:
    ensure_initialized(deployment)
    plan = str(deployment.plan_file.resolve())
    run_terraform(deployment, "plan", "-input=false", "-lock=false", f"-out={plan}", quiet=True)
    return plan_as_json(deployment)


def _synthesize(environment: Environment) -> None:
    command = [sys.executable, "main.py", "--env", environment.name, "--target", environment.target]
    if subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=False).returncode:
        raise UserError(f"{environment.name} cannot be synthesized: {make_command('synth', environment)}")


@report_user_errors
def main() -> int:
    """Plan all environments, one after the other."""
    from scripts.local_aws import client

    os.umask(0o077)
    try:
        for name in environment_names():
            print(f"planning {name}", flush=True)
            write_plan(load_environment(name, target="local"))
    finally:
        client.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
