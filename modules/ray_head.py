"""The head node, where Terraform makes it."""

from __future__ import annotations

from collections.abc import Mapping

from constructs import Construct

from config.ec2_cluster import HEAD_NODE, Ec2ClusterConfig
from modules.image import Image, PinnedImage
from modules.node import Node, NodeSurroundings


def define_head(
    scope: Construct,
    *,
    config: Ec2ClusterConfig,
    image: Image | PinnedImage,
    user_data: str,
    surroundings: NodeSurroundings,
    tags: Mapping[str, str] | None = None,
) -> Node:
    """Define the head as `head` of a construct."""
    return Node(
        scope,
        "head",
        config=config.head,
        label=config.label,
        part=HEAD_NODE,
        tags={"rayform:role": "head", **(tags or {})},
        zone=config.head_zone(),
        image=image,
        user_data=user_data,
        surroundings=surroundings,
        termination_protection=config.protect,
    )
