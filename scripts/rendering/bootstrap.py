"""The script that turns a machine into a node of the cluster."""

from __future__ import annotations

import base64
import gzip

from config.errors import UserError
from config.hooks import HOOK_END
from config.nodes import NodeConfig
from config.ports import Tier, port_table
from config.ray import RayConfig
from scripts.rendering.cloudwatch_agent import agent_config
from scripts.rendering.cluster_facts import ClusterFacts
from scripts.rendering.node_files import node_files
from scripts.rendering.node_type import RayType
from scripts.rendering.python_packages import UV_VERSION, python_packages
from scripts.rendering.ray_start import AUTOSCALER_DIRECTORY
from scripts.rendering.templates import template_environment
from scripts.rendering.user_data import LIMIT, is_taken, unpacking_script


def render_bootstrap(
    tier: Tier,
    *,
    node_name: str,
    node: NodeConfig,
    ray: RayConfig,
    facts: ClusterFacts,
    group: str,
    hook: str | None = None,
    ray_type: RayType | None = None,
) -> str:
    """Render the user data of a node. It holds names of secrets, never their values.

    `hook` is the text of the node's bootstrap hook. `ray_type` is what Ray's autoscaler knows the node as; to the
    `node_name` of a worker that it makes, the node adds its instance id. Raises UserError when EC2 would refuse the
    size.
    """
    files = node_files(tier, node=node, ray=ray, facts=facts, group=group, ray_type=ray_type)
    is_started_by_ray_up = tier == "head" and facts.autoscaling is not None and facts.autoscaling.by_ray_up
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
            units=[file.name for file in files if file.is_started_at_boot],
            has_id_in_name=tier == "worker" and ray_type is not None,
            is_autoscaling_head=tier == "head" and ray_type is not None,
            autoscaler_directory=AUTOSCALER_DIRECTORY,
            is_started_by_ray_up=is_started_by_ray_up,
            reserved_ports=",".join(port.shown for port in port_table(ray.ports)),
            hook=hook if hook is None or hook.endswith("\n") else f"{hook}\n",
            hook_end=HOOK_END,
        )
    )
    is_launched_by_ray = ray_type is not None and (tier == "worker" or is_started_by_ray_up)
    packed = gzip.compress(script.encode())
    size = len(unpacking_script(base64.b64encode(packed).decode()) if is_launched_by_ray else packed)
    if not is_taken(size):
        raise UserError(
            f"the boot script of {node_name} has {size} bytes compressed, {LIMIT}: name fewer ray.packages or "
            "labels, or shorten its bootstrap_hook"
        )
    return script


def user_data_function(script: str) -> str:
    """Terraform's function that makes user data of a script: plain while EC2 takes it, so that people can read it."""
    return "base64encode" if is_taken(len(script.encode())) else "base64gzip"


def launched_user_data(tier: Tier, script: str, local: str) -> str:
    """User data, as text, of a node that Ray launches; boto3 takes text only.

    `local` is the Terraform expression of the script, `local.script`. Beyond 16 KiB the text unpacks what Terraform
    compressed; that of workers is compressed by the head, so that the configuration with many of them stays small.
    """
    if tier == "worker" or is_taken(len(script.encode())):
        return f"${{{local}}}"
    return unpacking_script(f"${{base64gzip({local})}}")
