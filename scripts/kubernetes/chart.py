"""The operator's Helm chart: fetched once, told apart by its checksum, and read as the archive that it is."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import tarfile
import tempfile
from pathlib import Path

from config.errors import UserError
from config.kuberay_eks import KuberayEksConfig
from config.paths import BUILD, shown
from scripts.kubernetes.programs import find_helm
from scripts.operate.process import announce

REPOSITORY = "https://ray-project.github.io/kuberay-helm/"
CHART = "kuberay-operator"


def chart_of(environment: KuberayEksConfig) -> Path:
    """The chart of the wanted version, pulled where it is not there yet. Raises UserError."""
    return cached_chart(environment) or pull_chart(environment)


def cached_chart(environment: KuberayEksConfig) -> Path | None:
    """The chart of `CHART=`, else the one that was pulled before; None when there is none.

    Raises UserError when it is not the one that is wanted, or has changed since it was pulled.
    """
    if given := os.environ.get("CHART"):
        path = Path(given).expanduser().resolve()
        _require_chart(path, environment, f"CHART={given}")
        return path
    path = _cache(environment)
    if not path.exists():
        return None
    _require_chart(path, environment, shown(path))
    noted = _note(path)
    if not noted.exists() or noted.read_text().strip() != sha256(path):
        raise UserError(f"{shown(path)} is not the chart that was pulled: remove it, and run the same again")
    return path


def pull_chart(environment: KuberayEksConfig) -> Path:
    """Fetch the chart from KubeRay's repository, and note its checksum. Raises UserError."""
    helm, path = find_helm(), _cache(environment)
    path.parent.mkdir(parents=True, exist_ok=True)
    version = environment.kuberay.operator_version
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        arguments = [helm, "pull", CHART, "--repo", REPOSITORY, "--version", version, "--destination", folder]
        announce(arguments)
        done = subprocess.run(arguments, capture_output=True, text=True, check=False)
        if done.returncode:
            said = " ".join(done.stderr.split()).removeprefix("Error: ") or "helm says nothing"
            raise UserError(
                f"the chart {CHART} {version} cannot be pulled: {said}; one that you have: CHART=<file.tgz>"
            )
        pulled = Path(folder) / path.name
        _require_chart(pulled, environment, f"the chart of {REPOSITORY}")
        _note(path).write_text(sha256(pulled) + "\n")
        pulled.replace(path)
    return path


def sha256(chart: Path) -> str:
    """Its checksum."""
    return hashlib.sha256(chart.read_bytes()).hexdigest()


def crd_text(chart: Path) -> str:
    """The custom resource definitions of a chart, as YAML: what `helm show crds` prints."""
    with tarfile.open(chart) as archive:
        members = sorted(name for name in archive.getnames() if re.fullmatch(rf"{CHART}/crds/[^/]+\.ya?ml", name))
        return "".join(f"---\n{_text(archive, name)}\n" for name in members)


def _cache(environment: KuberayEksConfig) -> Path:
    return BUILD / "charts" / f"{CHART}-{environment.kuberay.operator_version}.tgz"


def _note(chart: Path) -> Path:
    return chart.with_name(f"{chart.name}.sha256")


def _require_chart(path: Path, environment: KuberayEksConfig, named: str) -> None:
    wanted, pinned = environment.kuberay.operator_version, os.environ.get("CHART_SHA256")
    if not path.exists():
        raise UserError(f"{named}: no such file, want {CHART}-{wanted}.tgz")
    try:
        with tarfile.open(path) as archive:
            facts = dict(
                re.findall(r"^(name|version):\s*[\"']?([^\s\"']+)", _text(archive, f"{CHART}/Chart.yaml"), re.M)
            )
    except (OSError, tarfile.TarError, KeyError, UnicodeDecodeError):
        raise UserError(f"{named}: got no chart {CHART}, want the file {CHART}-{wanted}.tgz") from None
    got = (facts.get("name"), facts.get("version", "").removeprefix("v"))
    if got != (CHART, wanted):
        raise UserError(f"{named}: got chart {got[0]} {got[1]}, want {CHART} {wanted}")
    if pinned and sha256(path) != pinned.lower():
        raise UserError(f"{named}: got a chart with SHA-256 {sha256(path)}, want that of CHART_SHA256={pinned}")


def _text(archive: tarfile.TarFile, name: str) -> str:
    file = archive.extractfile(name)
    if file is None:
        raise KeyError(name)
    return file.read().decode()
