"""What a thief of a credential finds: nodes of their cluster and of another one, and AWS behind the gate."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from botocore.exceptions import ClientError

from scripts.cluster_yaml.output import unpacked
from tests.autoscaler import head
from tests.autoscaler.lives import Stage
from tests.autoscaler.site import Deployed
from tests.iam_gate import Decision

Request = dict[str, Any]

_ANSWERS = ("UnauthorizedOperation", "AccessDenied", "AccessDeniedException", "DryRunOperation")
"""No, in the words of the services; and yes, for a request that was not to be carried out."""


@dataclass(frozen=True)
class Field:
    """One cluster, the credential of one of its roles, and a neighbour."""

    stage: Stage
    key_id: str
    part: str
    neighbour: Deployed

    @property
    def own(self) -> Deployed:
        """The cluster whose credential it is."""
        return self.stage.deployed

    def client(self, service: str, region: str = "us-west-2") -> Any:
        """A client with the credential."""
        return head.client(self.stage.caller(self.key_id), service, region)

    @cached_property
    def config(self) -> dict[str, Any]:
        """The autoscaler's configuration of the cluster."""
        return config_of(self.own)

    @cached_property
    def launch(self) -> Request:
        """A launch as Ray makes it: of a worker by the head, of the head by the launcher."""
        kind, type_ = ("head", "head") if self.part == "launcher" else ("worker", "arm")
        return launch_of(self.own, self.config, kind, type_)

    def running(self, kind: str) -> str:
        """Id of a node of the cluster."""
        return str(self.own.nodes(ray_node_type=kind)[0]["InstanceId"])

    @property
    def foreign(self) -> str:
        """Id of a worker of the neighbour."""
        return str(self.neighbour.nodes(ray_node_type="worker")[0]["InstanceId"])

    def attempt(self, call: Callable[[Field], Any]) -> list[Decision]:
        """The decisions about a call."""
        self.stage.gate.clear()
        try:
            call(self)
        except ClientError as error:
            if error.response["Error"]["Code"] not in _ANSWERS:
                raise
        return self.stage.gate.decisions()


def config_of(deployed: Deployed) -> dict[str, Any]:
    """The autoscaler's configuration as it was applied."""
    state = deployed.workspace.python(
        "-c",
        "import sys; from config.load import load_environment; from scripts.state import load_state;"
        "print(load_state(load_environment(sys.argv[1], target='local')).outputs['autoscaling_config'])",
        deployed.name,
    )
    return unpacked(state.succeeded().output.strip())


def launch_of(deployed: Deployed, config: dict[str, Any], kind: str, type_: str) -> Request:
    """Arguments of RunInstances for a node type."""
    request = copy.deepcopy(config["available_node_types"][type_]["node_config"])
    request["SubnetId"] = request.pop("SubnetIds")[0]
    request.pop("UserData", None)
    instance = next(each for each in request["TagSpecifications"] if each["ResourceType"] == "instance")
    tags = {
        "ray-cluster-name": deployed.cluster,
        "ray-node-type": kind,
        "ray-user-node-type": type_,
        "ray-node-status": "uninitialized",
    }
    instance["Tags"] += [{"Key": key, "Value": value} for key, value in tags.items()]
    return {**request, "MinCount": 1, "MaxCount": 1}


def populate(deployed: Deployed) -> None:
    """Launch a worker, one that is neither worker nor head, and the head where `ray up` would, past the gate."""
    config = config_of(deployed)
    kinds = {"worker": "cpu", "neither": "cpu"}
    if "launcher" in deployed.roles:
        kinds["head"] = "head"
    for kind, type_ in kinds.items():
        deployed.ec2.run_instances(**launch_of(deployed, config, kind, type_))


def tags_of(request: Request, kind: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = next(
        each["Tags"] for each in request["TagSpecifications"] if each["ResourceType"] == kind
    )
    return found


def set_tag(request: Request, key: str, value: str | None, kind: str = "instance") -> None:
    tags = tags_of(request, kind)
    tags[:] = [tag for tag in tags if tag["Key"] != key]
    if value is not None:
        tags.append({"Key": key, "Value": value})


def root_volume(request: Request) -> dict[str, Any]:
    found: dict[str, Any] = request["BlockDeviceMappings"][0]["Ebs"]
    return found


def set_interface(request: Request, **settings: Any) -> None:
    """Move subnet and groups into an interface, as a request must that says more of it."""
    interface = {"DeviceIndex": 0, "SubnetId": request.pop("SubnetId"), "Groups": request.pop("SecurityGroupIds")}
    request["NetworkInterfaces"] = [{**interface, **settings}]
