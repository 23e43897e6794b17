"""A round of reads from the answers of an earlier one, in which a read may go wrong."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from functools import cache
from typing import Any

from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from scripts.docs.auditor_policy import inventory_reads
from scripts.inventory import Inventory
from scripts.inventory.answers import Answers
from scripts.inventory.inventory import collect
from scripts.inventory.reader import Reader, UnknownShapeError
from scripts.inventory.reading import Read
from scripts.inventory.scope import Scope
from scripts.inventory.session import Session, session_for
from scripts.inventory.shape_check import fits

NOWHERE = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}

Fault = Callable[[Any], Any]
"""Makes of a good answer what comes in its place, or raises."""


class Recording:
    """What AWS answered, by operation and arguments."""

    def __init__(self, answers: Answers) -> None:
        self._exact: dict[tuple[str, str], Any] = {}
        self._any: dict[str, Any] = {}
        self.reads: dict[str, list[str]] = defaultdict(list)
        """Arguments by name of the read."""
        for read in inventory_reads():
            for asked in answers.of(read):
                self._exact[_key(read, asked.arguments)] = asked.answer
                self._any.setdefault(read.name, asked.answer)
                self.reads[read.name].append(_key(read, asked.arguments)[1])

    def answer(self, read: Read, arguments: Mapping[str, Any]) -> Any:
        """The answer. Raises KeyError when nobody asked this."""
        if read.operation.startswith("GetMetric"):
            # Metrics are asked for up to now: the same arguments never come again.
            return self._any[read.name]
        return self._exact[_key(read, arguments)]


def _key(read: Read, arguments: Mapping[str, Any]) -> tuple[str, str]:
    return read.name, json.dumps(arguments, sort_keys=True, default=str)


class ReplayedReader(Reader):
    """Answers at once, from a recording; the read of one name goes wrong."""

    def __init__(self, recording: Recording, *, faulty: str, fault: Fault) -> None:
        super().__init__(_SESSION)
        self._recording = recording
        self._faulty = faulty
        self._fault = fault

    def _submit(self, read: Read, about: str, arguments: Mapping[str, Any]) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(self._run(read, about, arguments))
        return future

    def _call(self, read: Read, arguments: Mapping[str, Any]) -> Any:
        answer = self._recording.answer(read, arguments)
        if read.name != self._faulty:
            return answer
        return self._typed(read, self._fault(answer))

    def _typed(self, read: Read, answer: Any) -> Any:
        """The wrong answer as it comes out of botocore and our check of it: of the right types, or not at all."""
        operation = model_of(read.service).operationmodel_of(read.operation)
        if answer is None or fits(answer if read.items is None else {read.items: answer}, operation.output_shape):
            return answer
        raise UnknownShapeError


_SESSION: Session = session_for(NOWHERE, "us-west-2")


@cache
def model_of(service: str) -> Any:
    """botocore's model of a service."""
    return _SESSION.client(service).meta.service_model


def replay(recording: Recording, scope: Scope, *, faulty: str = "", fault: Fault = lambda answer: answer) -> Inventory:
    """One round."""
    with ReplayedReader(recording, faulty=faulty, fault=fault) as reader:
        return collect(reader, scope)


def refused(_answer: Any) -> Any:
    raise ClientError({"Error": {"Code": "AccessDenied"}}, "Operation")


def throttled(_answer: Any) -> Any:
    raise ClientError({"Error": {"Code": "RequestLimitExceeded"}}, "Operation")


def timed_out(_answer: Any) -> Any:
    raise ReadTimeoutError(endpoint_url="https://aws.example")


def unreachable(_answer: Any) -> Any:
    raise EndpointConnectionError(endpoint_url="https://aws.example")


NO_ANSWER: Mapping[str, Fault] = {
    "refused": refused,
    "throttled": throttled,
    "timed out": timed_out,
    "unreachable": unreachable,
}


def emptied(answer: Any) -> Any:
    """Nothing in it that was there."""
    return [{} for _ in answer] if isinstance(answer, list) else {}


def without_odd(answer: Any) -> Any:
    """Every second member is missing, at every depth: also what a null in JSON comes to."""
    return _without(answer, 1)


def without_even(answer: Any) -> Any:
    """Every other second member is missing."""
    return _without(answer, 0)


def numbered(answer: Any) -> Any:
    """Every value is a number that means nothing."""
    return _each_leaf(answer, lambda _leaf: 7)


def worded(answer: Any) -> Any:
    """Every value is a word that means nothing."""
    return _each_leaf(answer, lambda _leaf: "garbage")


def _without(thing: Any, which: int) -> Any:
    if isinstance(thing, dict):
        kept = (key for number, key in enumerate(sorted(thing)) if number % 2 != which)
        return {key: _without(thing[key], which) for key in kept}
    if isinstance(thing, list):
        return [_without(item, which) for item in thing]
    return thing


def _each_leaf(thing: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(thing, dict):
        return {key: _each_leaf(value, change) for key, value in thing.items()}
    if isinstance(thing, list):
        return [_each_leaf(item, change) for item in thing]
    return change(thing)


GARBAGE: Mapping[str, Fault] = {
    "emptied": emptied,
    "without odd members": without_odd,
    "without even members": without_even,
    "numbered": numbered,
    "worded": worded,
}
