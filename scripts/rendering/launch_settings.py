"""What EC2 is asked for when Ray launches a node: the `node_config` of a node type."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from config.autoscaling_ec2 import AutoscalingEc2Config, NodeType
from config.ec2_cluster import HEAD_NODE
from config.instance_types import is_burstable
from config.nodes import NodeConfig

PRESET_ROOT_DEVICES: Mapping[str, str] = {
    "al2023": "/dev/xvda",
    "ubuntu-22.04": "/dev/sda1",
    "ubuntu-24.04": "/dev/sda1",
    "dlami-gpu": "/dev/sda1",
}
"""Root device of the images that presets stand for; that of an image given by id is asked of EC2."""


@dataclass(frozen=True)
class TypeFacts:
    """What a node type is launched with; ids may be tokens."""

    image_id: str
    root_device_name: str
    """Of the image: under another name, the volume would be a second one, and the root volume not encrypted."""
    subnet_ids: tuple[str, ...]
    security_group_id: str
    instance_profile_arn: str
    user_data: str | None
    """As text: Ray hands it to boto3, which encodes it. None for a head that Ray does not launch."""


def node_config(
    environment: AutoscalingEc2Config, type_: NodeType, facts: TypeFacts, *, key_arn: str, key_pair_name: str | None
) -> dict[str, Any]:
    """Arguments of RunInstances, and `SubnetIds`, of which Ray takes one after the other.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html
    """
    node = type_.settings
    settings: dict[str, Any] = {
        "InstanceType": node.instance_type,
        "ImageId": facts.image_id,
        # Ray ignores SubnetId: https://github.com/ray-project/ray/issues/14551
        "SubnetIds": list(facts.subnet_ids),
        "SecurityGroupIds": [facts.security_group_id],
        "IamInstanceProfile": {"Arn": facts.instance_profile_arn},
        "MetadataOptions": {
            "HttpEndpoint": "enabled",
            "HttpTokens": "required",  # IMDSv2: not an option
            "HttpPutResponseHopLimit": node.metadata_hop_limit,
            "InstanceMetadataTags": "disabled",
        },
        "BlockDeviceMappings": [{"DeviceName": facts.root_device_name, "Ebs": _root_volume(node, key_arn)}],
        "TagSpecifications": [
            {"ResourceType": "instance", "Tags": _tags(environment, type_, is_named=type_.tier == "worker")},
            {"ResourceType": "volume", "Tags": _tags(environment, type_, is_named=True)},
        ],
        "Monitoring": {"Enabled": True},
        "EbsOptimized": True,
    }
    if key_pair_name is not None:
        settings["KeyName"] = key_pair_name
    if type_.spot:
        settings["InstanceMarketOptions"] = {
            "MarketType": "spot",
            "SpotOptions": {"SpotInstanceType": "one-time", "InstanceInterruptionBehavior": "terminate"},
        }
    elif type_.tier == "worker" and not environment.autoscaler.cache_stopped_nodes:
        # A worker that is shut down from inside leaves nothing that costs.
        settings["InstanceInitiatedShutdownBehavior"] = "terminate"
    if is_burstable(node.instance_type):
        settings["CreditSpecification"] = {"CpuCredits": "standard"}
    if facts.user_data is not None:
        settings["UserData"] = facts.user_data
    return settings


def tag_keys(environment: AutoscalingEc2Config, types: Iterable[NodeType]) -> list[str]:
    """Keys of the tags that nodes of these types are launched with, beside Ray's own."""
    return sorted({tag["Key"] for type_ in types for tag in _tags(environment, type_, is_named=True)})


def _root_volume(node: NodeConfig, key_arn: str) -> dict[str, Any]:
    volume: dict[str, Any] = {
        "VolumeType": node.root_volume_type,
        "VolumeSize": node.root_volume_gib,
        "Encrypted": True,  # not an option
        "KmsKeyId": key_arn,
        "DeleteOnTermination": True,
    }
    if node.root_volume_iops is not None:
        volume["Iops"] = node.root_volume_iops
    if node.root_volume_throughput_mibps is not None:
        volume["Throughput"] = node.root_volume_throughput_mibps
    return volume


def _tags(environment: AutoscalingEc2Config, type_: NodeType, *, is_named: bool) -> list[dict[str, str]]:
    """Those of Terraform's nodes. Ray adds its own, and takes our Name in the place of its own.

    Not for a head: `ray up` looks for the instance that it launched by the Name it would have given it.
    https://github.com/ray-project/ray/blob/master/python/ray/autoscaler/_private/commands.py
    """
    label = environment.label
    part = f"worker-{type_.name}" if type_.tier == "worker" else HEAD_NODE
    own = {"rayform:role": type_.tier, **({"rayform:group": type_.group} if type_.tier == "worker" else {})}
    tags = {**environment.default_tags, **label.tags(part, type_.settings.tags), **own}
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items()) if is_named or key != "Name"]
