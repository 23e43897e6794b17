"""Transport over SSH, with the file that `make ssh-config` writes."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from scripts.operate.cluster import Node
from scripts.operate.process import require_programs
from scripts.operate.transport import RemoteCommand

SSH_FAILED = 255
"""What ssh exits with when it is the connection that failed."""


@dataclass(frozen=True)
class Ssh:
    """OpenSSH: users, keys, addresses, jumps and known hosts are in the file."""

    config_file: Path
    lost: ClassVar[int] = SSH_FAILED

    def __post_init__(self) -> None:
        require_programs("ssh")

    def command(self, node: Node, script: str, *, endless: bool) -> RemoteCommand:
        """With a terminal where Ctrl-C has to end what runs on the node, and where we have one."""
        terminal = ["-t"] if endless and sys.stdin.isatty() and sys.stdout.isatty() else []
        return RemoteCommand((*self._ssh(), *terminal, node.name, script))

    def shell(self, node: Node, command: str | None) -> list[str]:
        """A login, with a terminal also for a command."""
        return [*self._ssh(), "-t", node.name, *([command] if command else [])]

    def forward(self, node: Node, port: int, local_port: int) -> list[str]:
        """A connection that only forwards."""
        forward = f"127.0.0.1:{local_port}:127.0.0.1:{port}"
        return [*self._ssh(), "-n", "-N", "-o", "ExitOnForwardFailure=yes", "-L", forward, node.name]

    def unreachable(self, node: Node, reason: str) -> str:
        """A closed port 22 is the usual reason."""
        said = reason or "the lines above say why"
        return f"SSH does not reach {node.name}: {said}; is its port 22 open to you (access.ssh_cidrs)? Else: VIA=ssm"

    def _ssh(self) -> list[str]:
        return ["ssh", "-F", str(self.config_file)]
