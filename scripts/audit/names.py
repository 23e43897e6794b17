"""AWS names of what an environment declares, those of what was taken over from another tool among them."""

from __future__ import annotations

from config.anyscale_cloud import AnyscaleCloudConfig
from config.firewall import security_groups
from config.foundation import FoundationConfig


def group_names_of(config: FoundationConfig) -> list[str]:
    """Names of all declared security groups."""
    return [config.group_name(group) for group in security_groups(config)]


def group_of_tier(config: FoundationConfig, tier: str) -> str:
    """Security group that the members of a tier are in: in an Anyscale cloud, mount targets are in the nodes'."""
    if tier in security_groups(config) or not isinstance(config, AnyscaleCloudConfig):
        return tier
    return "cloud"
