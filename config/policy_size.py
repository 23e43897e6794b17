"""How much room the autoscaler's policy takes on the head's role, known before anything is called."""

from __future__ import annotations

from config.autoscaling_ec2 import AutoscalingEc2Config

_FIXED_CHARACTERS = 3_000
"""What the statements hold beside the lists below and the name of the cluster."""
_SPOT_CHARACTERS = 150
_STOPPING_CHARACTERS = 450
_RAY_UP_CHARACTERS = 650
_CLUSTER_NAMES = 9
"""How often the name of the cluster stands in them."""
_ID = "0123456789abcdef0"


def autoscaler_policy_characters(environment: AutoscalingEc2Config) -> int:
    """Characters of the head's policy `autoscaler`, as IAM counts them, rounded up by less than two hundred.

    Every worker type adds its name, its instance type and an image, pinned at a time of its own; every zone its subnet,
    twice; every tag its key.
    """
    types = [type_ for type_ in environment.node_types.values() if type_.tier == "worker"]
    place = environment.place
    instance_types = {type_.settings.instance_type for type_ in types}
    tags = {key for type_ in types for key in type_.settings.tags} | set(environment.tags)
    subnets = {zone for type_ in types for zone in environment.zones_of(type_)}
    image = f'"arn:{place.partition}:ec2:{place.region}::image/ami-{_ID}",'
    subnet = f'"{place.arn("ec2", f"subnet/subnet-{_ID}")}",'
    return (
        _FIXED_CHARACTERS
        + _SPOT_CHARACTERS * any(type_.spot for type_ in types)
        + _STOPPING_CHARACTERS * environment.autoscaler.cache_stopped_nodes
        + _RAY_UP_CHARACTERS * (not environment.terraform_makes_head)
        + _CLUSTER_NAMES * len(environment.label.cluster)
        + sum(len(f'"{name}",') for name in (*instance_types, *(type_.name for type_ in types), *tags))
        + len(types) * len(image)
        + 2 * len(subnets) * len(subnet)
    )
