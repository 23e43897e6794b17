"""`make manifests`: render the Kubernetes documents of an environment."""

from __future__ import annotations

import sys

from config.commands import make_commands
from config.errors import UserError, report_user_errors
from config.kuberay_eks import KuberayEksConfig
from config.load import load_environment
from config.paths import shown
from scripts.arguments import environment_parser
from scripts.manifests.facts import load_facts
from scripts.manifests.files import write_manifests


@report_user_errors
def main() -> int:
    """Load, render, write; the files alone are on stdout."""
    given = environment_parser("scripts.manifests", __doc__).parse_args()
    environment = load_environment(given.env, target=given.target)
    if not isinstance(environment, KuberayEksConfig):
        raise UserError(f"{environment.name} has flavour {environment.flavour}, make manifests is for kuberay-eks")
    facts = load_facts(environment)
    for path in write_manifests(environment, facts):
        print(shown(path))
    if not facts.applied:
        run = make_commands(("plan", "apply", "manifests"), environment)
        print(f"note: {environment.name} is not applied, ids are placeholders; for real ones: {run}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
