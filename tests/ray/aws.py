"""What stands for AWS: the emulator with secrets and wheels, and what every VPC has."""

from __future__ import annotations

import sys
from pathlib import Path

from config.ports import HTTPS_PORT
from tests.ray.commands import run
from tests.ray.deployment import REGION
from tests.ray.run_state import RunState
from tests.ray.surroundings import AWS_ADDRESS, ENDPOINT, Surroundings
from tests.ray.vpc import Vpc


class Aws(Surroundings):
    """Services outside of the cluster."""

    def __init__(self, state: RunState, vpc: Vpc, *, tools: Path) -> None:
        super().__init__(state, vpc)
        self._tools, self._folder = tools, state.folder
        emulator = (sys.executable, "-m", "moto.server", "-H", AWS_ADDRESS, "-p", str(HTTPS_PORT))
        state.spawn("emulator", self.namespace.command(*emulator))
        self.wait_for(f"{AWS_ADDRESS}:{HTTPS_PORT}")

    def add_secret(self, name: str, value: str) -> None:
        """Store a secret."""
        file = self._folder / f"secret-{name}"
        file.touch(mode=0o600)
        file.write_text(value, encoding="utf-8")
        self._cli("secretsmanager", "create-secret", "--name", name, "--secret-string", f"file://{file}")
        file.unlink()

    def upload(self, folder: Path, prefix: str) -> None:
        """Copy the files of a folder to a prefix in S3."""
        bucket = prefix.removeprefix("s3://").split("/")[0]
        self._cli("s3", "mb", f"s3://{bucket}")
        self._cli("s3", "cp", "--recursive", "--only-show-errors", "--exclude", ".*", str(folder), prefix)

    def _cli(self, *arguments: str) -> None:
        credentials = ["AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", f"AWS_DEFAULT_REGION={REGION}"]
        program = [str(self._tools / "bin/python"), "-m", "awscli", "--endpoint-url", ENDPOINT, *arguments]
        run(*self.namespace.command("env", *credentials, *program), seconds=120)
