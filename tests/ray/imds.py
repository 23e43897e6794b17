"""A stand-in for the instance metadata service, version 2 only, for all machines of the VPC.

It knows a machine by the address that asks. Run as `python -m tests.ray.imds FILE`; FILE holds, as JSON, the paths and
their values for each address, and is read at every request.
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
"""

from __future__ import annotations

import json
import secrets
import sys
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.ray.firewall import METADATA_ADDRESS

TOKEN_HEADER = "X-aws-ec2-metadata-token"
LIFETIME_HEADER = "X-aws-ec2-metadata-token-ttl-seconds"
PREFIX = "/latest/meta-data/"
LONGEST_LIFETIME = 21600


class MetadataService:
    """Answers for all machines; tokens serve only the machine that asked for them."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._tokens: dict[str, str] = {}

    def new_token(self, address: str, lifetime: str | None) -> tuple[HTTPStatus, str]:
        """PUT /latest/api/token."""
        if not (lifetime and lifetime.isdecimal() and 1 <= int(lifetime) <= LONGEST_LIFETIME):
            return HTTPStatus.BAD_REQUEST, ""
        token = secrets.token_urlsafe(42)
        self._tokens[token] = address
        return HTTPStatus.OK, token

    def read(self, address: str, path: str, token: str | None) -> tuple[HTTPStatus, str]:
        """GET /latest/meta-data/…; folders are listed as the real service does."""
        if token is None or self._tokens.get(token) != address:
            return HTTPStatus.UNAUTHORIZED, ""
        values: Mapping[str, str] = json.loads(self._file.read_text(encoding="utf-8")).get(address, {})
        wanted = path.removeprefix(PREFIX)
        if wanted in values:
            return HTTPStatus.OK, values[wanted]
        folder = wanted.rstrip("/") + "/" if wanted else ""
        below = {key.removeprefix(folder).split("/")[0] for key in values if key.startswith(folder)}
        return (HTTPStatus.OK, "\n".join(sorted(below))) if below else (HTTPStatus.NOT_FOUND, "")


def handler(service: MetadataService) -> type[BaseHTTPRequestHandler]:
    """The HTTP side of a service."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_PUT(self) -> None:
            if self.path != "/latest/api/token":
                self._answer(HTTPStatus.NOT_FOUND, "")
            elif self.headers.get("X-Forwarded-For"):
                self._answer(HTTPStatus.FORBIDDEN, "")
            else:
                lifetime = self.headers.get(LIFETIME_HEADER)
                self._answer(*service.new_token(self.client_address[0], lifetime), lifetime=lifetime)

        def do_GET(self) -> None:
            if self.path.startswith(PREFIX):
                self._answer(*service.read(self.client_address[0], self.path, self.headers.get(TOKEN_HEADER)))
            else:
                self._answer(HTTPStatus.NOT_FOUND, "")

        def _answer(self, status: HTTPStatus, text: str, *, lifetime: str | None = None) -> None:
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/plain")
            self.send_header("Content-Length", str(len(body)))
            if lifetime is not None:
                self.send_header(LIFETIME_HEADER, lifetime)
            self.end_headers()
            self.wfile.write(body)

    return Handler


if __name__ == "__main__":
    ThreadingHTTPServer((METADATA_ADDRESS, 80), handler(MetadataService(Path(sys.argv[1])))).serve_forever()
