"""Compile what synth and the emulator import, at the end of set-up.

Else the first synth compiles it, and on a machine that sets PYTHONDONTWRITEBYTECODE every one does. The binding of the
AWS provider has 2,140 submodules, of which a stack imports a few: importing the stacks compiles just those.
"""

from __future__ import annotations

import compileall
import os
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

from config.paths import ROOT

LEFT_OUT = (
    "cdktf_cdktf_provider_aws", "mypy", "mypyc", "mypy_boto3_[^/]*", "boto3-stubs", "botocore-stubs", "ruff",
    "sympy", "networkx", "cfnlint", "docker", "pip", "setuptools",
)  # fmt: skip
"""Large, and either not imported here or only in part."""


def left_out(packages: Path) -> re.Pattern[str]:
    """Match the files that are not worth the time."""
    return re.compile(rf"{re.escape(str(packages))}/(({'|'.join(LEFT_OUT)})/|.*/tests?/)")


def compile_packages(packages: Path) -> None:
    """Compile for `python`; a file that is no valid Python stays as it is."""
    compileall.compile_dir(packages, quiet=2, workers=2, rx=left_out(packages))


def compile_by_import() -> None:
    """Import all that a synth does, by `python -O`, too, as `make synth`; bytecode is written on any machine."""
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    imports = [
        subprocess.Popen([sys.executable, *options, "-c", "import main; main.stack_classes()"], cwd=ROOT, env=variables)
        for options in ([], ["-O"])
    ]
    for process in imports:
        process.wait()


def main() -> int:
    """Compile all; that it failed only makes commands slower."""
    compile_packages(Path(sysconfig.get_path("purelib")))
    compile_by_import()
    return 0


if __name__ == "__main__":
    sys.exit(main())
