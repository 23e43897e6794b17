"""Answers a repeated request as it was answered the first time.

An SDK that got no answer (a connection lost under load) sends the same request again. AWS recognizes most of these by
their client token; moto does the work twice, or refuses it (`FlowLogAlreadyExists`). The SDKs number their attempts:
https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

REMEMBERED = 2_000
"""Requests that are remembered: more than an apply has under way at any time."""


@dataclass
class _Attempts:
    """The attempts of one request: one at a time, and the answer to the first that was answered."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    answer: tuple[str, list[tuple[str, str]], list[bytes]] | None = None


class Replay:
    """Remembers the answers to changes by the id that the SDK gives all attempts of a request."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: OrderedDict[str, _Attempts] = OrderedDict()

    def once(self, environ: Environ, start_response: StartResponse, do: Application) -> Iterable[bytes]:
        """Do a request, unless an earlier attempt at it was done: then answer as before."""
        identity = environ.get("HTTP_AMZ_SDK_INVOCATION_ID")
        if not identity:
            return do(environ, start_response)
        attempts = self._attempts(identity)
        with attempts.lock:
            if attempts.answer is None:
                attempts.answer = _recorded(environ, do)
            status, headers, body = attempts.answer
        if status.startswith("5"):  # not done: another attempt is meant to try again
            attempts.answer = None
        start_response(status, headers)
        return body

    def _attempts(self, identity: str) -> _Attempts:
        with self._lock:
            found = self._requests.setdefault(identity, _Attempts())
            self._requests.move_to_end(identity)
            while len(self._requests) > REMEMBERED:
                self._requests.popitem(last=False)
            return found


def _recorded(environ: Environ, do: Application) -> tuple[str, list[tuple[str, str]], list[bytes]]:
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], *_: Any) -> Callable[[bytes], object]:
        started.append((status, headers))
        return lambda _data: None

    body = list(do(environ, start_response))
    status, headers = started[-1]
    return status, headers, body
