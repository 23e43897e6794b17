"""Ids on request: what is made with the tag `ID_TAG` gets its value as id, where moto would draw a random one."""

from __future__ import annotations

import threading
from collections.abc import Container, Iterator
from contextlib import contextmanager

from scripts.local_aws.extensions.plumbing import AwsError
from scripts.local_aws.identity import ID_TAG

# moto makes the id deep inside the call that sees the tags; each request has its own thread.
_wanted = threading.local()


@contextmanager
def id_wanted(wanted: str | None, prefix: str, taken: Container[str], *, refusal: str) -> Iterator[None]:
    """Let `take_id` hand out an id meanwhile; one that is taken or of another form is refused with AWS's code."""
    if wanted is not None and (not wanted.startswith(prefix) or wanted in taken):
        raise AwsError(refusal, f"{ID_TAG} {wanted}: not free or without the prefix {prefix}")
    _wanted.value = wanted
    try:
        yield
    finally:
        _wanted.value = None


def take_id(prefix: str = "") -> str | None:
    """The id that was asked for, once; None when moto may draw one."""
    wanted: str | None = getattr(_wanted, "value", None)
    if wanted is None or not wanted.startswith(prefix):
        return None
    _wanted.value = None
    return wanted
