"""`make down`: end what Ray has made, and stop the head that Terraform made."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from config.autoscaling_ec2 import AutoscalingEc2Config
from scripts.consent import require_name
from scripts.inventory.session import Session
from scripts.operate.cluster import Cluster
from scripts.operate.launcher import launcher_of
from scripts.operate.power import stop, terminate_all
from scripts.operate.ray_launcher import Way, require_launcher_programs, run_ray


def require_consent(environment: AutoscalingEc2Config) -> None:
    """Refuse, on AWS, until a person has typed the name."""
    require_name(
        environment,
        "down",
        question=f"This ends every node of {environment.name} on AWS, and what runs on them.",
        refusal=f"{environment.name} is not taken down",
    )


def down(
    environment: AutoscalingEc2Config, cluster: Cluster, session: Session, outputs: Mapping[str, Any], way: Way
) -> int:
    """Take the nodes down; what Terraform made stays, its head stopped."""
    ended_by_ray = False
    if _is_for_ray(environment, outputs, cluster):
        require_launcher_programs(way)
        launcher = launcher_of(environment, session, outputs)
        session = launcher.session
        code = run_ray("down", environment, cluster, launcher.variables, way)
        ended_by_ray = code == 0
        if not ended_by_ray:
            print(f"ray down has failed with {code}: EC2 is asked itself", file=sys.stderr)
    # Also after Ray, whose head may have launched a worker meanwhile.
    if not end_instances(environment, session, outputs) and not ended_by_ray:
        print(f"{environment.name} has no node that runs: nothing to do")
    return 0


def _is_for_ray(environment: AutoscalingEc2Config, outputs: Mapping[str, Any], cluster: Cluster) -> bool:
    """Whether `ray up` has made nodes; those of the embedded AWS are none that Ray could log in to first."""
    return environment.target == "aws" and "head" not in outputs and bool(cluster.nodes)


def end_instances(environment: AutoscalingEc2Config, session: Session, outputs: Mapping[str, Any]) -> bool:
    """Stop Terraform's head, then terminate every other head and all workers; wait. False when there were none.

    Heads first: one that runs would replace the workers that it misses.
    """
    kept: str | None = outputs.get("head", {}).get("instance_id")
    done = False
    if kept is not None and stop(session, kept):
        print(f"stopped the head {kept}", flush=True)
        done = True
    for kind in ("head", "worker"):
        ended = terminate_all(environment, session, kind, spared=kept)
        if ended:
            print(f"terminated {len(ended)} {kind}{'s' if len(ended) > 1 else ''}: {', '.join(ended)}", flush=True)
            done = True
    return done
