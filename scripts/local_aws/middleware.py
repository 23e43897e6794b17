"""What stands before moto: who may ask, our own answers, and a count of changes."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from scripts.local_aws import fault
from scripts.local_aws.gate import Gate
from scripts.local_aws.identity import (
    CONTROL_PATH,
    IDENTITY_PATH,
    KUBERNETES_PATH,
    PREPARE_DESTROY_PATH,
    SAVE_PATH,
    Identity,
)
from scripts.local_aws.replay import Application, Environ, Replay, StartResponse
from scripts.local_aws.saver import Saver

LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})
READS = ("Describe", "Get", "List", "Head", "Lookup", "Search", "BatchGet", "Simulate", "AssumeRole")


class Middleware:
    """The WSGI application of the emulator, around moto's."""

    def __init__(
        self,
        moto: Application,
        *,
        identity: Identity,
        gate: Gate,
        saver: Saver,
        prepare_destroy: Callable[[str], int],
        kubernetes_port: Callable[[], int],
    ) -> None:
        self._moto = moto
        self._identity = identity
        self._gate = gate
        self._saver = saver
        self._prepare_destroy = prepare_destroy
        self._kubernetes_port = kubernetes_port
        self._replay = Replay()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        if not is_from_this_machine(environ):
            refusal = {"error": "the embedded AWS answers programs on this machine only"}
            return _answer(start_response, HTTPStatus.FORBIDDEN, refusal)
        if _is_control(environ):
            return self._control(environ, start_response)
        if is_change(environ):
            return self._replay.once(environ, start_response, self._change)
        return self._emulate(environ, start_response)

    def _change(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        try:
            return self._emulate(environ, start_response)
        finally:
            self._saver.note_change()

    def _emulate(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        with self._gate.alone():
            try:
                # moto's body is complete here: its answers are strings, not streams.
                return self._moto(environ, start_response)
            except Exception as error:  # noqa: BLE001  # reported by `fault`
                # S3, for one, does not pass by the hook of `extensions.fail_fast`.
                return fault.answer(environ, start_response, error)

    def _control(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        request = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        if request == ("GET", IDENTITY_PATH):
            return _answer(start_response, HTTPStatus.OK, self._identity.to_dict())
        if request == ("POST", SAVE_PATH):
            self._saver.save()
            return _answer(start_response, HTTPStatus.OK, {"saved": True})
        if request == ("POST", KUBERNETES_PATH):
            return _answer(start_response, HTTPStatus.OK, {"port": self._kubernetes_port()})
        if request == ("POST", PREPARE_DESTROY_PATH):
            return _answer(start_response, HTTPStatus.OK, {"deleted": self._delete_slow(environ)})
        return _answer(start_response, HTTPStatus.NOT_FOUND, {"error": f"no such control: {request[1]}"})

    def _delete_slow(self, environ: Environ) -> int:
        prefix = parse_qs(environ.get("QUERY_STRING", "")).get("prefix", [""])[0]
        with self._gate.alone():
            deleted = self._prepare_destroy(prefix) if prefix else 0
            self._saver.note_change()
        return deleted


def is_from_this_machine(environ: Environ) -> bool:
    """Refuse what a web page can send: a foreign name that resolves to loopback, or a cross-site request."""
    host = environ.get("HTTP_HOST", "")
    name = host.rpartition(":")[0] or host
    return name in LOOPBACK_NAMES and "HTTP_ORIGIN" not in environ


def is_change(environ: Environ) -> bool:
    """Tell whether a request may change the account; in doubt it does."""
    if environ["REQUEST_METHOD"] in ("GET", "HEAD", "OPTIONS"):
        return False
    return not _operation(environ).startswith(READS)


def _operation(environ: Environ) -> str:
    target: str = environ.get("HTTP_X_AMZ_TARGET", "")
    return target.rpartition(".")[2] or _form_action(environ)


def _form_action(environ: Environ) -> str:
    """The operation of a query protocol (EC2, IAM …) is a form field; the body is put back for moto."""
    if not environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        return ""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    action: str = parse_qs(body.decode("utf-8", "replace")).get("Action", [""])[0]
    return action


def _is_control(environ: Environ) -> bool:
    """Ours are unsigned; a signed request to the same path is for a bucket called `rayform`."""
    return environ.get("PATH_INFO", "").startswith(CONTROL_PATH) and "HTTP_AUTHORIZATION" not in environ


def _answer(start_response: StartResponse, status: HTTPStatus, document: dict[str, Any]) -> Iterable[bytes]:
    body = json.dumps(document).encode() + b"\n"
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start_response(f"{status.value} {status.phrase}", headers)
    return [body]
