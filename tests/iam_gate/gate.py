"""The proxy."""

from __future__ import annotations

import http.client
import socket
import threading
import urllib.parse
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.iam_gate.checks import UntranslatableError
from tests.iam_gate.decisions import Decision, Log
from tests.iam_gate.judge import judge
from tests.iam_gate.principals import Principal, StatementId, read_principals
from tests.iam_gate.refusals import refuse
from tests.iam_gate.translate import translate
from tests.iam_gate.wire import HttpRequest, read_call
from tests.iam_gate.world import World

_BETWEEN_TWO = frozenset({"connection", "keep-alive", "transfer-encoding", "host", "content-length", "expect"})
"""Headers that a proxy makes itself."""
_UPSTREAM_SECONDS = 120


class Gate:
    """Lets requests through to the emulator that the caller's policies allow; a context manager.

    The caller is the access key id of the signature; who has the administrator's key passes without a check or a
    line in the log. Whoever is not registered is denied.
    """

    def __init__(
        self,
        upstream: str,
        principals: Mapping[str, Principal] | Path | None = None,
        *,
        listen: tuple[str, int] | socket.socket = ("127.0.0.1", 0),
        administrator: str = "test",
        log: Path | None = None,
    ) -> None:
        self._upstream = urllib.parse.urlsplit(upstream)
        self._administrator = administrator
        self._file = principals if isinstance(principals, Path) else None
        self._file_stamp: tuple[int, int] | None = None
        self._principals = {} if isinstance(principals, Path) else dict(principals or {})
        self._worlds: dict[str, World] = {}
        self._lock = threading.Lock()
        self._log = Log(log)
        self._server = _Server(listen, _Handler)
        self._server.gate = self
        self._thread = threading.Thread(target=self._server.serve_forever, name="iam-gate", daemon=True)

    def __enter__(self) -> Gate:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    @property
    def endpoint(self) -> str:
        """URL to give to clients."""
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    def start(self) -> None:
        """Serve in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        for world in self._worlds.values():
            world.close()

    def register(self, key_id: str, principal: Principal) -> None:
        """Let somebody in, or change what holds for them."""
        with self._lock:
            self._principals[key_id] = principal

    def decisions(self) -> list[Decision]:
        """Every check so far, in order."""
        return self._log.all()

    def denied(self) -> list[Decision]:
        """Checks that did not pass."""
        return [each for each in self._log.all() if not each.allowed]

    def used_statements(self) -> set[StatementId]:
        """Statements that allowed something."""
        return {statement for each in self._log.all() for statement in each.statements}

    def needed_statements(self) -> set[StatementId]:
        """Statements that alone allowed some check: without one of them a request would have been denied."""
        return {each.statements[0] for each in self._log.all() if len(each.statements) == 1}

    def clear(self) -> None:
        """Forget the decisions so far; the file keeps them."""
        self._log.clear()

    def first_denial(self, request: HttpRequest) -> Decision | None:
        """Decide about a request and note it; None lets it through."""
        key_id = request.scope[0] if request.scope else "nobody"
        if key_id == self._administrator:
            return None
        decisions = self._decide(key_id, request)
        self._log.add(decisions)
        return next((each for each in decisions if not each.allowed), None)

    def forward(self, request: HttpRequest) -> tuple[int, list[tuple[str, str]], bytes]:
        """The emulator's answer: status, headers, body."""
        upstream = http.client.HTTPConnection(self._upstream.netloc, timeout=_UPSTREAM_SECONDS)
        headers = {name: value for name, value in request.headers.items() if name not in _BETWEEN_TWO}
        try:
            upstream.request(request.method, request.target, request.body or None, headers)
            answer = upstream.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            upstream.close()

    def _decide(self, key_id: str, request: HttpRequest) -> list[Decision]:
        number = self._log.next_number()
        name, shown = key_id, f"{request.method} {request.target}"
        try:
            principal = self._principal(key_id)
            if principal is None:
                return [Decision(number, shown, name, shown, "*", False, reason="unknown access key")]
            name = principal.name
            call = read_call(request, principal.account_id)
            shown = call.action
            checks = translate(call, self._world(call.region))
        except UntranslatableError as error:
            return [Decision(number, shown, name, shown, "*", False, reason=f"not translated: {error}")]
        except Exception as error:  # noqa: BLE001  # whatever goes wrong here, the request must not pass
            return [Decision(number, shown, name, shown, "*", False, reason=f"not translated: {error!r}")]
        found = [(check, judge(principal, check)) for check in checks]
        if not found:  # a call that needs no permission
            return [Decision(number, shown, name, shown, "*", True)]
        return [
            Decision(
                number,
                shown,
                name,
                check.action,
                check.resource,
                verdict.allowed,
                verdict.statements,
                verdict.reason,
                check.context,
            )
            for check, verdict in found
        ]

    def _principal(self, key_id: str) -> Principal | None:
        with self._lock:
            if self._file is not None:
                status = self._file.stat()
                stamp = (status.st_mtime_ns, status.st_ino)
                if stamp != self._file_stamp:
                    self._principals, self._file_stamp = read_principals(self._file), stamp
            return self._principals.get(key_id)

    def _world(self, region: str) -> World:
        with self._lock:
            return self._worlds.setdefault(region, World(self._upstream.geturl(), region))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    gate: Gate

    def __init__(self, listen: tuple[str, int] | socket.socket, handler: type[BaseHTTPRequestHandler]) -> None:
        if isinstance(listen, socket.socket):  # made elsewhere, such as in another network namespace
            super().__init__(listen.getsockname(), handler, bind_and_activate=False)
            self.socket.close()
            self.socket, self.server_address = listen, listen.getsockname()
            return
        super().__init__(listen, handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def _serve(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", 0)))
        request = HttpRequest(self.command, self.path, headers, body)
        if "transfer-encoding" in headers or len(headers) != len(self.headers):
            # A body in chunks or a header that comes twice is read by some in one way, by others in another.
            self._answer(501, [], b"the gate takes whole bodies and single headers only")
            self.close_connection = True
            return
        denied = self.server.gate.first_denial(request)
        if denied is not None:
            refusal = refuse(request.scope[2] if request.scope else "", denied)
            self._answer(refusal.status, [("Content-Type", refusal.content_type)], refusal.body)
            return
        try:
            self._answer(*self.server.gate.forward(request))
        except OSError as error:
            self._answer(502, [], f"the emulator does not answer: {error}".encode())

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _serve  # noqa: N815  # names of http.server

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response(status)
        length = str(len(body))
        for name, value in headers:
            if name.lower() == "content-length" and self.command == "HEAD":
                length = value
            elif name.lower() not in _BETWEEN_TWO:
                self.send_header(name, value)
        self.send_header("Content-Length", length)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_parts: Any) -> None:
        """A line for each request is in the gate's own log."""
