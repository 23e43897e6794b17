"""`make up`: start the head that Terraform made, or have Ray's own launcher make one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from config.autoscaling_ec2 import AutoscalingEc2Config
from config.commands import make_commands
from config.errors import UserError
from scripts.inventory.session import Session
from scripts.operate.cluster import Cluster
from scripts.operate.launcher import launcher_of
from scripts.operate.power import start, state_of
from scripts.operate.ray_launcher import Way, require_launcher_programs, run_ray


def start_head(cluster: Cluster, session: Session, outputs: Mapping[str, Any]) -> int:
    """Start Terraform's head where it is stopped; its autoscaler then makes the workers."""
    apply = make_commands(("plan", "apply"), cluster.environment)
    if "head" not in outputs:
        raise UserError(f"{cluster.environment.name} has no head yet; run: {apply}")
    instance_id = outputs["head"]["instance_id"]
    state = state_of(session, instance_id)
    if state in ("shutting-down", "terminated"):
        raise UserError(f"the head {instance_id} is terminated; run: {apply}")
    if state in ("pending", "running"):
        print(f"the head {instance_id} is {state}: nothing to do")
        return 0
    start(session, instance_id)
    print(f"started the head {instance_id}; Ray answers in a minute or two: {cluster.make('status')}")
    return 0


def ray_up(
    environment: AutoscalingEc2Config, cluster: Cluster, session: Session, outputs: Mapping[str, Any], way: Way
) -> int:
    """Run `ray up`; return its exit status."""
    require_launcher_programs(way)
    if any(node.is_head for node in cluster.nodes):
        _ = cluster.head  # refuses two, and one that is stopped
    code = run_ray("up", environment, cluster, launcher_of(environment, session, outputs).variables, way)
    if code == 0:
        print(f"the head is up: {cluster.make('status')}")
    return code
