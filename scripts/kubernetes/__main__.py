"""Stage 2 of flavour kuberay-eks: `python -m scripts.kubernetes deploy --env eks`."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from config.errors import UserError, report_user_errors
from config.paths import shown
from scripts.arguments import environment_parser

if TYPE_CHECKING:
    from config.kuberay_eks import KuberayEksConfig

COMMANDS = ("kubeconfig", "deploy", "undeploy")


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = environment_parser("scripts.kubernetes", __doc__)
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("--force", action="store_true", help="deploy: take over fields that others have set")
    parser.add_argument("--crds", type=Path, metavar="FILE", help="deploy: check manifests by these definitions")
    return parser.parse_args()


def run(given: argparse.Namespace, environment: KuberayEksConfig) -> int:
    """Run one command; each imports only what it needs."""
    from scripts.inventory.session import open_session

    if given.command == "undeploy":
        from scripts.kubernetes.programs import require_programs
        from scripts.kubernetes.undeploy import require_consent, undeploy

        require_programs(environment)  # the operator's release goes last, by helm
        require_consent(environment)
        return undeploy(environment, open_session(environment))
    session = open_session(environment)
    if given.command == "deploy":
        from scripts.kubernetes.deploy import deploy

        return deploy(environment, session, forced=given.force, crds=given.crds)
    from scripts.kubernetes.eks_cluster import describe_cluster
    from scripts.kubernetes.kubeconfig import keep_kubeconfig

    path = keep_kubeconfig(environment, describe_cluster(environment, session))
    print(shown(path))
    print(f"use it: kubectl --kubeconfig {shown(path)} get pods", file=sys.stderr)
    return 0


@report_user_errors
def main() -> int:
    """Load the environment and run the command."""
    from config.kuberay_eks import KuberayEksConfig
    from config.load import load_environment

    os.umask(0o077)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    given = arguments()
    environment = load_environment(given.env, target=given.target)
    if not isinstance(environment, KuberayEksConfig):
        raise UserError(
            f"{environment.name} has flavour {environment.flavour}, make {given.command} is for kuberay-eks"
        )
    return run(given, environment)


if __name__ == "__main__":
    sys.exit(main())
