"""Run a script on a node, its output and its exit status brought here."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
from collections.abc import Iterable

from config.errors import UserError
from scripts.operate.cluster import Node
from scripts.operate.process import announce, stop
from scripts.operate.transport import RemoteCommand, Transport

_CLOSING_SECONDS = 3.0


def run_on(transport: Transport, node: Node, script: str, *, endless: bool = False) -> int:
    """Run a script on a node; return its exit status.

    Raises UserError when the node cannot be reached.
    """
    command = transport.command(node, script, endless=endless)
    announce(command.arguments)
    if command.frame is not None:
        return _run_framed(transport, node, command, command.frame)
    code = subprocess.run(command.arguments, check=False).returncode
    if code == transport.lost:
        raise UserError(transport.unreachable(node, ""))
    return code


def _run_framed(transport: Transport, node: Node, command: RemoteCommand, frame: str) -> int:
    # The plugin ends the session as soon as its stdin does, so it gets one of its own that stays open.
    process = subprocess.Popen(
        command.arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert process.stdout is not None
    try:
        code, outside = relay((line.decode(errors="replace") for line in process.stdout), frame)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_CLOSING_SECONDS)
    finally:
        stop(process)
    if code is None:
        raise UserError(transport.unreachable(node, outside))
    return code


def relay(lines: Iterable[str], frame: str) -> tuple[int | None, str]:
    """Print what stands in the frame; return the exit status in its last line, and the last line outside of it.

    The status is None when the end of the frame never came.
    """
    inside, outside = False, ""
    end = re.compile(rf"(.*){re.escape(frame)}:(\d+)\s*")
    for line in lines:
        if inside and (ended := end.fullmatch(line)):
            sys.stdout.write(f"{ended[1]}\n" if ended[1] else "")
            sys.stdout.flush()
            return int(ended[2]), outside
        if inside:
            sys.stdout.write(f"{line.rstrip(chr(13) + chr(10))}\n")
            sys.stdout.flush()
        elif line.strip() == f"{frame}:begin":
            inside = True
        elif line.strip():
            outside = line.strip()
    return None, "the session ended before the command did" if inside else outside
