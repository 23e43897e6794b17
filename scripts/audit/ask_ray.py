"""Ask Ray on the head which nodes it knows: the only thing of an audit that is not read from AWS."""

from __future__ import annotations

import re
import subprocess
import sys
from subprocess import DEVNULL, PIPE

from config.environment import Environment
from config.paths import ROOT
from scripts.inventory.ray_nodes import READ_NAME, RayView, ray_nodes_of
from scripts.inventory.reading import Unreadable

SECONDS = 90
"""A session over SSM takes some seconds, and a head that boots answers none."""
_COMMAND = "ray list nodes --format json --limit 10000"
_LIST = re.compile(r"^\[\s*[{\]]", re.MULTILINE)
NOT_ASKED = "Ray was not asked which workers it knows: make audit ASK_RAY=1"


def ask_ray(environment: Environment) -> RayView:
    """The nodes that Ray knows, or why it did not say; asked as `make exec` runs a command on the head."""
    command = [sys.executable, "-m", "scripts.operate", "exec", "--cmd", _COMMAND]
    place = ["--env", environment.name, "--target", environment.target]
    process = subprocess.Popen([*command, *place], cwd=ROOT, stdout=PIPE, stderr=PIPE, stdin=DEVNULL, text=True)
    try:
        out, errors = process.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        # It ends its session on the way out.
        process.terminate()
        process.communicate()
        return _unknown(f"no answer within {SECONDS} seconds")
    if process.returncode:
        return _unknown(_last_line(errors) or f"exit code {process.returncode}")
    return view_of(out)


def view_of(text: str) -> RayView:
    """What Ray printed, after lines of its log."""
    start = _LIST.search(text)
    try:
        return RayView(ray_nodes_of(text[start.start() :] if start else text))
    except (ValueError, KeyError, TypeError):
        return _unknown("an answer of unknown shape")


def _unknown(why: str) -> RayView:
    return RayView(Unreadable(READ_NAME, why))


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("+ ")]
    return lines[-1].removeprefix("error: ") if lines else ""
