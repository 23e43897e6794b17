"""What stands for AWS: the emulator with secrets and wheels, the instance metadata service, the resolver."""

from __future__ import annotations

import json
import sys
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path

from config.paths import ROOT
from config.ports import HTTPS_PORT
from tests.ray.commands import run, wait_until
from tests.ray.deployment import REGION, RESOLVER
from tests.ray.firewall import METADATA_ADDRESS
from tests.ray.resolver import Resolver
from tests.ray.run_state import RunState
from tests.ray.vpc import Vpc

_ADDRESS = "198.51.100.10"
ENDPOINT = f"http://{_ADDRESS}:{HTTPS_PORT}"
ROLE = "node"


class Aws:
    """Services outside of the cluster."""

    def __init__(self, state: RunState, vpc: Vpc, *, tools: Path) -> None:
        self._namespace = vpc.attach("aws", [_ADDRESS, METADATA_ADDRESS, RESOLVER])
        self._tools, self._folder = tools, state.folder
        self._metadata_file = state.folder / "metadata.json"
        self._metadata: dict[str, dict[str, str]] = {}
        self._write_metadata()
        self.resolver = Resolver(state, self._namespace, address=RESOLVER)
        state.spawn("metadata", self._python("-m", "tests.ray.imds", str(self._metadata_file)), environment=_OURS)
        state.spawn("emulator", self._python("-m", "moto.server", "-H", _ADDRESS, "-p", str(HTTPS_PORT)))
        for listener in (f"{_ADDRESS}:{HTTPS_PORT}", f"{METADATA_ADDRESS}:80"):
            wait_until(f"{listener} answers", partial(self._listens, listener), seconds=30, pause=0.1)

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

    def add_instance(self, address: str, instance_id: str) -> None:
        """Let the metadata service know a machine."""
        credentials = {
            "Code": "Success",
            "Type": "AWS-HMAC",
            "LastUpdated": "2026-01-01T00:00:00Z",
            "AccessKeyId": f"ASIA{instance_id}",
            "SecretAccessKey": "of-the-role",
            "Token": "of-the-role",
            "Expiration": "2036-01-01T00:00:00Z",
        }
        self._metadata[address] = {
            "instance-id": instance_id,
            "local-ipv4": address,
            "placement/region": REGION,
            "placement/availability-zone": f"{REGION}a",
            "iam/security-credentials/" + ROLE: json.dumps(credentials),
        }
        self._write_metadata()

    def announce_interruption(self, address: str, *, seconds: int) -> None:
        """Give a machine notice that it is taken back.

        https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html
        """
        end = datetime.now(timezone.utc) + timedelta(seconds=seconds)
        notice = {"action": "terminate", "time": end.strftime("%Y-%m-%dT%H:%M:%SZ")}
        self._metadata[address]["spot/instance-action"] = json.dumps(notice)
        self._write_metadata()

    def withdraw_interruption(self, address: str) -> None:
        """Let a machine be as one that has no notice, a new instance for example."""
        self._metadata[address].pop("spot/instance-action", None)
        self._write_metadata()

    def _write_metadata(self) -> None:
        new = self._metadata_file.with_suffix(".new")
        new.write_text(json.dumps(self._metadata), encoding="utf-8")
        new.rename(self._metadata_file)

    def _listens(self, listener: str) -> bool:
        return listener in self._namespace.run("ss", "-ltn")

    def _python(self, *arguments: str) -> list[str]:
        return self._namespace.command(sys.executable, *arguments)

    def _cli(self, *arguments: str) -> None:
        credentials = ["AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", f"AWS_DEFAULT_REGION={REGION}"]
        program = [str(self._tools / "bin/python"), "-m", "awscli", "--endpoint-url", ENDPOINT, *arguments]
        run(*self._namespace.command("env", *credentials, *program), seconds=120)


_OURS = {"PYTHONPATH": str(ROOT)}
