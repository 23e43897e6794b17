"""As much of HTTP/1.1 as AWS clients speak to an endpoint on loopback."""

from __future__ import annotations

import http.client
import re
from asyncio import IncompleteReadError, StreamReader
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

_OF_ONE_CONNECTION = frozenset({"connection", "content-length", "keep-alive", "transfer-encoding"})
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T[\d:.%A-F]+Z|\b1\d{9}(\.\d+)?\b")
"""A point in time, in words or in seconds: metrics are asked for up to now."""
TIMEOUT_SECONDS = 60


@dataclass(frozen=True)
class Request:
    """One call."""

    method: str
    target: str
    """Path and query."""
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def key(self) -> tuple[str, ...]:
        """What tells two calls apart; neither the time nor the signature is in it."""
        operation = self.headers.get("x-amz-target", "")
        return (self.method, self.target, self.service, operation, _TIME.sub("(time)", self.body.decode("latin-1")))

    @property
    def service(self) -> str:
        """The service that the signature is for; nothing when there is none."""
        scope = self.headers.get("authorization", "").partition("Credential=")[2].split(",")[0].split("/")
        return scope[3] if len(scope) > 3 else ""


@dataclass(frozen=True)
class Response:
    """One answer."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def encoded(self, *, with_body: bool = True) -> bytes:
        """The answer as it goes over the wire, on a connection that stays open."""
        reason = http.client.responses.get(self.status, "")
        lines = [f"HTTP/1.1 {self.status} {reason}", *(f"{name}: {value}" for name, value in self.headers)]
        head = "\r\n".join([*lines, f"Content-Length: {len(self.body)}", "", ""]).encode("latin-1")
        return head + self.body if with_body else head


async def read_request(stream: StreamReader) -> Request | None:
    """Read the next request of a connection; None at its end."""
    try:
        head = (await stream.readuntil(b"\r\n\r\n")).decode("latin-1")
    except IncompleteReadError:
        return None
    first, *lines = head.rstrip().split("\r\n")
    method, target, _version = first.split(" ", 2)
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await stream.readexactly(int(headers.get("content-length", 0)))
    return Request(method, target, headers, body)


def forward(request: Request, upstream: str) -> Response:
    """Ask the endpoint behind; blocks."""
    parts = urlsplit(upstream)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=TIMEOUT_SECONDS)
    try:
        kept = {name: value for name, value in request.headers.items() if name not in _OF_ONE_CONNECTION}
        connection.request(request.method, request.target, body=request.body, headers=kept)
        answer = connection.getresponse()
        headers = tuple(pair for pair in answer.getheaders() if pair[0].lower() not in _OF_ONE_CONNECTION)
        return Response(answer.status, headers, answer.read())
    finally:
        connection.close()
