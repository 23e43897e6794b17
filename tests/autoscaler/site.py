"""The environments of these tests, applied by Terraform to an embedded AWS of their own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.iam_gate import Principal
from tests.integration.workspace import Workspace

SOURCES = Path(__file__).parent / "environments"
TERRAFORM, RAY_UP, CACHED = "by-terraform", "by-ray-up", "cached"


@dataclass(frozen=True)
class Deployed:
    """One environment, as it came out."""

    workspace: Workspace
    name: str
    outputs: dict[str, Any]
    roles: dict[str, Principal] = field(repr=False)
    """What its roles may do, as the emulator's IAM has it: `head`, `worker`, and `launcher` with `ray up`."""

    @property
    def cluster(self) -> str:
        """Ray's name of the cluster."""
        return str(self.outputs["cluster"])

    @cached_property
    def ec2(self) -> Any:
        """A client of the emulator itself."""
        return self.workspace.client("ec2")

    def nodes(self, *states: str, **tags: str) -> list[dict[str, Any]]:
        """Instances of the cluster in the states, by default those that run; `ray_node_type="worker"` is a tag."""
        wanted = {"ray-cluster-name": self.cluster, **{name.replace("_", "-"): value for name, value in tags.items()}}
        filters = [{"Name": f"tag:{name}", "Values": [value]} for name, value in wanted.items()]
        filters.append({"Name": "instance-state-name", "Values": list(states or ("pending", "running"))})
        found = self.ec2.describe_instances(Filters=filters)["Reservations"]
        return [instance for reservation in found for instance in reservation["Instances"]]

    def node(self, *states: str, **tags: str) -> dict[str, Any]:
        """The only one."""
        (found,) = self.nodes(*states, **tags)
        return found


def deploy(directory: Path) -> dict[str, Deployed]:
    """Apply all environments at the same time."""
    workspace = Workspace(directory)
    workspace.environments.mkdir()
    workspace.local_aws("up").succeeded()
    key: str = workspace.client("kms").create_key(Description="of the customer")["KeyMetadata"]["Arn"]
    sources = sorted(SOURCES.glob("*.yaml"))
    for source in sources:
        text = source.read_text(encoding="utf-8").replace("KEY", key)
        (workspace.environments / source.name).write_text(text, encoding="utf-8")
    with ThreadPoolExecutor(len(sources)) as pool:
        found = pool.map(lambda source: _apply(workspace, source.stem), sources)
        return {each.name: each for each in found}


def _apply(workspace: Workspace, name: str) -> Deployed:
    workspace.terraform("plan", name).succeeded()
    workspace.terraform("apply", name).succeeded()
    return read_deployed(workspace, name)


def read_deployed(workspace: Workspace, name: str) -> Deployed:
    """What was applied: outputs, and the policies of the roles."""
    outputs = workspace.outputs(name)
    iam = workspace.client("iam")
    roles = {part: Principal.of_role(iam, arn.rpartition("/")[2]) for part, arn in outputs["role_arns"].items()}
    return Deployed(workspace, name, outputs, roles)
