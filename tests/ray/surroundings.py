"""What every VPC has, whatever its cluster: the instance metadata service and the resolver."""

from __future__ import annotations

import json
import sys
from datetime import datetime, timedelta, timezone
from functools import partial

from config.paths import ROOT
from config.ports import HTTPS_PORT
from tests.ray.commands import wait_until
from tests.ray.deployment import REGION, RESOLVER
from tests.ray.firewall import METADATA_ADDRESS
from tests.ray.resolver import Resolver
from tests.ray.run_state import RunState
from tests.ray.vpc import Vpc

AWS_ADDRESS = "198.51.100.10"
ENDPOINT = f"http://{AWS_ADDRESS}:{HTTPS_PORT}"
"""Where machines find AWS."""
ROLE = "node"


def key_id_of(instance_id: str) -> str:
    """Access key of an instance's role."""
    return f"ASIA{instance_id}"


class Surroundings:
    """A namespace with AWS's addresses, in which the metadata service and the resolver listen."""

    def __init__(self, state: RunState, vpc: Vpc) -> None:
        self.namespace = vpc.attach("aws", [AWS_ADDRESS, METADATA_ADDRESS, RESOLVER])
        self._metadata_file = state.folder / "metadata.json"
        self._metadata: dict[str, dict[str, str]] = {}
        self._write_metadata()
        self.resolver = Resolver(state, self.namespace, address=RESOLVER)
        command = self.namespace.command(sys.executable, "-m", "tests.ray.imds", str(self._metadata_file))
        state.spawn("metadata", command, environment={"PYTHONPATH": str(ROOT)})
        self.wait_for(f"{METADATA_ADDRESS}:80")

    def add_instance(self, address: str, instance_id: str, *, instance_type: str = "m7i.large") -> None:
        """Let the metadata service know a machine."""
        credentials = {
            "Code": "Success",
            "Type": "AWS-HMAC",
            "LastUpdated": "2026-01-01T00:00:00Z",
            "AccessKeyId": key_id_of(instance_id),
            "SecretAccessKey": "of-the-role",
            "Token": "of-the-role",
            "Expiration": "2036-01-01T00:00:00Z",
        }
        self._metadata[address] = {
            "instance-id": instance_id,
            "instance-type": instance_type,
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

    def wait_for(self, listener: str) -> None:
        """Wait until something listens at an address and port of the namespace."""
        wait_until(f"{listener} answers", partial(self._listens, listener), seconds=30, pause=0.1)

    def _listens(self, listener: str) -> bool:
        return listener in self.namespace.run("ss", "-ltn")
