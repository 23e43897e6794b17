"""Where things live in a checkout; every other file asks here."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "templates"

ENVIRONMENTS = Path(os.environ.get("RAYFORM_ENVIRONMENTS", ROOT / "environments"))
"""The environment files."""

_WORK = Path(os.environ.get("RAYFORM_WORK", ROOT))
"""Everything that commands write is below it, so that tests leave the checkout alone."""

REPORTS = _WORK / "reports"

BUILD = _WORK / "build"
"""Synthesized stacks and saved plans: safe to delete at any time."""

LOCAL_AWS = Path(os.environ.get("RAYFORM_LOCAL_AWS", _WORK / ".local-aws"))
"""The embedded AWS: emulator state and Terraform state of target `local`, dropped together."""


def shown(path: Path) -> str:
    """A path as messages name it: from the checkout on when it is inside."""
    return str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)


def synth_directory(target: str) -> Path:
    """CDKTF's output directory for a target."""
    return BUILD / target


def stack_directory(target: str, environment: str) -> Path:
    """Where Terraform runs: holds `cdk.tf.json`, `.terraform` and the saved plan."""
    return synth_directory(target) / "stacks" / environment


def local_state_file(environment: str) -> Path:
    """Terraform state of an environment that lives on the emulator."""
    return LOCAL_AWS / "terraform" / f"{environment}.tfstate"


def environment_names() -> list[str]:
    """Names of the environments there are, sorted."""
    return sorted(path.stem for path in ENVIRONMENTS.glob("*.yaml"))
