"""Instances that are not Terraform's and are meant to be there: those that Ray's autoscaler makes."""

from __future__ import annotations

from config.autoscaling_ec2 import AutoscalingEc2Config
from config.foundation import FoundationConfig
from scripts.inventory.surroundings import Thing

_HEAD = "head"


def worker_of(config: FoundationConfig, thing: Thing) -> str:
    """Who made an instance, or nothing when nobody but Terraform makes instances there.

    The autoscaler gives its instances the cluster's tag, which stands in the rendered configuration, and tags of its
    own: https://docs.ray.io/en/latest/cluster/vms/references/ray-cluster-configuration.html
    """
    if not isinstance(config, AutoscalingEc2Config) or not thing.tagged:
        return ""
    if thing.ray_node == _HEAD:
        return "" if config.terraform_makes_head else "`ray up` made it"
    return "Ray's autoscaler made it" if thing.ray_node else ""


def record_of(config: FoundationConfig, thing: Thing) -> str:
    """Who wrote a record of the private zone that is not in the state, or nothing when nobody but Terraform does."""
    by_ray = isinstance(config, AutoscalingEc2Config) and not config.terraform_makes_head
    its_own = by_ray and thing.id == f"{config.label.head_address} A"
    return "the head that `ray up` made wrote it" if its_own else ""
