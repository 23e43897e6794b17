"""Which Terraform runs: `TERRAFORM=`, else the release of `make terraform`, else the one on PATH."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

from config.errors import UserError
from config.paths import BUILD, ROOT

PINNED_VERSION = "1.11.4"
MINIMUM_VERSION = (1, 11)
"""The first release with write-only attributes; the S3 backend's own lock came one earlier."""

FETCHED = ROOT / ".terraform-bin" / "terraform"
KNOWN_VERSIONS = BUILD / "terraform-version.json"


def terraform_binary() -> Path:
    """Path of a Terraform that is new enough."""
    path = _find()
    version = _version(path)
    if _comparable(version) < MINIMUM_VERSION:
        wanted = ".".join(map(str, MINIMUM_VERSION))
        raise UserError(f"{path} is version {version}, {wanted} or newer is needed: make terraform")
    return path


def _find() -> Path:
    wanted = os.environ.get("TERRAFORM")
    if not wanted and os.access(FETCHED, os.X_OK):
        return FETCHED
    if found := shutil.which(wanted or "terraform"):
        return Path(found).absolute()
    if wanted:
        raise UserError(f"TERRAFORM={wanted} is no program: name one that exists, or unset it and run: make terraform")
    raise UserError(f"terraform is not installed: make terraform (fetches {PINNED_VERSION}, checksum verified)")


def _version(path: Path) -> str:
    """Ask the binary once: starting it takes longer than everything else that we do before a plan."""
    stat = path.stat()
    key = f"{path} {stat.st_size} {stat.st_mtime_ns}"
    try:
        known = json.loads(KNOWN_VERSIONS.read_text())
    except (OSError, ValueError):
        known = {}
    if known.get("key") != key:
        known = {"key": key, "version": _ask_version(path)}
        KNOWN_VERSIONS.parent.mkdir(parents=True, exist_ok=True)
        KNOWN_VERSIONS.write_text(json.dumps(known))
    return str(known["version"])


def _ask_version(path: Path) -> str:
    # The file it may name is no matter here, and a missing one prints a warning.
    variables = {name: value for name, value in os.environ.items() if name != "TF_CLI_CONFIG_FILE"}
    try:
        answer = subprocess.run([path, "version", "-json"], capture_output=True, text=True, check=True, env=variables)
        return str(json.loads(answer.stdout)["terraform_version"])
    except (OSError, subprocess.CalledProcessError, ValueError, KeyError) as error:
        raise UserError(f"{path} is no working Terraform: make terraform") from error


def _comparable(version: str) -> tuple[int, ...]:
    """`1.12.0-beta1` and `1.12.0+ent` as (1, 12, 0)."""
    return tuple(int(part) for part in re.split(r"[-+]", version)[0].split("."))
