"""One environment on one target: the directory in which Terraform runs, and what it runs with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from config.commands import make_command
from config.errors import UserError
from config.paths import local_state_file, stack_directory
from scripts.target import aws_environment
from scripts.terraform.cli_config import without_missing_file

if TYPE_CHECKING:
    from config.environment import Environment


@dataclass(frozen=True)
class Deployment:
    """Where Terraform runs for one environment."""

    name: str
    target: str
    directory: Path
    variables: Mapping[str, str]
    """Process environment: credentials, endpoint."""

    state_file: Path | None = None
    """Terraform state of a deployment on the emulator; on AWS the synthesized backend says it."""

    overrides_target: bool = False
    """Whether the target is not that of the environment file."""

    imports_file: Path | None = None
    """Where the import blocks of the environment are, if it has any."""

    @property
    def configuration(self) -> Path:
        """The synthesized stack."""
        return self.directory / "cdk.tf.json"

    @property
    def plan_file(self) -> Path:
        """Terraform's saved plan."""
        return self.directory / "plan.tfplan"

    @property
    def plan_record(self) -> Path:
        """What the saved plan was made from."""
        return self.directory / "plan.json"

    @property
    def imports(self) -> Path | None:
        """The import blocks that count: none in a rehearsal, whose AWS has nothing with these ids."""
        there = self.imports_file is not None and self.imports_file.exists()
        return self.imports_file if there and not self.overrides_target else None

    @property
    def imports_copy(self) -> Path:
        """The import blocks, where Terraform reads them."""
        return self.directory / "imports.tf"

    @property
    def addresses(self) -> set[str]:
        """Addresses of the resources that are synthesized."""
        resources = json.loads(self.configuration.read_text()).get("resource", {})
        return {f"{type_}.{name}" for type_, named in resources.items() for name in named}

    def require_synthesized(self) -> None:
        """Refuse to run where there is nothing to run on."""
        if not self.configuration.exists():
            raise UserError(f"{self.name} is not synthesized yet: {self.make('synth')}")

    def make(self, goal: str) -> str:
        """The command a user runs for this deployment, as error messages name it."""
        return make_command(goal, self)


def deployment_of(environment: Environment) -> Deployment:
    """The deployment of an environment, its AWS checked and ready."""
    is_local = environment.target == "local"
    return Deployment(
        name=environment.name,
        target=environment.target,
        directory=stack_directory(environment.target, environment.name),
        variables=without_missing_file(aws_environment(environment)),
        state_file=local_state_file(environment.name) if is_local else None,
        overrides_target=environment.overrides_target,
        imports_file=environment.hook_file(f"{environment.name}.imports.tf"),
    )
