"""Head and workers as AWS would show them, and what Ray would launch more of them with."""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from config.autoscaling_ec2 import HEAD_TYPE, AutoscalingEc2Config, NodeType
from config.ec2_cluster import Ec2ClusterConfig, FixedNode
from config.ports import Tier
from config.ray_tags import RAY_CLUSTER, RAY_KIND, RAY_LAUNCH_CONFIG, RAY_NODE_TYPE
from scripts.audit.declared_nodes import declared_names, most_of, ray_types
from scripts.audit.launch_configs import launch_configs
from scripts.inventory.instances import Instance, Nodes, Volume
from scripts.inventory.user_data import UserData
from scripts.rendering.autoscaling_config import LaunchFacts, autoscaling_config
from scripts.rendering.bootstrap import render_bootstrap
from scripts.rendering.cluster_facts import Autoscaling, ClusterFacts, EfsMount, HeadStore, StateVolume
from scripts.rendering.launch_settings import TypeFacts
from scripts.rendering.node_type import ray_type
from scripts.state import State

STATE_VOLUME_ID = "vol-0123456789abcdef0"
"""The volume of the RocksDB store."""


@dataclass(frozen=True)
class Made:
    """A node that is there."""

    name: str
    """Name tag."""
    node: FixedNode
    type: NodeType | None = None
    """Of a node that Ray made."""


def made_nodes(config: Ec2ClusterConfig) -> list[Made]:
    """The nodes of Terraform, and one of each type of Ray's, as far as there may be so many."""
    return [*(Made(name, node) for name, node in declared_names(config).items()), *_made_by_ray(config)]


def _made_by_ray(config: Ec2ClusterConfig) -> Iterator[Made]:
    if not isinstance(config, AutoscalingEc2Config):
        return
    left = config.max_workers + 1
    for name, type_ in ray_types(config).items():
        if most_of(type_) and left:
            left -= 1
            node = FixedNode(type_.tier, type_.settings, config.zones_of(type_)[0], type_.spot)
            part = "head-node" if type_.tier == "head" else f"worker-{name}"
            yield Made(config.label.name(part), node, type_)


def terraforms(config: Ec2ClusterConfig) -> dict[str, str]:
    """Names of the instances in Terraform's state, by id."""
    made = {f"i-{index}": each.name for index, each in enumerate(made_nodes(config)) if each.type is None}
    return made if config.access.bastion == "none" else {**made, "i-bastion": config.label.name("bastion")}


def nodes(config: Ec2ClusterConfig, subnet_ids: Mapping[str, str], key_arn: str) -> Nodes:
    """Instances, volumes and what they booted with."""
    made = made_nodes(config)
    instances = tuple(_instance(config, index, each, subnet_ids) for index, each in enumerate(made))
    if made and made[0].type is not None:
        # `ray up` made the head, of what there is now.
        now = launch_configs(State((), outputs(config, subnet_ids, key_arn)))[HEAD_TYPE]
        tags = {**instances[0].tags, RAY_LAUNCH_CONFIG: now.fingerprint}
        instances = (replace(instances[0], tags=tags), *instances[1:])
    volumes = tuple(_volume(index, each, key_arn) for index, each in enumerate(made))
    if config.ray.head_storage == "rocksdb":
        size = config.head.state_volume_gib or 20
        volumes += (Volume(STATE_VOLUME_ID, "i-0", "/dev/sdf", "gp3", size, True, key_arn),)
    user_data = {f"i-{index}": UserData(_script(config, each)) for index, each in enumerate(made)}
    if config.access.bastion != "none":
        bastion = replace(instances[0], instance_id="i-bastion", name=config.label.name("bastion"), tags={})
        instances += (bastion,)
    return Nodes(instances, volumes, {"i-0": config.protect}, user_data)


def _instance(config: Ec2ClusterConfig, index: int, made: Made, subnet_ids: Mapping[str, str]) -> Instance:
    wanted = made.node
    return Instance(
        instance_id=f"i-{index}",
        name=made.name,
        state="running",
        instance_type=wanted.settings.instance_type,
        image_id=f"ami-{wanted.settings.image_architecture}",
        zone=wanted.zone,
        subnet_id=subnet_ids[wanted.zone],
        private_ip=f"10.0.0.{index + 4}",
        public_ip="1.2.3.4" if config.access.public_nodes else None,
        group_ids=(f"sg-{wanted.tier}",),
        instance_profile=config.label.name(wanted.tier),
        key_name=config.access.key_pair_name,
        metadata_tokens="required",
        metadata_hop_limit=wanted.settings.metadata_hop_limit,
        monitoring="enabled",
        ebs_optimized=True,
        root_device="/dev/xvda",
        spot=wanted.spot,
        tags={**config.tags, **config.label.default_tags, **wanted.settings.tags, **_ray_tags(config, made)},
        vpc_id="vpc-1",
    )


def _ray_tags(config: Ec2ClusterConfig, made: Made) -> dict[str, str]:
    if not isinstance(config, AutoscalingEc2Config):
        return {}
    type_ = made.type.name if made.type is not None else HEAD_TYPE
    return {RAY_CLUSTER: config.label.cluster, RAY_KIND: made.node.tier, RAY_NODE_TYPE: type_}


def _volume(index: int, made: Made, key_arn: str) -> Volume:
    settings = made.node.settings
    return Volume(
        f"vol-{index}",
        f"i-{index}",
        "/dev/xvda",
        settings.root_volume_type,
        settings.root_volume_gib,
        True,
        key_arn,
    )


def _script(config: Ec2ClusterConfig, made: Made) -> str:
    if isinstance(config, AutoscalingEc2Config):
        return _script_of_type(config, made.type or config.node_types[HEAD_TYPE])
    part = made.name.removeprefix(f"{config.label.cluster}-")
    hook = made.node.settings.bootstrap_hook
    return render_bootstrap(
        made.node.tier,
        node_name=part,
        node=made.node.settings,
        ray=config.ray,
        facts=_facts(config),
        group="head" if made.node.tier == "head" else part.split("-", 1)[1].rpartition("-")[0],
        hook=config.hook_file(hook).read_text() if hook else None,
    )


def _script_of_type(config: AutoscalingEc2Config, type_: NodeType) -> str:
    return render_bootstrap(
        type_.tier,
        node_name=type_.name,
        node=type_.settings,
        ray=config.ray,
        facts=_facts(config),
        group=type_.group,
        ray_type=ray_type(config, type_),
    )


def _facts(config: Ec2ClusterConfig) -> ClusterFacts:
    label = config.label
    redis = HeadStore("gcs.example", label.name("gcs"), label.name("memorydb-password"), label.cluster)
    stores = {"none": None, "memorydb": redis, "rocksdb": StateVolume(STATE_VOLUME_ID)}
    autoscaling = None
    if isinstance(config, AutoscalingEc2Config):
        by_terraform = config.terraform_makes_head
        secret, zone = (label.name("autoscaling"), None) if by_terraform else (None, "Z1")
        autoscaling = Autoscaling(config_secret=secret, zone_id=zone)
    return ClusterFacts(
        cluster=label.cluster,
        region=config.region,
        head_address=f"head.{config.name}.{config.project}.internal",
        token_secret=label.name("ray-token") if config.has_token else None,
        log_group=f"/{config.project}/{config.name}/nodes" if config.observability.cloudwatch_agent else None,
        metrics_namespace=f"Rayform/{label.cluster}",
        efs=EfsMount("fs-1", "fsap-1", config.efs.mount_path) if config.efs else None,
        head_store=stores[config.ray.head_storage],
        autoscaling=autoscaling,
    )


def launch_facts(config: Ec2ClusterConfig, subnet_ids: Mapping[str, str], key_arn: str) -> LaunchFacts | None:
    """What Ray launches nodes with; None where Terraform makes them all."""
    if not isinstance(config, AutoscalingEc2Config):
        return None
    types = {name: _type_facts(config, type_, subnet_ids) for name, type_ in config.node_types.items()}
    return LaunchFacts(key_arn, config.access.key_pair_name, types)


def _type_facts(config: AutoscalingEc2Config, type_: NodeType, subnet_ids: Mapping[str, str]) -> TypeFacts:
    launched = HEAD_TYPE not in declared_tiers(config) or type_.tier == "worker"
    return TypeFacts(
        image_id=f"ami-{type_.settings.image_architecture}",
        root_device_name="/dev/xvda",
        subnet_ids=tuple(subnet_ids[zone] for zone in config.zones_of(type_)),
        security_group_id=f"sg-{type_.tier}",
        instance_profile_arn=config.place.iam_arn(f"instance-profile/{config.label.name(type_.tier)}"),
        user_data=_script_of_type(config, type_) if launched else None,
    )


def declared_tiers(config: Ec2ClusterConfig) -> set[Tier]:
    """Tiers of the nodes that Terraform makes."""
    return {node.tier for node in config.fixed_nodes.values()}


def outputs(config: Ec2ClusterConfig, subnet_ids: Mapping[str, str], key_arn: str) -> dict[str, Any]:
    """What the stack publishes for the audit."""
    facts = launch_facts(config, subnet_ids, key_arn)
    if facts is None or not isinstance(config, AutoscalingEc2Config):
        return {}
    text = json.dumps(autoscaling_config(config, facts))
    return {
        "autoscaling_config": b64encode(gzip.compress(text.encode())).decode(),
        "image_ids": {name: each.image_id for name, each in facts.types.items()},
    }
