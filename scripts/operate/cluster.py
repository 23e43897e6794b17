"""The deployed cluster, as Terraform's outputs tell it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from config.commands import make_command
from config.errors import UserError
from config.static_ec2 import StaticEc2Config

HEAD = "head-node"


@dataclass(frozen=True)
class Node:
    """One node of the cluster."""

    name: str
    """`ray-demo-head-node`, its AWS name."""
    short_name: str
    """`head-node` or `worker-cpu-0`."""
    instance_id: str
    private_ip: str
    public_ip: str
    """Empty when there is none."""
    user: str | None
    """Login user; None for a worker whose group is no longer in the environment file."""


@dataclass(frozen=True)
class Cluster:
    """The nodes of one environment, the head first, and what a client needs."""

    environment: StaticEc2Config
    nodes: tuple[Node, ...]
    token_secret_arn: str | None

    @property
    def name(self) -> str:
        """`ray-demo`."""
        return self.environment.label.cluster

    @property
    def head(self) -> Node:
        """The head node."""
        return self.nodes[0]

    @property
    def dashboard_port(self) -> int:
        """Port of dashboard and Jobs API on the head."""
        return self.environment.port_table["dashboard"].first

    def make(self, goal: str) -> str:
        """The command a user runs for this environment, as messages name it."""
        return make_command(goal, self.environment)

    def node(self, name: str) -> Node:
        """The node that a user names; `head` will do for the head.

        Raises UserError for a name that no node has.
        """
        wanted = HEAD if name == "head" else name
        for node in self.nodes:
            if wanted in (node.name, node.short_name):
                return node
        known = ", ".join(node.short_name for node in self.nodes)
        raise UserError(f"there is no node {name!r}, there are: {known}; run: {self.make('logs')} NODE=<one of them>")


def cluster_of(environment: StaticEc2Config, outputs: Mapping[str, Any]) -> Cluster:
    """The cluster that the outputs describe.

    Raises UserError when nothing was applied yet.
    """
    if "head" not in outputs:
        run = " && ".join(make_command(goal, environment) for goal in ("plan", "apply"))
        raise UserError(f"{environment.name} is not applied yet; run: {run}")
    return Cluster(environment, tuple(_nodes(environment, outputs)), outputs.get("ray_token_secret_arn"))


def _nodes(environment: StaticEc2Config, outputs: Mapping[str, Any]) -> Iterator[Node]:
    yield _node(environment, HEAD, outputs["head"], environment.head.ssh_user)
    workers: Mapping[str, Mapping[str, str]] = outputs.get("workers", {})
    for short_name in sorted(workers, key=_group_and_index):
        group = environment.workers.get(_group_and_index(short_name)[0])
        yield _node(environment, short_name, workers[short_name], group.ssh_user if group else None)


def _node(environment: StaticEc2Config, short_name: str, facts: Mapping[str, str], user: str | None) -> Node:
    return Node(
        name=environment.label.name(short_name),
        short_name=short_name,
        instance_id=facts["instance_id"],
        private_ip=facts["private_ip"],
        public_ip=facts["public_ip"],
        user=user,
    )


def _group_and_index(short_name: str) -> tuple[str, int]:
    """`worker-cpu-0` is worker 0 of group `cpu`."""
    group, _, index = short_name.removeprefix("worker-").rpartition("-")
    return group, int(index)
