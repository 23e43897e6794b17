"""Run Terraform in the directory of a deployment."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping

from config.errors import UserError
from scripts.terraform.binary import terraform_binary
from scripts.terraform.deployment import Deployment
from scripts.terraform.failure import explain, holds_several_errors

CHANGES = 2
"""Exit code of `plan -detailed-exitcode` when there is something to apply."""

GO = {"GOGC": "400"}
"""Terraform and the provider are short-lived, and collect garbage less often: a plan takes a third less CPU.

https://pkg.go.dev/runtime#hdr-Environment_Variables; what the user has set wins.
"""


def run_terraform(deployment: Deployment, *arguments: str, quiet: bool = False) -> None:
    """Run Terraform, its output streamed; a failure ends in a `UserError`."""
    _run(deployment, arguments, subprocess.DEVNULL if quiet else None)


def plans_changes(deployment: Deployment, *arguments: str) -> bool:
    """Run `terraform plan`; tell whether there is anything to apply."""
    return _run(deployment, ("plan", "-detailed-exitcode", *arguments), None, accepted=(0, CHANGES)) == CHANGES


def read_terraform(deployment: Deployment, *arguments: str) -> str:
    """Run Terraform for what it prints."""
    with tempfile.TemporaryFile("w+") as output:
        _run(deployment, arguments, output.fileno())
        output.seek(0)
        return output.read()


def _run(
    deployment: Deployment, arguments: tuple[str, ...], stdout: int | None, accepted: tuple[int, ...] = (0,)
) -> int:
    sys.stdout.flush()
    # Errors are held back: the ones that we can explain are not shown twice.
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            [terraform_binary(), f"-chdir={deployment.directory}", *arguments],
            env={**GO, **_without_redirections(deployment.variables), **_presentation(deployment)},
            stdout=stdout,
            stderr=errors,
        )
        code = _wait(process)
        errors.seek(0)
        report = errors.read()
    failed = code not in accepted
    if failed and (line := explain(report, deployment)):
        if holds_several_errors(report):
            sys.stderr.write(report)
        raise UserError(line)
    sys.stderr.write(report)
    if failed:
        raise UserError(f"terraform {arguments[0]} failed for {deployment.name}: the lines above say why")
    return code


def _without_redirections(variables: Mapping[str, str]) -> dict[str, str]:
    """Drop what would lead Terraform to another state, or to another plan than the one that is shown."""
    return {
        name: value
        for name, value in variables.items()
        if name not in {"TF_DATA_DIR", "TF_WORKSPACE"} and not name.startswith("TF_CLI_ARGS_")
    }


def _presentation(deployment: Deployment) -> dict[str, str]:
    """Variables for how Terraform talks: no hints at its own commands, colours only on a terminal."""
    shown = {"TF_IN_AUTOMATION": "1"}
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        shown["TF_CLI_ARGS"] = f"{deployment.variables.get('TF_CLI_ARGS', '')} -no-color".strip()
    return shown


def _wait(process: subprocess.Popen[bytes]) -> int:
    """Wait for Terraform to the end: at Ctrl-C it gets the signal too, and must be left to write its state."""
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue
