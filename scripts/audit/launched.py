"""What launches of the environment name, from what is deployed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from config.autoscaling_ec2 import AutoscalingEc2Config
from config.ports import Tier
from scripts.audit.iam_effect.launching import Cluster
from scripts.audit.launch_configs import launch_configs
from scripts.audit.wanted import group_names, node_subnet_ids
from scripts.inventory import Inventory

LAUNCHED: Mapping[str, Tier | None] = {"head": "worker", "launcher": "head", "worker": None}
"""By role, the nodes that it launches."""


def launched_by(inventory: Inventory, config: AutoscalingEc2Config) -> Cluster:
    """Everything that a launch names, by the tier of the node. Raises NotReadableError."""
    wanted = launch_configs(inventory.state)
    groups = {name: group_id for group_id, name in group_names(inventory).items()}
    zones = node_subnet_ids(inventory, config)
    names: dict[Tier, tuple[str, ...]] = {}
    volumes: dict[Tier, tuple[str, ...]] = {}
    images: dict[Tier, tuple[str, ...]] = {}
    types: dict[Tier, tuple[str, ...]] = {}
    subnets: dict[Tier, tuple[str, ...]] = {}
    for tier in get_args(Tier):
        of_tier = [type_ for type_ in config.node_types.values() if type_.tier == tier]
        images[tier] = tuple(dict.fromkeys(wanted[type_.name].image_id for type_ in of_tier if type_.name in wanted))
        types[tier] = tuple(dict.fromkeys(type_.settings.instance_type for type_ in of_tier))
        names[tier] = tuple(type_.name for type_ in of_tier)
        volumes[tier] = tuple(dict.fromkeys(type_.settings.root_volume_type for type_ in of_tier))
        allowed = {zone for type_ in of_tier for zone in config.zones_of(type_)}
        subnets[tier] = tuple(id_ for id_, zone in zones.items() if zone in allowed)
    return Cluster(
        name=config.label.cluster,
        place=config.place,
        tags=config.default_tags,
        subnet_ids=subnets,
        group_ids={tier: groups.get(config.label.name(tier), "sg-0gone") for tier in get_args(Tier)},
        image_ids=images,
        instance_types=types,
        type_names=names,
        volume_types=volumes,
    )
