"""What a user asks to be run as a job."""

from __future__ import annotations

import datetime
import json
import os
import re
import secrets
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from config.errors import UserError
from scripts.operate.command_line import JOB_ARGUMENTS

MAIN = "main.py"


@dataclass(frozen=True)
class Job:
    """A Python file, the folder that goes with it, and its arguments."""

    folder: Path
    file: str
    arguments: tuple[str, ...]
    id: str

    @property
    def entrypoint(self) -> list[str]:
        """The command that Ray runs in the folder, on the head."""
        return ["python", self.file, *self.arguments]


def job_of(path: str | None, arguments: tuple[str, ...], goal: str = "submit") -> Job:
    """The job for `JOB=` of `make <goal>`: a Python file, or a folder that has a `main.py`.

    Raises UserError when it is neither.
    """
    if not path:
        raise UserError(f"which job? make {goal} JOB=<Python file, or folder with a main.py> [-- arguments of the job]")
    given = Path(path).expanduser().resolve()
    file = given / MAIN if given.is_dir() else given
    if not file.is_file():
        wanted = f"{path} has no {MAIN}" if given.is_dir() else f"there is no file {path}"
        raise UserError(f"JOB: {wanted}, want a Python file, or a folder with a {MAIN}")
    if file.suffix != ".py":
        raise UserError(f"JOB: got {path}, want a Python file (.py), or a folder with a {MAIN}")
    return Job(file.parent, file.name, arguments, _id_for(given.stem))


def job_arguments(variables: Mapping[str, str], text: str | None) -> tuple[str, ...]:
    """Arguments of the job: those of `ARGS='…'`, in which a shell's quotes work, and those after `--`."""
    after: list[str] = json.loads(variables.get(JOB_ARGUMENTS, "[]"))
    try:
        return (*shlex.split(text or ""), *after)
    except ValueError as error:
        raise UserError(f"ARGS: got {text}, want words as in a shell: {str(error).lower()}") from None


def _id_for(stem: str) -> str:
    """A name that says when and what, and that nobody else gives."""
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", stem)
    now = datetime.datetime.now(datetime.timezone.utc)
    return f"{name}-{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def client_variables(token: str | None, *, tunnelled: bool) -> dict[str, str]:
    """Process environment of Ray's client: the token is in it, and nowhere else."""
    dropped = ("RAY_ADDRESS", "RAY_API_SERVER_ADDRESS", "RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH")
    variables = {name: value for name, value in os.environ.items() if name not in (*dropped, JOB_ARGUMENTS)}
    if token is not None:
        variables |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": token}
    if tunnelled:
        direct = ",".join(filter(None, [variables.get("NO_PROXY") or variables.get("no_proxy"), "127.0.0.1"]))
        variables |= {"NO_PROXY": direct, "no_proxy": direct}
    return variables
