"""Where the rendered files are, and how they get there: all of them or none."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from config.errors import UserError
from config.kuberay_eks import KuberayEksConfig
from config.paths import BUILD
from scripts.manifests.facts import ManifestFacts
from scripts.manifests.render import render_manifests, render_operator_values

OPERATOR_VALUES = "kuberay-operator.values.yaml"
"""Values of Helm, beside the documents."""


def manifest_directory(environment: KuberayEksConfig) -> Path:
    """Folder of the rendered files."""
    return BUILD / environment.target / "manifests" / environment.name


def write_manifests(environment: KuberayEksConfig, facts: ManifestFacts) -> list[Path]:
    """Render everything, then put it in the place of what was there. Raises UserError when it cannot be written."""
    files = render_manifests(environment, facts)
    values = render_operator_values(environment)
    if values is not None:
        files[OPERATOR_VALUES] = values
    directory = manifest_directory(environment)
    try:
        _replace(directory, files)
    except OSError as error:
        raise UserError(f"{directory} cannot be written: {error.strerror}; make room or mend the permissions") from None
    return [directory / name for name in files]


def _replace(directory: Path, files: Mapping[str, str]) -> None:
    """Write beside, then move the folder: a reader sees the old files or the new ones."""
    directory.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=directory.parent, prefix=f".{directory.name}."))
    try:
        # mkdtemp makes a private folder; the documents hold no secret.
        fresh.chmod(0o755)
        for name, text in files.items():
            (fresh / name).write_text(text, encoding="utf-8")
        _swap(fresh, directory)
    finally:
        # By now what was there before, or what could not be put there.
        shutil.rmtree(fresh, ignore_errors=True)


def _swap(fresh: Path, directory: Path) -> None:
    """Put a folder in the place of another, which takes its name."""
    before = fresh.with_name(f"{fresh.name}.before")
    with contextlib.suppress(FileNotFoundError):
        directory.rename(before)
    try:
        fresh.rename(directory)
    except OSError:
        before.rename(directory)
        raise
    with contextlib.suppress(FileNotFoundError):
        before.rename(fresh)
