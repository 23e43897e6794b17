"""The way to a node, to run a command or to bring a port here: over SSM, or over SSH (direct, or by a bastion)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from scripts.operate.cluster import Cluster, Node

Via = Literal["ssm", "ssh"]


@dataclass(frozen=True)
class RemoteCommand:
    """A local command that runs a script on a node."""

    arguments: tuple[str, ...]
    frame: str | None = None
    """Where the transport adds lines of its own and loses the exit status: what stands in the lines that the script
    prints before and after its output, `<frame>:begin` and `<frame>:<exit status>`."""


class Transport(Protocol):
    """A way to the nodes."""

    @property
    def lost(self) -> int | None:
        """Exit status by which its program says that the connection failed; None where it has none of its own."""

    def command(self, node: Node, script: str, *, endless: bool) -> RemoteCommand:
        """Command that runs a script of `sh` on a node; `endless` when only Ctrl-C ends it."""

    def shell(self, node: Node, command: str | None) -> list[str]:
        """Command that gives a terminal on a node: of the login shell, or of a command in plain words."""

    def forward(self, node: Node, port: int, local_port: int) -> list[str]:
        """Command that leads a port of this machine to one of a node, until it is ended."""

    def unreachable(self, node: Node, reason: str) -> str:
        """The error when a node cannot be reached: what is wrong, and what helps."""


def default_via(cluster: Cluster, node: Node, bastion: str | None) -> Via:
    """SSH where it can work: through a bastion, or when port 22 is open to somebody and there is a public address."""
    return "ssh" if bastion or has_open_ssh(cluster, node) or jumps(cluster, node) else "ssm"


def has_open_ssh(cluster: Cluster, node: Node) -> bool:
    """Whether SSH reaches a node from outside: it has a public address, and a rule lets somebody in."""
    access = cluster.environment.access
    is_door = access.bastion != "ssh" or node == cluster.bastion  # else only the bastion reaches port 22 of the nodes
    return bool(node.public_ip and access.ssh_cidrs and is_door)


def jumps(cluster: Cluster, node: Node) -> bool:
    """Whether SSH reaches a node through the environment's own bastion."""
    return cluster.environment.access.bastion == "ssh" and cluster.bastion not in (None, node)
