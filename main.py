"""Synthesize the stack of one environment: `python main.py --env demo [--target local]`."""

from __future__ import annotations

import argparse
import os
import shutil
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
    from stacks.anyscale_cloud import AnyscaleCloudStack
    from stacks.autoscaling_ec2 import AutoscalingEc2Stack
    from stacks.kuberay_eks import KuberayEksStack
    from stacks.static_ec2 import StaticEc2Stack

    return {
        "static-ec2": StaticEc2Stack,
        "autoscaling-ec2": AutoscalingEc2Stack,
        "anyscale-cloud": AnyscaleCloudStack,
        "kuberay-eks": KuberayEksStack,
    }


def synthesize(environment: Environment, directory: str) -> None:
    """Write the stack's JSON below a directory."""
    stack = stack_classes()[environment.flavour]
    from cdktf import App  # after the stacks: see modules/aws.py

    # CDKTF would make it too, and fail where another synth does so at that moment.
    (Path(directory) / "stacks").mkdir(parents=True, exist_ok=True)
    # CDKTF would start Terraform to ask for its version; `make plan` checks that itself.
    app = App(outdir=directory, skip_validation=True)
    stack(app, environment)
    app.synth()


def require_node() -> None:
    """Refuse early: what jsii says when it cannot start node is a traceback."""
    if shutil.which("node") is None:
        raise UserError("node is not there, and CDKTF needs it: install Node.js 20 or newer")


@report_user_errors
def main() -> int:
    """Parse arguments and synthesize; the cdktf CLI gives no arguments, and the directory in CDKTF_OUTDIR."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--env", help="default: $ENV, else demo")
    parser.add_argument("--target", choices=["local", "aws"], default=os.environ.get("TARGET") or None)
    arguments = parser.parse_args()
    environment = load_environment(arguments.env or os.environ.get("ENV", "demo"), target=arguments.target)
    # With --env it is ours that asks: plan and apply look nowhere else.
    chosen = None if arguments.env else os.environ.get("CDKTF_OUTDIR")
    require_node()
    synthesize(environment, chosen or str(synth_directory(environment.target)))
    if not chosen:
        print(stack_directory(environment.target, environment.name) / "cdk.tf.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())
