"""Transport over AWS Systems Manager: no open port, no key, no address of the node."""

from __future__ import annotations

import json
import secrets
import shlex
from dataclasses import dataclass
from typing import ClassVar

from scripts.operate.cluster import Node
from scripts.operate.process import require_programs
from scripts.operate.transport import RemoteCommand


@dataclass(frozen=True)
class Ssm:
    """Sessions of the AWS CLI and its Session Manager plugin."""

    region: str
    lost: ClassVar[int | None] = None

    def __post_init__(self) -> None:
        require_programs("aws", "session-manager-plugin")

    def command(self, node: Node, script: str, *, endless: bool) -> RemoteCommand:  # noqa: ARG002 - the agent ends it
        """A session that runs one command.

        The agent splits the command into words and starts it without a shell, hence the `sh -c`. The AWS CLI ends with
        0 whatever the command did (github.com/aws/session-manager-plugin/issues/59), hence the frame.
        """
        frame = f"rayform-{secrets.token_hex(4)}"
        framed = f"echo {frame}:begin; ( {script} ); echo {frame}:$?"
        parameters = json.dumps({"command": [f"sh -c {shlex.quote(framed)}"]})
        return RemoteCommand(tuple(self._session(node, "AWS-StartNonInteractiveCommand", parameters)), frame)

    def shell(self, node: Node, command: str | None) -> list[str]:
        """A session, as `ssm-user` where no command is given."""
        if command is None:
            return self._session(node)
        return self._session(node, "AWS-StartInteractiveCommand", json.dumps({"command": [command]}))

    def forward(self, node: Node, port: int, local_port: int) -> list[str]:
        """A session that forwards a port."""
        parameters = f"portNumber={port},localPortNumber={local_port}"
        return self._session(node, "AWS-StartPortForwardingSession", parameters)

    def unreachable(self, node: Node, reason: str) -> str:
        """Also what a node says that is still booting, or was terminated."""
        return (
            f"SSM has no session with {node.name} ({node.instance_id}): {reason or 'it ended without a word'}; "
            "it may still boot: try again in two minutes"
        )

    def _session(self, node: Node, document: str | None = None, parameters: str = "") -> list[str]:
        what = ["--document-name", document, "--parameters", parameters] if document else []
        return ["aws", "ssm", "start-session", "--region", self.region, "--target", node.instance_id, *what]
