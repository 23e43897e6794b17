"""An environment of flavour autoscaling-ec2, applied by Terraform to the embedded AWS, whose instances are machines."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from typing import Any

from config.autoscaling_ec2 import AutoscalingEc2Config
from config.load import check_environment
from config.yaml_file import read_yaml
from tests.iam_gate import Decision, Principal
from tests.ray.commands import CommandError
from tests.ray.emulated import SOURCES, Emulated
from tests.ray.fleet import Fleet, Instance
from tests.ray.machine import Machine
from tests.ray.surroundings import key_id_of

RAY_CLI = "/opt/rayform/bin/ray-cli"
RAY_PYTHON = "/opt/rayform/ray/bin/python"


class Grown:
    """The environment and its machines, which reach AWS through the gate."""

    def __init__(self, emulated: Emulated, name: str) -> None:
        self.emulated, self.name = emulated, name
        self.workspace, self.gate = emulated.workspace, emulated.gate
        self.file = self.workspace.environments / f"{name}.yaml"
        emulated.wait_until_applied(name)
        self.outputs = self.workspace.outputs(name)
        self.fleet = Fleet(
            emulated,
            environment=self.environment,
            group_ids=self.outputs["security_group_ids"],
            when_launched=self._admit,
        )

    @property
    def environment(self) -> AutoscalingEc2Config:
        """The environment as its file is now."""
        environment = check_environment(read_yaml(self.file), name=self.name)
        assert isinstance(environment, AutoscalingEc2Config)
        return environment

    def apply(self) -> None:
        """`make plan apply`."""
        self.emulated.apply(self.name)

    @property
    def head_instance(self) -> Instance:
        """The instance of the head."""
        (instance,) = self.fleet.on(ray_node_type="head")
        return instance

    def denied(self) -> list[Decision]:
        """Calls that the gate denied, but for those of the other environments' roles."""
        others = tuple(f"ray-{path.stem}-" for path in SOURCES.glob("*.yaml") if path.stem != self.name)
        return [each for each in self.gate.denied() if not each.principal.startswith(others)]

    @property
    def head(self) -> Machine:
        """The machine of the head."""
        return self.fleet.machines[self.head_instance.instance_id]

    def workers(self, type_: str | None = None) -> list[Instance]:
        """Workers that run, of one type or of all."""
        of_type = {} if type_ is None else {"ray_user_node_type": type_}
        return self.fleet.on(ray_node_type="worker", **of_type)

    def alive(self) -> dict[str, str]:
        """Ray's ids of the nodes that are alive, by address, as the head says."""
        said = self.head.run(RAY_CLI, "list", "nodes", "--format=json", "--limit=1000", seconds=30)
        nodes = json.loads(said[said.index("[") :])
        return {node["node_ip"]: node["node_id"] for node in nodes if node["state"] == "ALIVE"}

    def drive(self, program: str, *arguments: str) -> subprocess.Popen[str]:
        """Start a program as a driver on the head."""
        command = self.head.as_ray(RAY_PYTHON, "-c", program, *arguments)
        return subprocess.Popen(
            command, cwd="/", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def finish(self, drivers: Sequence[subprocess.Popen[str]], *, seconds: float) -> list[str]:
        """Let drivers end, machines coming and going meanwhile; what each said."""
        self.fleet.wait_until("the drivers end", lambda: all(it.poll() is not None for it in drivers), seconds=seconds)
        said = [it.communicate()[0] for it in drivers]
        for driver, output in zip(drivers, said, strict=True):
            if driver.returncode:
                raise CommandError(f"a driver exited with {driver.returncode}: {output}")
        return said

    def _admit(self, instance: Instance) -> None:
        """Let an instance do what the role of its profile may."""
        iam = self.emulated.iam
        profile: Any = iam.get_instance_profile(InstanceProfileName=instance.profile.rpartition("/")[2])
        (role,) = profile["InstanceProfile"]["Roles"]
        self.gate.register(key_id_of(instance.instance_id), Principal.of_role(iam, role["RoleName"]))
