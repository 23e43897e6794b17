"""Ray's own programs, run by the Python that has Ray, with somebody's credential and the gate as AWS."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.paths import ROOT
from tests.integration.workspace import REGION

RAY_BIN = ROOT / "build/ray-tools/bin"
_SECONDS = 300
PROGRAMS = Path(__file__).parent / "programs"


class RayError(Exception):
    """A program of Ray's failed; its text is what it said."""


@dataclass(frozen=True)
class Caller:
    """Somebody on a machine of their own: a folder that stands for it."""

    endpoint: str
    key_id: str
    directory: Path

    def run(self, program: str | Path, *arguments: str | Path) -> str:
        """What a program says. Raises RayError."""
        command = [program, *arguments]
        done = subprocess.run(
            command, env=self._variables, cwd=self.directory, capture_output=True, text=True, timeout=_SECONDS
        )
        if done.returncode:
            raise RayError(f"{command} exited with {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def ray(self, *arguments: str | Path) -> str:
        """`ray up` and the like."""
        return self.run(RAY_BIN / "ray", *arguments)

    def python(self, script: Path, *arguments: str | Path) -> str:
        """A script by the Python that has Ray."""
        return self.run(RAY_BIN / "python", script, *arguments)

    def autoscale(
        self, file: Path, *tasks: str, no_capacity: Iterable[str] = (), hook: Path | None = None
    ) -> Autoscaling:
        """Start the autoscaler on a configuration file, with a task for each label of `name=value`."""
        options = [f"--task={task}" for task in tasks] + [f"--no-capacity={place}" for place in no_capacity]
        options += [f"--hook={hook}"] if hook else []
        log = self.directory / "autoscaler.log"
        with log.open("a") as errors:
            process = subprocess.Popen(
                [RAY_BIN / "python", PROGRAMS / "autoscale.py", file, *options],
                env=self._variables,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        return Autoscaling(process, log)

    @property
    def _variables(self) -> dict[str, str]:
        return {
            "PATH": f"{PROGRAMS / 'bin'}:{os.environ['PATH']}",
            "HOME": str(self.directory),
            "TMPDIR": str(self.directory),
            "FAKE_HEAD": str(self.directory),
            "LANG": "C.UTF-8",
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": self.key_id,
            "AWS_SECRET_ACCESS_KEY": "any",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": "127.0.0.1",
            "RAY_USAGE_STATS_ENABLED": "0",
        }


class Autoscaling:
    """The autoscaler's process; a context manager, after which it has ended by itself."""

    def __init__(self, process: subprocess.Popen[str], log: Path) -> None:
        self._process, self._log = process, log
        self.lacks: list[str] = []
        """Where EC2 had no capacity, launch by launch."""
        self.errors: list[dict[str, Any]] = []
        """What the node provider could not do."""

    def __enter__(self) -> Autoscaling:
        return self

    def __exit__(self, *_error: object) -> None:
        with self._process:  # closes its pipes, so that it ends
            pass

    def grow(self) -> dict[str, str]:
        """Wait until each task has its worker; types of workers by instance. Raises RayError when it is not to be."""
        said = self._until("grown")
        if not said["grown"]:
            raise RayError(f"no worker for each task: {said} {self.errors}")
        workers: dict[str, str] = said["workers"]
        return workers

    def shrink(self) -> None:
        """Let all workers be idle, and wait until they are gone. Raises RayError when it is not to be."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        if not self._until("gone")["gone"]:
            raise RayError(f"idle workers stay: {self.errors}")

    def _until(self, name: str) -> dict[str, Any]:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            said: dict[str, Any] = json.loads(line) if line.startswith("{") else {}
            if "lacks" in said:
                self.lacks.append(said["lacks"])
            if "error" in said:
                self.errors.append(said)
            if name in said:
                return said
        raise RayError(f"the autoscaler ended: {self._log.read_text(encoding='utf-8')[-4000:]}")
