"""The clients of a round, one for each service."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import Any

from scripts.inventory.session import Session


class Clients:
    """Makes them one after the other on a thread of its own: it is work for the processor, and reads wait for AWS."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._maker = ThreadPoolExecutor(1, thread_name_prefix="clients")
        self._clients: dict[str, Future[Any]] = {}
        self._lock = Lock()

    def make(self, services: Iterable[str]) -> None:
        """Begin to make clients, in this order."""
        for service in services:
            self._future(service)

    def of(self, service: str) -> Any:
        """The client of a service, when it is made."""
        return self._future(service).result()

    def close(self) -> None:
        """Make no more."""
        self._maker.shutdown(cancel_futures=True)

    def _future(self, service: str) -> Future[Any]:
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self._maker.submit(self._make, service)
            return self._clients[service]

    def _make(self, service: str) -> Any:
        client = self._session.client(service)
        # Reads the rules of paging now, once: else each of the client's reads would, all at the same time.
        client.can_paginate(next(iter(client.meta.method_to_api_mapping)))
        return client
