"""The embedded AWS with the environments of these tests, and the network in which their instances are machines."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from config.ports import HTTPS_PORT
from tests.iam_gate import Gate
from tests.iam_gate.wire import HttpRequest
from tests.integration.workspace import Workspace
from tests.ray.commands import run
from tests.ray.deployment import OPERATOR, REGION, WHEEL_SOURCE, WHEELS, node_python
from tests.ray.listening import listen_in
from tests.ray.private_zones import PrivateZones
from tests.ray.run_state import RunState
from tests.ray.surroundings import AWS_ADDRESS, Surroundings
from tests.ray.times import timed
from tests.ray.vpc import Vpc

SOURCES = Path(__file__).parent / "environments"
NO_CAPACITY = (
    b"<Response><Errors><Error><Code>InsufficientInstanceCapacity</Code><Message>There is no Spot capacity available"
    b" that matches your request.</Message></Error></Errors><RequestID>none</RequestID></Response>"
)


class SpotGate(Gate):
    """The gate, behind which AWS may have no spot instances to give."""

    has_spot = True

    def forward(self, request: HttpRequest) -> tuple[int, list[tuple[str, str]], bytes]:
        """The answer of AWS."""
        if not self.has_spot and b"Action=RunInstances" in request.body and b"MarketType=spot" in request.body:
            return 500, [("Content-Type", "text/xml")], NO_CAPACITY
        return super().forward(request)


class Emulated:
    """Everything of a run but the clusters. All environments are applied at once: a test waits for its own only."""

    def __init__(self, state: RunState, directory: Path) -> None:
        self.state = state
        self.workspace = Workspace(directory)
        self.private_key = directory / "id_ed25519"
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "operator", "-f", str(self.private_key))
        self.workspace.environments.mkdir()
        sources = sorted(SOURCES.glob("*.yaml"))
        for source in sources:
            self._write(source)
        self.workspace.local_aws("up").succeeded()
        self.ec2, self.iam = self.workspace.client("ec2"), self.workspace.client("iam")
        self._upload_wheels()
        self._pool = ThreadPoolExecutor(len(sources))
        self._applied: dict[str, Future[None]] = {
            source.stem: self._pool.submit(self.apply, source.stem) for source in sources
        }
        self.vpc = Vpc(state)
        self.around = Surroundings(state, self.vpc)
        self.zones = PrivateZones(self.workspace.client("route53"), self.around.resolver)
        self.operator = self.vpc.attach("operator", [OPERATOR])
        self.gate = SpotGate(
            upstream=f"http://127.0.0.1:{self.workspace.emulator['port']}",
            principals={},
            listen=listen_in(self.around.namespace, AWS_ADDRESS, HTTPS_PORT),
        )
        self.gate.start()

    def apply(self, name: str) -> None:
        """`make plan apply`."""
        self.workspace.terraform("plan", name).succeeded()
        self.workspace.terraform("apply", name).succeeded()

    def wait_until_applied(self, name: str) -> None:
        """Wait until an environment is there."""
        with timed(f"{name}: Terraform's plan and apply, from when a test waits for them"):
            self._applied[name].result()

    def close(self) -> None:
        """Stop what is no process of the run."""
        self._pool.shutdown(cancel_futures=True)
        self.gate.stop()
        self.workspace.local_aws("reset")

    def _write(self, source: Path) -> None:
        public_key = self.private_key.with_suffix(".pub").read_text(encoding="utf-8").strip()
        text = source.read_text(encoding="utf-8").replace("PYTHON", node_python()).replace("PUBLIC_KEY", public_key)
        (self.workspace.environments / source.name).write_text(text, encoding="utf-8")

    def _upload_wheels(self) -> None:
        s3 = self.workspace.client("s3")
        bucket, _, prefix = WHEEL_SOURCE.removeprefix("s3://").partition("/")
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        for wheel in WHEELS.glob("*.whl"):
            s3.upload_file(str(wheel), bucket, f"{prefix}/{wheel.name}")
