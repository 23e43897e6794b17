"""The boot script of a node, with its hook."""

from __future__ import annotations

from config.ec2_cluster import Ec2ClusterConfig
from config.nodes import NodeConfig
from config.ports import Tier
from scripts.rendering.bootstrap import render_bootstrap
from scripts.rendering.cluster_facts import ClusterFacts
from scripts.rendering.node_type import RayType


def boot_script(
    config: Ec2ClusterConfig,
    tier: Tier,
    *,
    node: NodeConfig,
    node_name: str,
    group: str,
    facts: ClusterFacts,
    ray_type: RayType | None = None,
) -> str:
    """Render the boot script of a node; `ray_type` is what the autoscaler knows the node as."""
    hook = None
    if node.bootstrap_hook is not None:
        hook = config.hook_file(node.bootstrap_hook).read_text(encoding="utf-8")
    return render_bootstrap(
        tier,
        node_name=node_name,
        node=node,
        ray=config.ray,
        facts=facts,
        group=group,
        hook=hook,
        ray_type=ray_type,
    )
