"""The configuration of the autoscaler that was applied: Terraform keeps it as an output."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from config.autoscaling_ec2 import HEAD_TYPE, AutoscalingEc2Config
from config.commands import make_commands
from config.errors import UserError
from scripts.cluster_yaml.output import OUTPUT, unpacked
from scripts.rendering.autoscaling_config import LaunchFacts, autoscaling_config
from scripts.rendering.launch_settings import TypeFacts
from scripts.state import load_state


def load_applied(environment: AutoscalingEc2Config) -> dict[str, Any]:
    """Read it from the Terraform state. Raises UserError when it is not there, or is of another kind of head."""
    apply = make_commands(("plan", "apply"), environment)
    text = load_state(environment).outputs.get(OUTPUT)
    if text is None:
        raise UserError(f"{environment.name} was applied without a configuration of the autoscaler; run: {apply}")
    config = configuration_of(text)
    applied_by_ray_up = "UserData" in config["available_node_types"][HEAD_TYPE]["node_config"]
    if applied_by_ray_up == environment.terraform_makes_head:
        raise UserError(
            f"{environment.name} has head.managed_by: {environment.head.managed_by}, which is not applied yet; "
            f"run: {apply}"
        )
    return config


def configuration_of(text: str) -> dict[str, Any]:
    """The configuration that the output holds. Raises UserError when it holds none."""
    try:
        config: dict[str, Any] = unpacked(text)
    except ValueError:
        raise UserError(f"the output {OUTPUT} of the Terraform state cannot be read: apply again") from None
    return config


def is_up_to_date(environment: AutoscalingEc2Config, config: Mapping[str, Any]) -> bool:
    """Whether the environment file still says what was applied, but for boot scripts."""
    if environment.node_types.keys() != config["available_node_types"].keys():
        return False
    return autoscaling_config(environment, launch_facts(config)) == config


def launch_facts(config: Mapping[str, Any]) -> LaunchFacts:
    """What the node types of a configuration are launched with."""
    nodes = {name: type_["node_config"] for name, type_ in config["available_node_types"].items()}
    head = nodes[HEAD_TYPE]
    return LaunchFacts(
        key_arn=_root_volume(head)["Ebs"]["KmsKeyId"],
        key_pair_name=head.get("KeyName"),
        types={name: _type_facts(node) for name, node in nodes.items()},
    )


def _type_facts(node: Mapping[str, Any]) -> TypeFacts:
    return TypeFacts(
        image_id=node["ImageId"],
        root_device_name=_root_volume(node)["DeviceName"],
        subnet_ids=tuple(node["SubnetIds"]),
        security_group_id=node["SecurityGroupIds"][0],
        instance_profile_arn=node["IamInstanceProfile"]["Arn"],
        user_data=node.get("UserData"),
    )


def _root_volume(node: Mapping[str, Any]) -> Mapping[str, Any]:
    volume: Mapping[str, Any] = node["BlockDeviceMappings"][0]
    return volume
