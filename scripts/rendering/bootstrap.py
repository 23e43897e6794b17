"""The script that turns a machine into a node of the cluster."""

from __future__ import annotations

import gzip

from config.errors import UserError
from config.hooks import HOOK_END
from config.nodes import NodeConfig
from config.ports import Tier, port_table
from config.ray import RayConfig
from scripts.rendering.cloudwatch_agent import agent_config
from scripts.rendering.cluster_facts import ClusterFacts
from scripts.rendering.node_files import node_files
from scripts.rendering.python_packages import UV_VERSION, python_packages
from scripts.rendering.templates import template_environment

USER_DATA_BYTES = 16 * 1024
"""https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-add-user-data.html"""
_TOKEN_SLACK_BYTES = 512
"""What ids may add when Terraform puts them in the place of tokens."""


def render_bootstrap(
    tier: Tier,
    *,
    node_name: str,
    node: NodeConfig,
    ray: RayConfig,
    facts: ClusterFacts,
    group: str,
    hook: str | None = None,
) -> str:
    """Render the user data of a node. It holds names of secrets, never their values.

    `hook` is the text of the node's bootstrap hook. Raises UserError when EC2 would refuse the size.
    """
    files = node_files(tier, node=node, ray=ray, facts=facts, group=group)
    script = (
        template_environment()
        .get_template("node/bootstrap.sh.j2")
        .render(
            tier=tier,
            node_name=node_name,
            facts=facts,
            packages=python_packages(ray),
            uv_version=UV_VERSION,
            python_version=ray.python_version,
            wheel_source=ray.wheel_source,
            agent_config=agent_config(facts),
            files=files,
            units=[file.name for file in files if file.is_unit],
            reserved_ports=",".join(port.shown for port in port_table(ray.ports)),
            hook=hook if hook is None or hook.endswith("\n") else f"{hook}\n",
            hook_end=HOOK_END,
        )
    )
    size = len(gzip.compress(script.encode()))
    if size > USER_DATA_BYTES - _TOKEN_SLACK_BYTES:
        raise UserError(
            f"the boot script of {node_name} has {size} bytes compressed, EC2 takes {USER_DATA_BYTES} "
            f"less {_TOKEN_SLACK_BYTES} for ids: name fewer ray.packages or labels, or shorten its bootstrap_hook"
        )
    return script


def user_data_function(script: str) -> str:
    """Terraform's function that makes user data of a script: plain while EC2 takes it, so that people can read it."""
    fits = len(script.encode()) <= USER_DATA_BYTES - _TOKEN_SLACK_BYTES
    return "base64encode" if fits else "base64gzip"
