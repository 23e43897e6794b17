"""Synthesize the stack of one environment: `python main.py --env demo [--target local]`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from config.environment import Environment
from config.errors import UserError, report_user_errors
from config.load import load_environment
from config.paths import stack_directory, synth_directory


def stack_classes() -> Mapping[str, Callable[[Any, Any], object]]:
    """Stack by flavour; imported late, because it starts node."""
    from stacks.static_ec2 import StaticEc2Stack

    return {"static-ec2": StaticEc2Stack}


def synthesize(environment: Environment, directory: str) -> None:
    """Write the stack's JSON below a directory."""
    stack = stack_classes()[environment.flavour]
    from cdktf import App  # after the stacks: see modules/aws.py

    Path(directory).mkdir(parents=True, exist_ok=True)
    # CDKTF would start Terraform to ask for its version; `make plan` checks that itself.
    app = App(outdir=directory, skip_validation=True)
    stack(app, environment)
    app.synth()


@report_user_errors
def main() -> int:
    """Parse arguments and synthesize; the cdktf CLI gives the directory in CDKTF_OUTDIR and no arguments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--env", default=os.environ.get("ENV", "demo"))
    parser.add_argument("--target", choices=["local", "aws"], default=os.environ.get("TARGET") or None)
    arguments = parser.parse_args()
    environment = load_environment(arguments.env, target=arguments.target)
    directory = os.environ.get("CDKTF_OUTDIR") or str(synth_directory(environment.target))
    try:
        synthesize(environment, directory)
    except FileNotFoundError as error:
        if error.filename != "node":
            raise
        raise UserError("node is not there, and CDKTF needs it; install Node.js 20 or newer") from None
    if "CDKTF_OUTDIR" not in os.environ:
        print(stack_directory(environment.target, environment.name) / "cdk.tf.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())
