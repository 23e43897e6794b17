"""`production`, applied on an embedded AWS that is the bench's own and is kept for the next time."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from config.errors import UserError
from config.paths import ROOT

ENVIRONMENT = "production"
FOLDER = ROOT / "build" / "bench-audit"
OURS = ("RAYFORM_LOCAL_AWS", "RAYFORM_LOCAL_AWS_PORT", "RAYFORM_WORK")


@contextmanager
def production() -> Iterator[Mapping[str, str]]:
    """Bring it up to date; gives the process environment that leads there. Two minutes the first time."""
    kept = {name: value for name, value in os.environ.items() if name not in OURS and not name.startswith("MAKE")}
    variables = {**kept, "RAYFORM_WORK": str(FOLDER)}
    FOLDER.mkdir(parents=True, exist_ok=True)
    try:
        for goal in ("plan", "apply"):
            _make(variables, goal, f"ENV={ENVIRONMENT}", "TARGET=local")
        yield variables
    finally:
        _make(variables, "local-down")


def _make(variables: Mapping[str, str], *goals: str) -> None:
    done = subprocess.run(["make", *goals], cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
    if done.returncode:
        raise UserError([f"`make {' '.join(goals)}` failed in {FOLDER}:", *done.stderr.splitlines()[-5:]])
