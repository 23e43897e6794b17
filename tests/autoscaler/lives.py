"""The lives of clusters, from the first node to the last, each with what the gate decided meanwhile."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.autoscaler import head
from tests.autoscaler.by_ray import Caller
from tests.autoscaler.site import Deployed
from tests.iam_gate import Decision, Gate

HEAD, LAUNCHER, WORKER = "AKIAHEAD", "AKIALAUNCHER", "AKIAWORKER"
INTEL, GRAVITON = "processor=intel", "processor=graviton"

Instances = list[dict[str, Any]]


@dataclass(frozen=True)
class Life:
    """What happened."""

    deployed: Deployed
    decisions: list[Decision]
    launched: Mapping[str, Instances]
    """What EC2 had after each step."""
    notes: Mapping[str, Any]


class Stage:
    """Where lives are played: an environment behind a gate, whose roles are the only ones with a key."""

    def __init__(self, deployed: Deployed, gate: Gate, directory: Path) -> None:
        self.deployed, self.gate, self._directory = deployed, gate, directory
        for key_id, part in ((HEAD, "head"), (LAUNCHER, "launcher"), (WORKER, "worker")):
            if part in deployed.roles:
                gate.register(key_id, deployed.roles[part])

    def caller(self, key_id: str) -> Caller:
        """Somebody with a folder of their own."""
        directory = self._directory / key_id
        directory.mkdir(parents=True, exist_ok=True)
        return Caller(self.gate.endpoint, key_id, directory)

    def cluster_yaml(self) -> Path:
        """`make cluster-yaml`."""
        workspace, name = self.deployed.workspace, self.deployed.name
        key = self._directory / "key"
        if not key.exists():
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
        said = workspace.python("-m", "scripts.cluster_yaml", "--env", name, "--target", "local", "--ssh-key", str(key))
        return Path(said.succeeded().output.strip().splitlines()[-1])

    def up(self) -> str:
        """`ray up`, by the launcher."""
        return self.caller(LAUNCHER).ray("up", "--yes", "--no-config-cache", self.cluster_yaml())

    def down(self) -> str:
        """`ray down`, by the launcher."""
        return self.caller(LAUNCHER).ray("down", "--yes", self.cluster_yaml())

    def config_of_new_head(self) -> Path:
        """What the head has taken over after `ray up`; gives the autoscaler's file."""
        brought = self.caller(LAUNCHER).directory / "ray_bootstrap_config.yaml"
        return head.take(self.caller(HEAD), brought)

    def life(self, launched: Mapping[str, Instances], **notes: Any) -> Life:
        """What happened so far, as a life."""
        return Life(self.deployed, self.gate.decisions(), launched, notes)


def life_with_terraforms_head(stage: Stage) -> Life:
    """Workers of each type, in both zones, on spot and on the fallback; all idle in the end."""
    deployed, caller = stage.deployed, stage.caller(HEAD)
    file = head.config_from_secret(caller, deployed)
    first_subnet = deployed.outputs["node_subnet_ids"]["arm"][0]
    launched = {}
    with caller.autoscale(file, INTEL, GRAVITON, no_capacity=[f"m8g.large@{first_subnet}"]) as autoscaling:
        autoscaling.grow()
        launched["workers"] = deployed.nodes(ray_node_type="worker")
        autoscaling.shrink()
    launched["idle"] = deployed.nodes(ray_node_type="worker")
    hook = head.autoscaler_ways(caller)
    with caller.autoscale(file, INTEL, no_capacity=["spot"], hook=hook) as autoscaling:
        autoscaling.grow()
        launched["fallback"] = deployed.nodes(ray_node_type="worker")
        autoscaling.shrink()
    launched["end"] = deployed.nodes(ray_node_type="worker")
    return stage.life(launched, lacks=autoscaling.lacks)


def life_with_ray_up(stage: Stage) -> Life:
    """`ray up`, workers, `ray up` again, `ray down` with a worker that is there."""
    deployed = stage.deployed
    launched, notes = {}, {"up": stage.up()}
    launched["up"] = deployed.nodes()
    caller = stage.caller(HEAD)
    head.publish_address(caller, deployed, deployed.node(ray_node_type="head"))
    file = stage.config_of_new_head()
    with caller.autoscale(file, INTEL, GRAVITON) as autoscaling:
        autoscaling.grow()
        launched["workers"] = deployed.nodes()
        autoscaling.shrink()
    launched["idle"] = deployed.nodes()
    notes["again"] = stage.up()
    launched["again"] = deployed.nodes()
    with caller.autoscale(file, INTEL) as autoscaling:
        autoscaling.grow()
    launched["busy"] = deployed.nodes()
    notes["down"] = stage.down()
    launched["down"] = deployed.nodes("pending", "running", "stopping", "stopped")
    return stage.life(launched, **notes)


def life_with_stopped_nodes(stage: Stage) -> Life:
    """What is idle or downed is stopped, and is started again when there is work."""
    deployed, any_state = stage.deployed, ("pending", "running", "stopping", "stopped")
    launched, notes = {}, {"up": stage.up()}
    caller = stage.caller(HEAD)
    head.publish_address(caller, deployed, deployed.node(ray_node_type="head"))
    file = stage.config_of_new_head()
    for time in ("first", "again"):
        with caller.autoscale(file, INTEL) as autoscaling:
            autoscaling.grow()
            launched[time] = deployed.nodes(*any_state)
            autoscaling.shrink()
        launched[f"{time} idle"] = deployed.nodes(*any_state)
    with caller.autoscale(file, INTEL) as autoscaling:
        autoscaling.grow()
    notes["down"] = stage.down()
    launched["down"] = deployed.nodes(*any_state)
    notes["up again"] = stage.up()
    launched["up again"] = deployed.nodes(*any_state)
    # `make down` leaves nothing that costs, and so does more than `ray down`.
    nodes = [node["InstanceId"] for node in launched["up again"]]
    head.client(stage.caller(LAUNCHER), "ec2").terminate_instances(InstanceIds=nodes)
    launched["end"] = deployed.nodes(*any_state)
    return stage.life(launched, **notes)


LIVES: Mapping[str, Callable[[Stage], Life]] = {
    "by-terraform": life_with_terraforms_head,
    "by-ray-up": life_with_ray_up,
    "cached": life_with_stopped_nodes,
}
