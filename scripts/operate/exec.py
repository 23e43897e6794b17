"""`make exec` and `make attach`: a command, or a shell, where Ray runs."""

from __future__ import annotations

import signal
import subprocess
import sys

from config.errors import UserError
from scripts.operate.cluster import Node
from scripts.operate.deployed import Deployed
from scripts.operate.process import announce
from scripts.operate.ray_process import bash
from scripts.operate.remote import run_on
from scripts.operate.transport import Transport


def require_command(command: str | None) -> str:
    """The command that a user gave. Raises UserError when there is none."""
    if not command or not command.strip():
        raise UserError("which command? make exec CMD='ray list actors' [NODE=<name>]")
    if "\0" in command:
        raise UserError("CMD: got a NUL character, want text")
    return command


def require_terminal() -> None:
    """Refuse to open a shell that nobody could type into."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UserError("make attach needs a terminal; for one command: make exec CMD='…'")


def execute(cluster: Deployed, node: Node, transport: Transport, command: str) -> int:
    """Run a command of bash on a node, its output as it comes; return its exit status."""
    words = bash(command)
    try:
        return run_on(transport, node, words if node == cluster.bastion else cluster.as_ray(words), endless=True)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


def attach(cluster: Deployed, node: Node, transport: Transport) -> int:
    """Open a shell on a node and return its exit status; the bastion has no Ray, there it is the login shell."""
    arguments = transport.shell(node, None if node == cluster.bastion else cluster.as_ray("bash"))
    announce(arguments)
    # Ctrl-C is for what runs there. Not SIG_IGN, which the child would inherit.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        code = subprocess.run(arguments, check=False).returncode
    finally:
        signal.signal(signal.SIGINT, before)
    if code == transport.lost:
        raise UserError(transport.unreachable(node, ""))
    return code
