"""The script that turns a machine into a node of the cluster."""

from __future__ import annotations

import functools
import json
from dataclasses import asdict, dataclass

from jinja2 import Template

from config.errors import UserError
from config.nodes import NodeConfig
from config.ports import GCS_PORT, Tier, ray_start_port_flags
from config.ray import RayConfig
from scripts.rendering.templates import template_environment


@dataclass(frozen=True)
class EfsMount:
    """The shared file system of a node; ids may be tokens."""

    file_system_id: str
    access_point_id: str
    path: str


@dataclass(frozen=True)
class HeadStore:
    """Where the head keeps its state; the address may be a token."""

    address: str
    user_name: str
    password_secret: str
    namespace: str


@dataclass(frozen=True)
class ClusterFacts:
    """What the nodes of a cluster share."""

    cluster: str
    region: str
    head_address: str
    token_secret: str
    log_group: str
    metrics_namespace: str
    efs: EfsMount | None = None
    head_store: HeadStore | None = None


def render_bootstrap(
    tier: Tier, *, node_name: str, node: NodeConfig, ray: RayConfig, facts: ClusterFacts, group: str
) -> str:
    """Render the user data of a node. It holds names of secrets, never their values.

    Raises UserError when EC2 would refuse its size.
    """
    script = _template().render(
        tier=tier,
        node_name=node_name,
        facts=facts,
        packages=_packages(ray),
        python_version=ray.python_version,
        flags=_ray_start_flags(tier, node=node, ray=ray, facts=facts, group=group),
        agent_config=json.dumps(_cloudwatch_agent(facts), indent=2),
        head_store=asdict(facts.head_store) if facts.head_store is not None and tier == "head" else None,
    )
    size = len(script.encode())
    if size > USER_DATA_BYTES:
        raise UserError(
            f"the boot script of {node_name} has {size} bytes, EC2 takes {USER_DATA_BYTES}: "
            "name fewer ray.packages or labels in the environment file"
        )
    return script


USER_DATA_BYTES = 16 * 1024
"""https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-add-user-data.html"""

RAY_TEMP_DIRECTORY = "/var/lib/ray/tmp"
"""Sessions, logs and spilled objects: on the root volume."""


@functools.cache
def _template() -> Template:
    return template_environment().get_template("node/bootstrap.sh.j2")


def _packages(ray: RayConfig) -> list[str]:
    extras = ",".join(sorted({"default", *ray.extras}))
    return [f"ray[{extras}]=={ray.version}", *ray.packages]


def _ray_start_flags(tier: Tier, *, node: NodeConfig, ray: RayConfig, facts: ClusterFacts, group: str) -> list[str]:
    """Flags of `ray start`, one a line in the unit file."""
    # Workers take the head's directory. /tmp would be memory on Amazon Linux, and is cleaned by age.
    head = ["--head", "--dashboard-host=0.0.0.0", f"--temp-dir={RAY_TEMP_DIRECTORY}"]
    role = head if tier == "head" else [f"--address={facts.head_address}:{GCS_PORT}"]
    own = {name: int(amount) for name, amount in node.resources.items() if name not in _RAY_RESOURCES}
    flags = [*role, *ray_start_port_flags(tier)]
    flags += [f"{flag}={int(node.resources[name])}" for name, flag in _RAY_RESOURCES.items() if name in node.resources]
    if own:
        flags.append(f"--resources={json.dumps(own, sort_keys=True)}")
    flags.append(f"--labels={_labels(node, group)}")
    if ray.object_store_memory_gib is not None:
        flags.append(f"--object-store-memory={ray.object_store_memory_gib * 1024**3}")
    return [*flags, "--disable-usage-stats", "--block"]


_RAY_RESOURCES = {"CPU": "--num-cpus", "GPU": "--num-gpus", "memory": "--memory"}


def _labels(node: NodeConfig, group: str) -> str:
    labels = {"rayform/group": group, **node.labels}
    return ",".join(f"{key}={value}" for key, value in sorted(labels.items()))


def _cloudwatch_agent(facts: ClusterFacts) -> dict[str, object]:
    """Ray's logs, and memory and disk, which EC2 does not report.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Agent-Configuration-File-Details.html
    """
    files = {"/var/log/rayform-bootstrap.log": "bootstrap", f"{RAY_TEMP_DIRECTORY}/session_latest/logs/*": "ray"}
    return {
        "agent": {"metrics_collection_interval": 60},
        "metrics": {
            "namespace": facts.metrics_namespace,
            "append_dimensions": {"InstanceId": "${aws:InstanceId}"},
            "metrics_collected": {
                "mem": {"measurement": ["mem_used_percent"]},
                "disk": {"measurement": ["used_percent"], "resources": ["/"]},
            },
        },
        "logs": {
            "logs_collected": {
                "files": {
                    "collect_list": [
                        {
                            "file_path": path,
                            "log_group_name": facts.log_group,
                            "log_stream_name": f"{{instance_id}}/{name}",
                            # Every file that matches, not only the one that was written to last.
                            "publish_multi_logs": "*" in path,
                        }
                        for path, name in files.items()
                    ]
                }
            }
        },
    }
