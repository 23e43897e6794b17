"""Autoscaling environments, and the facts they are launched with, for tests."""

from __future__ import annotations

from typing import Any

from config.autoscaling_ec2 import AutoscalingEc2Config
from scripts.rendering.autoscaling_config import LaunchFacts, autoscaling_config
from scripts.rendering.launch_settings import TypeFacts
from tests.synthesis import environment

KEY = "arn:aws:kms:us-west-2:123456789012:key/11111111-2222-3333-4444-555555555555"
IMAGES = {"x86_64": "ami-0123456789abcdef0", "arm64": "ami-0fedcba9876543210"}
PROFILES = {tier: f"arn:aws:iam::123456789012:instance-profile/ray-test-{tier}" for tier in ("head", "worker")}


def autoscaling(**settings: Any) -> AutoscalingEc2Config:
    """An environment of the flavour."""
    made = environment(flavour="autoscaling-ec2", **settings)
    assert isinstance(made, AutoscalingEc2Config)
    return made


def launch_facts(config: AutoscalingEc2Config, *, user_data: str | None = "#!/bin/bash\n") -> LaunchFacts:
    """Facts such as Terraform gives them."""
    types = {
        name: TypeFacts(
            image_id=IMAGES[type_.settings.image_architecture],
            root_device_name="/dev/xvda",
            subnet_ids=("subnet-0a", "subnet-0b"),
            security_group_id="sg-0123456789abcdef0",
            instance_profile_arn=PROFILES[type_.tier],
            user_data=None if type_.tier == "head" and config.terraform_makes_head else user_data,
        )
        for name, type_ in config.node_types.items()
    }
    return LaunchFacts(key_arn=KEY, key_pair_name=config.access.key_pair_name, types=types)


def rendered(**settings: Any) -> dict[str, Any]:
    """The configuration of the autoscaler of an environment."""
    config = autoscaling(**settings)
    return autoscaling_config(config, launch_facts(config))


def node_type(settings: dict[str, Any], name: str = "cpu", **others: Any) -> dict[str, Any]:
    """One node type of an environment with one type of workers."""
    found: dict[str, Any] = rendered(workers={"cpu": settings}, **others)["available_node_types"][name]
    return found
