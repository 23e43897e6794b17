"""An environment whose head `ray up` makes: the operator, in a network of his own, with the launcher's role."""

from __future__ import annotations

from tests.iam_gate import Principal
from tests.ray.commands import CommandError
from tests.ray.deployment import REGION, TOOLS
from tests.ray.emulated import Emulated
from tests.ray.grown import Grown
from tests.ray.surroundings import ENDPOINT

NAME = "launched"
LAUNCHER = "ASIALAUNCHER"


class Launched(Grown):
    """The environment, and Ray's own launcher with the file of `make cluster-yaml`."""

    def __init__(self, emulated: Emulated) -> None:
        super().__init__(emulated, NAME)
        role = self.outputs["role_arns"]["launcher"].rpartition("/")[2]
        self.gate.register(LAUNCHER, Principal.of_role(emulated.iam, role))
        self._home = emulated.workspace.directory / "operator"
        self._home.mkdir()

    @property
    def head_name(self) -> str:
        """Name of the head in the private zone."""
        return f"head.{self.name}.{self.environment.project}.internal"

    def cluster_yaml(self) -> str:
        """`make cluster-yaml SSH_KEY=…`; the path of the file."""
        key = str(self.emulated.private_key)
        self.workspace.python(
            *("-m", "scripts.cluster_yaml", "--env", self.name, "--target", "local", "--ssh-key", key)
        ).succeeded()
        return str(self.workspace.directory / "build" / "cluster-yaml" / "local" / f"{self.name}.yaml")

    def ray(self, *arguments: str, seconds: float = 300) -> str:
        """Run `ray` as the operator, machines coming and going meanwhile; what it said."""
        state = self.emulated.state
        log = state.logs / f"ray-{arguments[0]}.log"
        before = log.stat().st_size if log.exists() else 0
        program = state.spawn(
            log.stem,
            self.emulated.operator.command(str(TOOLS / "bin/ray"), *arguments),
            environment={
                "HOME": str(self._home),
                "AWS_ACCESS_KEY_ID": LAUNCHER,
                "AWS_SECRET_ACCESS_KEY": "of-the-role",
                "AWS_ENDPOINT_URL": ENDPOINT,
                "AWS_DEFAULT_REGION": REGION,
                "AWS_EC2_METADATA_DISABLED": "true",
                "RAY_USAGE_STATS_ENABLED": "0",
            },
        )
        try:
            self.fleet.wait_until(f"ray {arguments[0]} ends", lambda: program.poll() is not None, seconds=seconds)
        finally:
            program.kill()
            program.wait()
        said = log.read_bytes()[before:].decode(errors="replace")
        if program.returncode != 0:
            raise CommandError(f"ray {' '.join(arguments)} exited with {program.returncode}: {said[-6000:]}")
        return said
