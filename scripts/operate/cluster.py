"""The deployed cluster, as Terraform's outputs tell it and, where Ray makes nodes, EC2."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from config.autoscaling_ec2 import AutoscalingEc2Config
from config.commands import make_command, make_commands
from config.ec2_cluster import BASTION, BASTION_USER, HEAD_NODE, Ec2ClusterConfig
from config.errors import UserError

if TYPE_CHECKING:
    from scripts.operate.instances import RayInstance

_AT_REST = ("stopping", "stopped")


@dataclass(frozen=True)
class Node:
    """One node of the cluster, or its bastion."""

    name: str
    """`ray-demo-head-node`, its AWS name."""
    short_name: str
    """`head-node`, `worker-cpu-0`, or `worker-cpu-i-0123456789abcdef0` for one that the autoscaler made."""
    instance_id: str
    private_ip: str
    public_ip: str
    """Empty when there is none."""
    user: str | None
    """Login user; None for a worker whose group is no longer in the environment file."""
    is_head: bool = False
    state: str | None = None
    """State of the instance; None where EC2 was not asked."""

    def answers_to(self, name: str) -> bool:
        """Whether a user means this node: by a name, host name, instance id or private address."""
        return name in (
            self.name,
            self.short_name,
            self.short_name.removeprefix("worker-"),
            self.instance_id,
            self.private_ip,
        )


@dataclass(frozen=True)
class Cluster:
    """The nodes of one environment, the head first, and what a client needs."""

    environment: Ec2ClusterConfig
    nodes: tuple[Node, ...]
    token_secret_arn: str | None
    bastion: Node | None = None

    @property
    def name(self) -> str:
        """`ray-demo`."""
        return self.environment.label.cluster

    @property
    def head(self) -> Node:
        """The head node.

        Raises UserError when there is none, more than one, or one that is stopped.
        """
        heads = [node for node in self.nodes if node.is_head]
        if not heads:
            goals = ("plan", "apply") if self.environment.terraform_makes_head else ("up",)
            raise UserError(f"{self.environment.name} has no head; run: {make_commands(goals, self.environment)}")
        if len(heads) > 1:
            ids = ", ".join(node.instance_id for node in heads)
            again = make_commands(("down", "up"), self.environment)
            raise UserError(f"{self.environment.name} has {len(heads)} heads, want one: {ids}; run: {again}")
        return self._not_stopped(heads[0])

    @property
    def environment_name(self) -> str:
        """`demo`."""
        return self.environment.name

    @property
    def ray_version(self) -> str:
        """Version of Ray on the nodes."""
        return self.environment.ray.version

    @property
    def has_token(self) -> bool:
        """Whether Ray asks for a token."""
        return self.environment.has_token

    @property
    def dashboard_port(self) -> int:
        """Port of dashboard and Jobs API on the head."""
        return self.environment.port_table["dashboard"].first

    def make(self, goal: str) -> str:
        """The command a user runs for this environment, as messages name it."""
        return make_command(goal, self.environment)

    def ray(self, words: str) -> str:
        """Script for a shell of a node that runs Ray's own command line, with the node's token and head's address."""
        return f"sudo /opt/rayform/bin/ray-cli {words}"

    def as_ray(self, words: str) -> str:
        """Script for a shell of a node that runs words as Ray runs, in its process environment."""
        from scripts.operate.ray_process import as_ray

        return as_ray(self, words)

    def node(self, name: str) -> Node:
        """The node that a user names; `head` will do for the head, and the bastion counts as one.

        Raises UserError for a name that no node has, and for a node that is stopped.
        """
        if name in ("head", HEAD_NODE):
            return self.head
        places = [*self.nodes, self.bastion] if self.bastion else [*self.nodes]
        for node in places:
            if node.answers_to(name):
                return self._not_stopped(node)
        known = ", ".join(node.short_name for node in places) or "none"
        raise UserError(f"there is no node {name!r}, there are: {known}; run: {self.make('logs')} NODE=<one of them>")

    def _not_stopped(self, node: Node) -> Node:
        if node.state not in _AT_REST:
            return node
        if node.is_head:
            # Beside a stopped head, `ray up` would make another.
            goals = ("up",) if self.environment.terraform_makes_head else ("down", "up")
            start = make_commands(goals, self.environment)
            raise UserError(f"the head {node.name} ({node.instance_id}) is stopped; run: {start}")
        raise UserError(f"{node.name} is stopped: the autoscaler starts it when there is work for it")


def cluster_of(
    environment: Ec2ClusterConfig, outputs: Mapping[str, Any], instances: Sequence[RayInstance] = ()
) -> Cluster:
    """The cluster that the outputs describe, and the instances that EC2 knows by Ray's tags.

    Raises UserError when nothing was applied yet.
    """
    require_applied(environment, outputs)
    heads = list(_heads(environment, outputs, instances))
    workers = (*_fixed_workers(environment, outputs), *_autoscaled_workers(environment, instances))
    return Cluster(environment, (*heads, *workers), outputs.get("ray_token_secret_arn"), _bastion(environment, outputs))


def require_applied(environment: Ec2ClusterConfig, outputs: Mapping[str, Any]) -> None:
    """Raise UserError when there are no outputs of an apply."""
    if not outputs.keys() & {"head", "cluster"}:
        run = make_commands(("plan", "apply"), environment)
        raise UserError(f"{environment.name} is not applied yet; run: {run}")


def _heads(
    environment: Ec2ClusterConfig, outputs: Mapping[str, Any], instances: Sequence[RayInstance]
) -> Iterator[Node]:
    """Terraform's head, and those that `ray up` has made: one, if all is well."""
    facts = {instance.instance_id: instance for instance in instances if instance.kind == "head"}
    made: Mapping[str, str] | None = outputs.get("head")
    ids = sorted(facts.keys() | ({made["instance_id"]} if made else set()))
    for instance_id in ids:
        short_name = HEAD_NODE if len(ids) == 1 else f"{HEAD_NODE}-{instance_id}"
        # EC2 knows better: what is stopped and started again has another public address.
        found = facts.get(instance_id)
        known = _addresses(found) if found else made
        assert known is not None
        state = found.state if found else None
        yield _node(environment, short_name, known, environment.head.ssh_user, is_head=True, state=state)


def _fixed_workers(environment: Ec2ClusterConfig, outputs: Mapping[str, Any]) -> Iterator[Node]:
    workers: Mapping[str, Mapping[str, str]] = outputs.get("workers", {})
    for short_name in sorted(workers, key=_group_and_index):
        group = environment.workers.get(_group_and_index(short_name)[0])
        yield _node(environment, short_name, workers[short_name], group.ssh_user if group else None)


def _autoscaled_workers(environment: Ec2ClusterConfig, instances: Sequence[RayInstance]) -> Iterator[Node]:
    if not isinstance(environment, AutoscalingEc2Config):
        return
    for instance in instances:
        if instance.kind == "worker":
            type_ = environment.node_types.get(instance.node_type)
            short_name = f"worker-{instance.node_type}-{instance.instance_id}"
            user = type_.settings.ssh_user if type_ else None
            yield _node(environment, short_name, _addresses(instance), user, state=instance.state)


def _bastion(environment: Ec2ClusterConfig, outputs: Mapping[str, Any]) -> Node | None:
    facts: Mapping[str, str] | None = outputs.get("bastion")
    return _node(environment, BASTION, facts, BASTION_USER) if facts else None


def _addresses(instance: RayInstance) -> dict[str, str]:
    return {
        "instance_id": instance.instance_id,
        "private_ip": instance.private_ip,
        "public_ip": instance.public_ip,
    }


def _node(
    environment: Ec2ClusterConfig,
    short_name: str,
    facts: Mapping[str, str],
    user: str | None,
    *,
    is_head: bool = False,
    state: str | None = None,
) -> Node:
    return Node(
        name=environment.label.name(short_name),
        short_name=short_name,
        instance_id=facts["instance_id"],
        private_ip=facts["private_ip"],
        public_ip=facts["public_ip"],
        user=user,
        is_head=is_head,
        state=state,
    )


def _group_and_index(short_name: str) -> tuple[str, int]:
    """`worker-cpu-0` is worker 0 of group `cpu`."""
    group, _, index = short_name.removeprefix("worker-").rpartition("-")
    return group, int(index)
