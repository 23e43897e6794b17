"""Judge the rendered manifests of an environment, or any Kubernetes documents; exit code 1 where rules are broken."""

from __future__ import annotations

import sys
from pathlib import Path

from config.eks import EksConfig
from config.environment import Environment
from config.errors import UserError, report_user_errors
from config.kuberay_eks import KuberayEksConfig
from config.load import load_environment
from scripts.arguments import environment_parser
from scripts.manifests.check.definitions import load_definitions, read_definitions
from scripts.manifests.check.findings import Report, render_json, render_text
from scripts.manifests.check.judge import report_environment, report_files
from scripts.manifests.files import manifest_directory

EXIT_FINDINGS = 1


@report_user_errors
def main() -> int:
    """Print what is wrong."""
    parser = environment_parser("scripts.manifests.check", __doc__)
    parser.add_argument("--files", metavar="FILE", help="files or folders, in place of the environment's manifests")
    parser.add_argument("--crds", metavar="FILE", help="KubeRay's definitions; those of its chart when left out")
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args()
    environment = load_environment(arguments.env, target=arguments.target)
    crds = Path(arguments.crds) if arguments.crds else None
    if arguments.files:
        report = _report_files(_paths(arguments.files), environment, crds)
    else:
        own = _of_flavour(environment, "want kuberay-eks: ENV=eks, or FILES=<file or folder> with CRDS=<definitions>")
        report = report_environment(own, manifest_directory(own), crds=crds)
    print(render_json(report) if arguments.json else render_text(report))
    return EXIT_FINDINGS if report.findings else 0


def _paths(given: str) -> list[Path]:
    """One name, which may hold spaces, or several with spaces between them."""
    return [Path(given)] if Path(given).exists() else [Path(name) for name in given.split()]


def _report_files(files: list[Path], environment: Environment, crds: Path | None) -> Report:
    """Without an environment of this flavour: for the Kubernetes version of a new one."""
    if crds is not None:
        version = environment.eks.version if isinstance(environment, KuberayEksConfig) else EksConfig().version
        return report_files(files, read_definitions(crds), version)
    own = _of_flavour(environment, "want kuberay-eks, whose chart has KubeRay's definitions: ENV=eks, or CRDS=<file>")
    return report_files(files, load_definitions(None, own), own.eks.version)


def _of_flavour(environment: Environment, want: str) -> KuberayEksConfig:
    if isinstance(environment, KuberayEksConfig):
        return environment
    raise UserError(f"{environment.name}: got flavour {environment.flavour}, {want}")


if __name__ == "__main__":
    sys.exit(main())
