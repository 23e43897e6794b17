"""Wheels for machines other than this one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from config.errors import UserError
from config.instance_types import Architecture

_MACHINES: dict[Architecture, str] = {"x86_64": "x86_64", "arm64": "aarch64"}
_NEWEST_GLIBC = 34
"""Minor version of glibc 2 on Amazon Linux 2023, the oldest of the images:
https://docs.aws.amazon.com/linux/al2023/ug/compare-with-al2.html"""
_OLDEST_GLIBC = 5


def platforms(architecture: Architecture) -> list[str]:
    """Names of the platforms whose wheels run on the images, newest first (PEP 600)."""
    machine = _MACHINES[architecture]
    by_glibc = [f"manylinux_2_{minor}_{machine}" for minor in range(_NEWEST_GLIBC, _OLDEST_GLIBC - 1, -1)]
    return [*by_glibc, f"manylinux2014_{machine}", f"linux_{machine}"]


def download(
    requirements: Sequence[str], *, architecture: Architecture, python_version: str, directory: Path
) -> list[Path]:
    """Fetch wheels of the requirements and of all that they need. Raises UserError with pip's reason."""
    directory.mkdir(parents=True, exist_ok=True)
    command = [
        *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"),
        *("--only-binary", ":all:", "--implementation", "cp", "--python-version", python_version),
        *(word for platform in platforms(architecture) for word in ("--platform", platform)),
        *("--dest", str(directory), *requirements),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise UserError(
            f"no wheels for {architecture} and Python {python_version}: {_reason(done.stderr.splitlines())}: "
            "change ray.packages or ray.python_version, or check the network, then: make wheels"
        )
    return sorted(directory.glob("*.whl"))


def _reason(lines: Iterable[str]) -> str:
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    return errors[0] if errors else "pip failed"
