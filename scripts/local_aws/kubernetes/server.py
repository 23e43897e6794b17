"""The listener of the Kubernetes API: TLS on loopback, one port for all clusters.

A client says by the TLS server name (`tls-server-name` of its kubeconfig) which cluster it means, and is shown a
certificate that this cluster's authority signed.
"""

from __future__ import annotations

import json
import os
import socket
import ssl
import sys
import tempfile
import threading
import traceback
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts.local_aws.extensions.eks_clusters import by_host
from scripts.local_aws.identity import HOST
from scripts.local_aws.kubernetes import refusals, rights, tokens
from scripts.local_aws.kubernetes.api import Answer, Api
from scripts.local_aws.kubernetes.certificates import server_certificate
from scripts.local_aws.kubernetes.refusals import Refusal
from scripts.local_aws.kubernetes.requests import Request
from scripts.local_aws.kubernetes.store import Store

if TYPE_CHECKING:
    from scripts.local_aws.extensions.eks_clusters import Cluster
    from scripts.local_aws.gate import Gate
    from scripts.local_aws.saver import Saver

_BEARER = "Bearer "


class Listener:
    """Serves every cluster of the account, from the time that somebody asks for it."""

    def __init__(self, note: Path, gate: Gate, saver: Saver) -> None:
        """`note` keeps the port, so that kubeconfigs stay good over a restart."""
        self._note = note
        self._gate = gate
        self._saver = saver
        self._lock = threading.Lock()
        self._server: _Server | None = None
        self._contexts: dict[str, tuple[bytes, ssl.SSLContext]] = {}
        self._stores: dict[int, tuple[dict[str, Any], Store]] = {}

    def port(self) -> int:
        """The port, listened on from now on."""
        with self._lock:
            if self._server is None:
                self._server = self._start()
            return int(self._server.server_address[1])

    def _start(self) -> _Server:
        listener = _bind(self._noted_port())
        port = listener.getsockname()[1]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.sni_callback = self._choose
        server = _Server(listener, context, self)
        self._note.write_text(json.dumps({"port": port}))
        threading.Thread(target=server.serve_forever, name="kubernetes", daemon=True).start()
        return server

    def _noted_port(self) -> int:
        try:
            return int(json.loads(self._note.read_text())["port"])
        except (OSError, ValueError, KeyError, TypeError):
            return 0

    def _choose(self, connection: Any, host: str | None, _context: ssl.SSLContext) -> int | None:
        with self._gate.alone():
            cluster = by_host(host) if host else None
            if cluster is None:
                return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
            connection.context = self._context(cluster)
        connection.rayform_host = host
        return None

    def _context(self, cluster: Cluster) -> ssl.SSLContext:
        authority, made = cluster.authority, self._contexts.get(cluster.host)
        if made is None or made[0] != authority.certificate_pem:
            certificate = server_certificate(authority, cluster.host)
            made = authority.certificate_pem, _context(certificate.certificate_pem + certificate.private_key_pem)
            self._contexts[cluster.host] = made
        return made[1]

    def answer(self, host: str, request: Request) -> Answer:
        """Answer one request; nobody else is at the state meanwhile, but a watch goes on without it."""
        with self._gate.alone():
            cluster = by_host(host)
            if cluster is None:
                raise refusals.unauthorized()
            caller = _caller(cluster, request)
            store = self._store(cluster)
            try:
                caller = rights.impersonated(store, caller, request.headers)
                return Api(store, str(cluster.document["version"])).answer(request, caller)
            finally:
                if request.method not in ("GET", "HEAD"):
                    self._saver.note_change()

    def _store(self, cluster: Cluster) -> Store:
        """The store of a cluster, the same for all who watch it."""
        key = id(cluster.kubernetes)
        if not cluster.kubernetes:
            self._saver.note_change()  # its first namespaces are made now, whatever was asked
        if key not in self._stores or self._stores[key][0] is not cluster.kubernetes:
            self._stores[key] = cluster.kubernetes, Store(cluster.kubernetes)
        return self._stores[key][1]


def _caller(cluster: Cluster, request: Request) -> rights.Caller:
    header = request.headers.get("Authorization", "")
    arn = tokens.caller_of(header.removeprefix(_BEARER), cluster.name) if header.startswith(_BEARER) else None
    caller = rights.caller_by_arn(cluster, arn) if arn else None
    if caller is None:
        raise refusals.unauthorized()
    return caller


def _bind(port: int) -> socket.socket:
    """Listen on the port of last time, or on another one when that is taken."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError:
        listener.bind((HOST, 0))
    listener.listen(128)
    return listener


def _context(pem: bytes) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # ssl reads certificates from files only.
    descriptor, name = tempfile.mkstemp()
    try:
        os.write(descriptor, pem)
        context.load_cert_chain(name)
    finally:
        os.close(descriptor)
        Path(name).unlink()
    return context


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, listener: socket.socket, context: ssl.SSLContext, owner: Listener) -> None:
        super().__init__(listener.getsockname(), _Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        self.server_address = listener.getsockname()
        self.tls = context
        self.owner = owner

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that its client drops is no news."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 600
    """Seconds that a silent connection is kept; longer than any watch."""
    server: _Server

    def setup(self) -> None:
        """Shake hands here, in the connection's own thread."""
        self.request.settimeout(self.timeout)
        self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        super().setup()

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        headers = {name.title(): value for name, value in self.headers.items()}
        request = Request.of(self.command, self.path, headers, self.rfile.read(length))
        try:
            answer = self.server.owner.answer(self.request.rayform_host, request)
        except Refusal as refusal:
            answer = Answer(refusal.code, refusal.to_dict())
        except Exception:  # noqa: BLE001  # the client hears of it, and the log has it
            traceback.print_exc()
            answer = Answer(500, Refusal(500, "InternalError", "the embedded AWS failed; its log says why").to_dict())
        self._send(answer)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815  # http.server's names

    def _send(self, answer: Answer) -> None:
        text = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
        body = text.encode()
        self.send_response(answer.code)
        self.send_header("Content-Type", answer.content_type)
        if answer.lines is None:
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body if self.command != "HEAD" else b"")
            return
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        with suppress(BrokenPipeError, ConnectionResetError, ssl.SSLError):
            for line in answer.lines:
                self.wfile.write(b"%x\r\n%b\r\n" % (len(line), line))
            self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *_arguments: Any) -> None:
        """Say nothing: a line for each request would bury what went wrong."""
