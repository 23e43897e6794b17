"""Runs reads on threads, all at once, and never lets a failed one go unnoticed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from scripts.inventory.reading import Read, Reading, Unreadable, require_read
from scripts.inventory.session import Session

T = TypeVar("T")

THREADS = 64


@dataclass(frozen=True)
class Coverage:
    """How much was asked, and what gave no answer."""

    made: int
    unreadable: tuple[Unreadable, ...]

    def __str__(self) -> str:
        if not self.unreadable:
            return f"{self.made} reads, all answered"
        reasons = ", ".join(sorted({f"{unreadable.read} {unreadable.code}" for unreadable in self.unreadable}))
        return f"{self.made} reads, {len(self.unreadable)} without an answer: {reasons}"


@dataclass(frozen=True)
class Answer:
    """The answer of a read that was started."""

    read: Read
    about: str
    future: Future[Any]
    misread: list[Unreadable] = field(default_factory=list, compare=False)
    """Parsings that failed, for the coverage: an answer that nobody understands is no answer."""

    def parse(self, parse: Callable[[Any], T]) -> Reading[T]:
        """Wait for the answer and make a model of it; an answer of unknown shape is unreadable."""
        value = self.future.result()
        if isinstance(value, Unreadable):
            return value
        try:
            return parse(value)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError):
            unreadable = Unreadable(self.read.name, "an answer of unknown shape", self.about)
            self.misread.append(unreadable)
            return unreadable


class Reader:
    """Starts each read on a thread of its own; clients are made on first use."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="read")
        self._clients: dict[str, Any] = {}
        self._clients_lock = Lock()
        self._started: list[Answer] = []

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def start(self, read: Read, **arguments: Any) -> Answer:
        """Start a read and return at once."""
        about = next((value for value in arguments.values() if isinstance(value, str)), "")
        answer = Answer(read, about, self._pool.submit(self._run, read, about, arguments))
        self._started.append(answer)
        return answer

    def coverage(self) -> Coverage:
        """Reads so far, and what was made of them; waits for those under way."""
        values = [answer.future.result() for answer in self._started]
        unreadable = [value for value in values if isinstance(value, Unreadable)]
        # Once for each read, however many parts of its answer were asked for.
        misread = [answer.misread[0] for answer in self._started if answer.misread]
        return Coverage(len(values), tuple(sorted([*unreadable, *misread], key=str)))

    def _run(self, read: Read, about: str, arguments: dict[str, Any]) -> Any:
        try:
            return self._call(read, arguments)
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", "an error without a code"))
            if code in read.absent:
                return None if read.items is None else []
            return Unreadable(read.name, code, about)
        except Exception as error:  # noqa: BLE001 — whatever goes wrong in one read, the others are still reported
            return Unreadable(read.name, type(error).__name__, about)

    def _call(self, read: Read, arguments: dict[str, Any]) -> Any:
        client = self._client(read.service)
        if read.items is None:
            return getattr(client, read.method)(**arguments)
        if not client.can_paginate(read.method):
            return getattr(client, read.method)(**arguments).get(read.items, [])
        pages = client.get_paginator(read.method).paginate(**arguments)
        return [item for page in pages for item in page.get(read.items, [])]

    def _client(self, service: str) -> Any:
        with self._clients_lock:
            if service not in self._clients:
                client = self._session.client(service)
                client.meta.events.register("before-parameter-build", refuse_changes)
                self._clients[service] = client
            return self._clients[service]


def refuse_changes(*, model: Any, **_: Any) -> None:
    """Hook of every client: stops a call that is not a read before it is sent."""
    require_read(model.name)
