"""A place of its own for commands: environments, builds, states, reports, and an embedded AWS."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3

from config.paths import ROOT

REGION = "us-west-2"
OF_THE_CALLER = ("RAYFORM_", "CHART", "CONTEXT", "CRDS", "KUBECONFIG")
"""How the names begin of variables that are not passed on."""

SHOW_PLAN = """
import sys
from config.load import load_environment
from scripts.terraform.deployment import deployment_of
from scripts.terraform.plan import plan_as_json
print(plan_as_json(deployment_of(load_environment(sys.argv[1], target="local"))))
"""
"""No command of its own: a plan holds secrets."""


@dataclass(frozen=True)
class Finished:
    """What a command printed and how it ended."""

    code: int
    output: str
    errors: str

    def succeeded(self) -> Finished:
        """This, or a failure of the test that shows what was printed."""
        assert self.code == 0, self.output[-4000:] + self.errors
        return self


@dataclass(frozen=True)
class Workspace:
    """Runs Rayform's commands as the Makefile does."""

    directory: Path
    synthesized: dict[str, bytes] = field(default_factory=dict, compare=False)
    """Files of environments as they were last synthesized."""

    @property
    def chart(self) -> Path:
        """KubeRay's chart, for `kubernetes`; it must be put there before."""
        return self.directory / "kuberay-operator-1.7.0.tgz"

    @property
    def environments(self) -> Path:
        """The environment files of the workspace."""
        return self.directory / "environments"

    def python(self, *arguments: str) -> Finished:
        """Run Python in the checkout, with everything written into the workspace."""
        variables = {name: value for name, value in os.environ.items() if not name.startswith(OF_THE_CALLER)}
        variables |= {"RAYFORM_WORK": str(self.directory), "RAYFORM_ENVIRONMENTS": str(self.environments)}
        variables["CHART"] = str(self.chart)
        command = [sys.executable, *arguments]
        done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
        return Finished(done.returncode, done.stdout, done.stderr)

    def synth(self, name: str) -> Finished:
        """`make synth`."""
        return self.python("main.py", "--env", name, "--target", "local")

    def terraform(self, command: str, name: str, *arguments: str) -> Finished:
        """`make plan`, `apply`, `destroy` or `output`, which synthesize first; here only when the file has changed."""
        content = (self.environments / f"{name}.yaml").read_bytes()
        if self.synthesized.get(name) != content:
            self.synth(name).succeeded()
            self.synthesized[name] = content
        return self.python("-m", "scripts.terraform", command, "--env", name, "--target", "local", *arguments)

    def kubernetes(self, command: str, name: str) -> Finished:
        """`make deploy` or `undeploy`."""
        return self.python("-m", "scripts.kubernetes", command, "--env", name, "--target", "local")

    def audit(self, name: str) -> Finished:
        """`make audit`."""
        return self.python("-m", "scripts.audit", "--env", name, "--target", "local")

    def audit_results(self, name: str) -> dict[str, Any]:
        """The JSON of the last audit."""
        found: dict[str, Any] = json.loads((self.newest_report(name) / "audit.json").read_text(encoding="utf-8"))
        return found

    def newest_report(self, name: str) -> Path:
        """Folder of the last audit's reports."""
        return self.directory / "reports" / name / "latest"

    def outputs(self, name: str) -> dict[str, Any]:
        """Terraform's outputs."""
        found: dict[str, Any] = json.loads(self.terraform("output", name, "--json").succeeded().output)
        return {
            key: each["value"] if isinstance(each, dict) and "value" in each else each for key, each in found.items()
        }

    def changes(self, name: str) -> list[str]:
        """Addresses, and outputs, that a new plan would change."""
        self.terraform("plan", name).succeeded()
        return self.planned(name)

    def planned(self, name: str) -> list[str]:
        """Addresses, and outputs, that the saved plan changes."""
        record = self.directory / f"build/local/stacks/{name}/plan.json"
        if not json.loads(record.read_text(encoding="utf-8"))["changes"]:
            return []  # Terraform's own exit code said so: to show the plan takes seconds
        plan = json.loads(self.python("-c", SHOW_PLAN, name).succeeded().output)
        resources = [each["address"] for each in plan.get("resource_changes", []) if _does(each["change"])]
        outputs = [f"output.{key}" for key, change in plan.get("output_changes", {}).items() if _does(change)]
        return resources + outputs

    def local_aws(self, command: str) -> Finished:
        """`make local-up` and the like."""
        return self.python("-m", "scripts.local_aws", command)

    @property
    def emulator(self) -> dict[str, Any]:
        """Process and port of the embedded AWS."""
        found: dict[str, Any] = json.loads((self.directory / ".local-aws/emulator.json").read_text(encoding="utf-8"))
        return found

    def client(self, service: str, region: str = REGION) -> Any:
        """A boto3 client of the embedded AWS."""
        return boto3.client(
            service,
            endpoint_url=f"http://127.0.0.1:{self.emulator['port']}",
            region_name=region,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )


def _does(change: dict[str, Any]) -> bool:
    return change["actions"] not in (["no-op"], ["read"])
