"""Wheels for machines other than this one."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from config.errors import UserError
from config.instance_types import Architecture
from config.paths import ROOT

_MACHINES: dict[Architecture, str] = {"x86_64": "x86_64", "arm64": "aarch64"}
_NEWEST_GLIBC = 34
"""Minor version of glibc 2 on Amazon Linux 2023, the oldest of the images:
https://docs.aws.amazon.com/linux/al2023/ug/compare-with-al2.html"""
_OLDEST_GLIBC = 5
_LONGEST_REASON = 300


def platforms(architecture: Architecture) -> list[str]:
    """Names of the platforms whose wheels run on the images, newest first (PEP 600)."""
    machine = _MACHINES[architecture]
    by_glibc = [f"manylinux_2_{minor}_{machine}" for minor in range(_NEWEST_GLIBC, _OLDEST_GLIBC - 1, -1)]
    return [*by_glibc, f"manylinux2014_{machine}", f"linux_{machine}"]


def download(
    requirements: Sequence[str], *, architecture: Architecture, python_version: str, directory: Path
) -> list[Path]:
    """Fetch wheels of the requirements and of all that they need, into an empty folder.

    Raises UserError with the reason of uv or pip.
    """
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    pins = directory / "requirements.txt"
    # uv judges markers (`platform_system == "Linux"`) for the nodes; pip download would for this machine.
    target = (f"{_MACHINES[architecture]}-manylinux_2_{_NEWEST_GLIBC}", python_version)
    resolve = [str(ROOT / "scripts/setup/uv.sh"), "pip", "compile", "-", "--quiet", "--only-binary", ":all:"]
    resolve += ["--python-platform", target[0], "--python-version", target[1], "--output-file", str(pins)]
    fetch = [
        *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"),
        *("--only-binary", ":all:", "--implementation", "cp", "--python-version", python_version),
        *(word for platform in platforms(architecture) for word in ("--platform", platform)),
        *("--dest", str(directory), "--requirement", str(pins)),
    ]
    for command in (resolve, fetch):
        done = subprocess.run(command, input="\n".join(requirements), capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise UserError(
                f"no wheels for {architecture} and Python {python_version}: {_reason(done.stderr)}: "
                "change ray.packages or ray.python_version, or check the network, then: make wheels"
            )
    return sorted(directory.glob("*.whl"))


def _reason(printed: str) -> str:
    """What uv or pip said, on one line."""
    words = printed.replace("ERROR: ", "").split()
    text = " ".join(word for word in words if word not in ("×", "╰─▶", "error:"))
    return text if len(text) <= _LONGEST_REASON else f"{text[:_LONGEST_REASON]}…"
