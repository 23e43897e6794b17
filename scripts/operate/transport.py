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

    def command(self, node: Node, script: str, *, endless: bool) -> RemoteCommand:
        """Command that runs a script of `sh` on a node; `endless` when only Ctrl-C ends it."""

    def forward(self, node: Node, port: int, local_port: int) -> list[str]:
        """Command that leads a port of this machine to one of a node, until it is ended."""

    def unreachable(self, node: Node, reason: str) -> str:
        """The error when a node cannot be reached: what is wrong, and what helps."""


def default_via(cluster: Cluster, node: Node, bastion: str | None) -> Via:
    """SSH where it can work: through a bastion, or when the node is public and its port 22 is open to somebody."""
    return "ssh" if bastion or has_open_ssh(cluster, node) else "ssm"


def has_open_ssh(cluster: Cluster, node: Node) -> bool:
    """Whether SSH reaches a node from outside: it has a public address, and a rule lets somebody in."""
    return bool(node.public_ip and cluster.environment.access.ssh_cidrs)
