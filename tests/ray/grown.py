"""An environment of flavour autoscaling-ec2, applied by Terraform to the embedded AWS, whose instances are machines."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from config.autoscaling_ec2 import AutoscalingEc2Config
from config.load import check_environment
from config.ports import HTTPS_PORT
from config.yaml_file import read_yaml
from tests.iam_gate import Gate, Principal
from tests.iam_gate.wire import HttpRequest
from tests.integration.workspace import Workspace
from tests.ray.commands import CommandError
from tests.ray.deployment import REGION, WHEEL_SOURCE, WHEELS, node_python
from tests.ray.fleet import Fleet, Instance
from tests.ray.listening import listen_in
from tests.ray.machine import Machine
from tests.ray.run_state import RunState
from tests.ray.surroundings import AWS_ADDRESS, Surroundings, key_id_of
from tests.ray.times import timed
from tests.ray.vpc import Vpc

SOURCE = Path(__file__).parent / "environments" / "grown.yaml"
NAME = SOURCE.stem
RAY_CLI = "/opt/rayform/bin/ray-cli"
RAY_PYTHON = "/opt/rayform/ray/bin/python"
NO_CAPACITY = (
    b"<Response><Errors><Error><Code>InsufficientInstanceCapacity</Code><Message>There is no Spot capacity available"
    b" that matches your request.</Message></Error></Errors><RequestID>none</RequestID></Response>"
)


class Aws(Gate):
    """The gate, behind which AWS may have no spot instances to give."""

    has_spot = True

    def forward(self, request: HttpRequest) -> tuple[int, list[tuple[str, str]], bytes]:
        """The answer of AWS."""
        if not self.has_spot and b"Action=RunInstances" in request.body and b"MarketType=spot" in request.body:
            return 500, [("Content-Type", "text/xml")], NO_CAPACITY
        return super().forward(request)


class Grown:
    """The environment, its machines, and the gate through which they reach AWS."""

    def __init__(self, state: RunState, directory: Path) -> None:
        self.workspace = Workspace(directory)
        self.file = self.workspace.environments / SOURCE.name
        self.file.parent.mkdir()
        self.file.write_text(SOURCE.read_text(encoding="utf-8").replace("PYTHON", node_python()), encoding="utf-8")
        self.workspace.local_aws("up").succeeded()
        self.ec2, self._iam = self.workspace.client("ec2"), self.workspace.client("iam")
        self._upload_wheels()
        with timed("Terraform: plan and apply"):
            self.apply()
        vpc = Vpc(state)
        self._around = Surroundings(state, vpc)
        self._point_names()
        self.gate = Aws(
            upstream=f"http://127.0.0.1:{self.workspace.emulator['port']}",
            principals={},
            listen=listen_in(self._around.namespace, AWS_ADDRESS, HTTPS_PORT),
        )
        self.gate.start()
        outputs = self.workspace.outputs(NAME)
        self.fleet = Fleet(
            state,
            vpc,
            self._around,
            environment=self.environment,
            ec2=self.ec2,
            group_ids=outputs["security_group_ids"],
            when_launched=self._admit,
        )

    @property
    def environment(self) -> AutoscalingEc2Config:
        """The environment as its file is now."""
        environment = check_environment(read_yaml(self.file), name=NAME)
        assert isinstance(environment, AutoscalingEc2Config)
        return environment

    def apply(self) -> None:
        """`make plan apply`."""
        self.workspace.terraform("plan", NAME).succeeded()
        self.workspace.terraform("apply", NAME).succeeded()

    @property
    def head(self) -> Machine:
        """The machine of the head."""
        (instance,) = self.fleet.on(ray_node_type="head")
        return self.fleet.machines[instance.instance_id]

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
        return subprocess.Popen(command, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def finish(self, drivers: Sequence[subprocess.Popen[str]], *, seconds: float) -> list[str]:
        """Let drivers end, machines coming and going meanwhile; what each said."""
        self.fleet.wait_until("the drivers end", lambda: all(it.poll() is not None for it in drivers), seconds=seconds)
        said = [it.communicate()[0] for it in drivers]
        for driver, output in zip(drivers, said, strict=True):
            if driver.returncode:
                raise CommandError(f"a driver exited with {driver.returncode}: {output}")
        return said

    def close(self) -> None:
        """Stop what is no process of the run."""
        self.gate.stop()
        self.workspace.local_aws("reset")

    def _admit(self, instance: Instance) -> None:
        """Let an instance do what the role of its profile may."""
        profile: Any = self._iam.get_instance_profile(InstanceProfileName=instance.profile.rpartition("/")[2])
        (role,) = profile["InstanceProfile"]["Roles"]
        self.gate.register(key_id_of(instance.instance_id), Principal.of_role(self._iam, role["RoleName"]))

    def _upload_wheels(self) -> None:
        s3 = self.workspace.client("s3")
        bucket, _, prefix = WHEEL_SOURCE.removeprefix("s3://").partition("/")
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        for wheel in WHEELS.glob("*.whl"):
            s3.upload_file(str(wheel), bucket, f"{prefix}/{wheel.name}")

    def _point_names(self) -> None:
        """Let the resolver answer as the private zone does."""
        route53 = self.workspace.client("route53")
        (zone,) = route53.list_hosted_zones()["HostedZones"]
        for record in route53.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]:
            if record["Type"] == "A":
                self._around.resolver.point(record["Name"].rstrip("."), record["ResourceRecords"][0]["Value"])
