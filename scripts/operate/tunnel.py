"""A port of a node, brought to this machine for as long as it is needed."""

from __future__ import annotations

import contextlib
import http.client
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from types import TracebackType
from typing import IO

from config.errors import UserError
from scripts.operate.process import announce, stop

ANSWER_SECONDS = 60.0
_NOISE = ("Starting session with SessionId", "Exiting session with sessionId", "Warning: Permanently added")


class Tunnel:
    """A forwarding process; ended with the `with` block."""

    def __init__(self, arguments: Sequence[str], local_port: int) -> None:
        self._arguments, self._port = arguments, local_port
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed in __exit__
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Tunnel:
        announce(self._arguments)
        # Its stdin stays open: at the end of it, the Session Manager plugin would end the session.
        self._process = subprocess.Popen(
            self._arguments, stdin=subprocess.PIPE, stdout=self._said, stderr=subprocess.STDOUT
        )
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        stop(self._running)
        self._said.close()

    @property
    def url(self) -> str:
        """What the port serves, from here."""
        return f"http://127.0.0.1:{self._port}"

    def wait_until_it_answers(self, seconds: float = ANSWER_SECONDS) -> None:
        """Wait until the other end speaks HTTP.

        Raises UserError when the tunnel dies or nothing answers in time.
        """
        deadline = time.monotonic() + seconds
        while not answers(self._port):
            self.require_alive()
            if time.monotonic() > deadline:
                said = f" ({said})" if (said := self._last_line()) else ""
                raise UserError(f"Ray does not answer through the tunnel after {seconds:.0f} s{said}: make status")
            time.sleep(0.2)

    def wait(self) -> None:
        """Wait until it ends, which by itself it should not.

        Raises UserError with what it said last.
        """
        self._running.wait()
        self.require_alive()

    def require_alive(self) -> None:
        """Raise UserError with what the tunnel said last, when it has ended."""
        code = self._running.poll()
        if code is not None:
            raise UserError(f"the tunnel has ended: {self._last_line() or f'exit status {code}'}")

    @property
    def _running(self) -> subprocess.Popen[bytes]:
        assert self._process is not None
        return self._process

    def _last_line(self) -> str:
        self._said.seek(0)
        lines = [line.strip() for line in self._said.read().decode(errors="replace").splitlines()]
        return next((line for line in reversed(lines) if line and not line.startswith(_NOISE)), "")


def answers(port: int) -> bool:
    """Whether something on a port of this machine speaks HTTP, whatever it says; asked directly, not by a proxy."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5.0)) as connection:
        try:
            connection.request("GET", "/api/version")
            connection.getresponse()
        except (OSError, http.client.HTTPException):
            return False
        return True


def require_free(port: int) -> None:
    """Refuse a local port that somebody listens on."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise UserError(f"port {port} of this machine is in use: choose another with LOCAL_PORT=") from None


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
