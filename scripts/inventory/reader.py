"""Runs reads on threads, all at once, and never lets a failed one go unnoticed."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Hashable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeVar

from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.parsers import ResponseParserError

from scripts.inventory.answers import Answers, Asked
from scripts.inventory.clients import Clients
from scripts.inventory.coverage import NOT_IN_REGION
from scripts.inventory.coverage import Coverage as Coverage  # where others look for it
from scripts.inventory.guard import Guard
from scripts.inventory.patience import Patience, code_of
from scripts.inventory.reading import Read, Reading, Unreadable, declared_services
from scripts.inventory.session import Session
from scripts.inventory.shape_check import fits

T = TypeVar("T")

THREADS = 64

UNKNOWN_SHAPE = "an answer of unknown shape"


@dataclass(frozen=True)
class Answer:
    """The answer of a read that was started."""

    read: Read
    about: str
    arguments: Mapping[str, Any]
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
        except Exception:  # noqa: BLE001 — garbage breaks a parser in any way
            unreadable = Unreadable(self.read.name, UNKNOWN_SHAPE, self.about)
            self.misread.append(unreadable)
            return unreadable


class Reader:
    """Starts each read on a thread of its own; a client is made on first use."""

    def __init__(self, session: Session) -> None:
        self._session = session if session.guard else session.read_only(Guard())
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="read")
        self._clients = Clients(self._session)
        self._patience = Patience()
        self._lock = Lock()
        self._started: dict[Hashable, Answer] = {}

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self._clients.close()
        self._pool.shutdown(cancel_futures=True)

    def make_clients(self, without: Collection[str] = ()) -> None:
        """Begin to make the clients that will be needed, while something else is waited for."""
        self._clients.make(service for service in declared_services() if service not in without)

    def start(self, read: Read, **arguments: Any) -> Answer:
        """Start a read and return at once; one that was started already is not made again."""
        key = (read, json.dumps(arguments, sort_keys=True, default=str))
        with self._lock:
            if key not in self._started:
                about = next((value for value in arguments.values() if isinstance(value, str)), "")
                self._started[key] = Answer(read, about, arguments, self._submit(read, about, arguments))
            return self._started[key]

    def progress(self) -> tuple[int, int]:
        """Reads that have ended, and reads started so far."""
        started = self._all()
        return sum(answer.future.done() for answer in started), len(started)

    def coverage(self) -> Coverage:
        """Reads so far, and what was made of them; waits for those under way."""
        started = self._all()
        values = [answer.future.result() for answer in started]
        unreadable = [value for value in values if isinstance(value, Unreadable)]
        # Once for each read, however many parts of its answer were asked for.
        misread = [answer.misread[0] for answer in started if answer.misread]
        return Coverage(len(values), tuple(sorted([*unreadable, *misread], key=str)))

    def answers(self) -> Answers:
        """The answers so far, as AWS gave them; waits for those under way."""
        return Answers(Asked(answer.read, answer.arguments, answer.future.result()) for answer in self._all())

    def _submit(self, read: Read, about: str, arguments: Mapping[str, Any]) -> Future[Any]:
        return self._pool.submit(self._run, read, about, arguments)

    def _all(self) -> list[Answer]:
        with self._lock:
            return list(self._started.values())

    def _run(self, read: Read, about: str, arguments: Mapping[str, Any]) -> Any:
        try:
            return self._patience.call(lambda: self._call(read, arguments))
        except ClientError as error:
            code = code_of(error)
            if code in read.absent:
                return None if read.items is None else []
            return Unreadable(read.name, code, about)
        except EndpointConnectionError as error:
            offered = self._session.offers(read.service)
            return Unreadable(read.name, type(error).__name__ if offered else NOT_IN_REGION, about)
        except (ResponseParserError, UnknownShapeError):
            return Unreadable(read.name, UNKNOWN_SHAPE, about)
        except Exception as error:  # noqa: BLE001 — whatever goes wrong in one read, the others are still reported
            return Unreadable(read.name, type(error).__name__, about)

    def _call(self, read: Read, arguments: Mapping[str, Any]) -> Any:
        client = self._clients.of(read.service)
        if read.items is None:
            return _checked(client, read, getattr(client, read.method)(**arguments))
        if not client.can_paginate(read.method):
            pages = [_whole(getattr(client, read.method)(**arguments))]
        else:
            size = {"PageSize": read.page_size} if read.page_size else {}
            pages = client.get_paginator(read.method).paginate(**arguments, PaginationConfig=size)
        return [item for page in pages for item in _checked(client, read, page).get(read.items, [])]


class UnknownShapeError(Exception):
    """An answer that is not what the service's model says."""


def _whole(page: dict[str, Any]) -> dict[str, Any]:
    """A list that botocore cannot page through must come in one piece, else the rest would go unseen."""
    if page.get("NextToken") or page.get("nextToken"):
        raise UnknownShapeError
    return page


def _checked(client: Any, read: Read, document: dict[str, Any]) -> dict[str, Any]:
    service = client.meta.service_model
    if "json" in service.protocol and not fits(document, service.operation_model(read.operation).output_shape):
        raise UnknownShapeError
    return document
