"""AWS names of what an environment declares, those of what was taken over from another tool among them."""

from __future__ import annotations

from config.anyscale_cloud import AnyscaleCloudConfig
from config.firewall import security_groups
from config.foundation import FoundationConfig

_STORE = "gcs"
"""Last part of the name of the MemoryDB cluster and of what belongs to it."""


def group_name(config: FoundationConfig, group: str) -> str:
    """Name of a security group."""
    adopted = config.adopted.security_group_name if isinstance(config, AnyscaleCloudConfig) else None
    return adopted if group == "cloud" and adopted is not None else config.label.name(group)


def group_names_of(config: FoundationConfig) -> list[str]:
    """Names of all declared security groups."""
    return [group_name(config, group) for group in security_groups(config)]


def group_of_tier(config: FoundationConfig, tier: str) -> str:
    """Security group that the members of a tier are in: in an Anyscale cloud, mount targets are in the nodes'."""
    if tier in security_groups(config) or not isinstance(config, AnyscaleCloudConfig):
        return tier
    return "cloud"


def store_name(config: FoundationConfig) -> str:
    """Name of the MemoryDB cluster."""
    adopted = config.adopted.memorydb_name if isinstance(config, AnyscaleCloudConfig) else None
    return adopted or config.label.name(_STORE)
