"""A fault inside moto becomes a client error that names it: status 500 would be retried for minutes."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable, Iterable
from typing import Any
from xml.sax.saxutils import escape

CODE = "UnsupportedOperation"


def log(what: str, error: Exception) -> str:
    """Leave a line in the log, with its traceback unless it is a known gap; return the message for the caller."""
    missing = isinstance(error, NotImplementedError)
    print(f"EMULATOR {'GAP' if missing else 'BUG'} {what}: {error!r}", file=sys.stderr, flush=True)
    if not missing:
        traceback.print_exception(type(error), error, error.__traceback__)
    return f"the embedded AWS {'lacks' if missing else 'failed at'} {what} ({error})"


def answer(environ: dict[str, Any], start_response: Callable[..., Any], error: Exception) -> Iterable[bytes]:
    """Answer a request that failed before any answer was begun."""
    message = log(f"{environ['REQUEST_METHOD']} {environ.get('PATH_INFO', '')}", error)
    json_protocol = "json" in environ.get("CONTENT_TYPE", "")
    body = (_json(message) if json_protocol else _xml(message)).encode()
    headers = [
        ("Content-Type", "application/json" if json_protocol else "application/xml"),
        ("Content-Length", str(len(body))),
        ("x-amzn-ErrorType", CODE),
    ]
    start_response("400 Bad Request", headers, sys.exc_info())
    return [body]


def _json(message: str) -> str:
    return json.dumps({"__type": CODE, "message": message})


def _xml(message: str) -> str:
    return f"<Error><Code>{CODE}</Code><Message>{escape(message)}</Message></Error>"
