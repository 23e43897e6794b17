"""What a read is, and what stands in the place of an answer that did not come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NoReturn, TypeVar, Union

from botocore import xform_name

T = TypeVar("T")
U = TypeVar("U")

READ_PREFIXES = ("Describe", "Get", "List")

DISCLOSING = frozenset(
    {
        "BatchGetSecretValue",
        "GetFederationToken",
        "GetObject",
        "GetPasswordData",
        "GetParameter",
        "GetParameters",
        "GetParametersByPath",
        "GetRandomPassword",
        "GetSecretValue",
        "GetSessionToken",
    }
)
"""Operations that only read, but whose answer is a secret or a user's data."""


_declared: dict[tuple[str, str], Read] = {}


class NotAReadError(Exception):
    """An operation that this package must never call."""


def require_read(operation: str) -> None:
    """Refuse every operation that changes something or discloses a secret. Raises NotAReadError."""
    if not operation.startswith(READ_PREFIXES) or operation in DISCLOSING:
        raise NotAReadError(operation)


def require_declared(service: str, operation: str) -> None:
    """Refuse every operation that no `Read` declares, so that the declared ones are the allow-list."""
    if (service, operation) not in _declared:
        raise NotAReadError(f"{service}:{operation}")


def declared_services() -> list[str]:
    """Services of the declared reads, those with the most reads first."""
    counted = Counter(service for service, _ in sorted(_declared))
    return [service for service, _ in counted.most_common()]


@dataclass(frozen=True)
class Read:
    """One kind of call, declared once beside the models that it feeds."""

    service: str
    operation: str
    """AWS's name: `DescribeVpcs`."""
    items: str | None = None
    """Field that holds the list of answers; all pages are joined. Without one, the answer is a single document."""
    absent: tuple[str, ...] = ()
    """Error codes that are an answer: there is none."""
    page_size: int | None = None
    """Items to a page, where AWS's own choice would take many pages or is not bounded."""

    def __post_init__(self) -> None:
        require_read(self.operation)
        _declared[self.service, self.operation] = self

    @property
    def name(self) -> str:
        """`ec2:DescribeVpcs`."""
        return f"{self.service}:{self.operation}"

    @property
    def method(self) -> str:
        """boto3's name: `describe_vpcs`."""
        return str(xform_name(self.operation))


@dataclass(frozen=True)
class Unreadable:
    """A read that gave no answer: judged UNKNOWN, never passed."""

    read: str
    code: str
    about: str = ""
    """What was asked for: a bucket, a role."""

    def __str__(self) -> str:
        return " ".join(filter(None, (self.read, self.about, "gave", self.code)))


class NotCollected(Unreadable):
    """In the place of a whole part of the inventory: whoever looks into it learns that it could not be read."""

    def __getattr__(self, name: str) -> NoReturn:
        # What Python itself asks for, to copy or to show it, is not there: that is no look into it.
        if name.startswith("__"):
            raise AttributeError(name)
        raise NotReadableError(self)

    def __iter__(self) -> NoReturn:
        raise NotReadableError(self)

    def __len__(self) -> NoReturn:
        raise NotReadableError(self)


Reading = Union[T, Unreadable]  # noqa: UP007 — mypy takes a generic alias only in this form
"""What was read, or why it could not be."""


class NotReadableError(Exception):
    """Raised by `readable`; the audit makes UNKNOWN of it."""

    def __init__(self, unreadable: Unreadable) -> None:
        self.unreadable = unreadable
        super().__init__(str(unreadable))


def readable(reading: Reading[T]) -> T:
    """What was read. Raises NotReadableError."""
    if isinstance(reading, Unreadable):
        raise NotReadableError(reading)
    return reading


def each(readings: Iterable[Reading[T]]) -> Iterator[T]:
    """Those that were read; at the end raises NotReadableError if one was not, so that the others come first."""
    unreadable = None
    for reading in readings:
        if isinstance(reading, Unreadable):
            unreadable = unreadable or reading
        else:
            yield reading
    if unreadable is not None:
        raise NotReadableError(unreadable)


def joined(readings: Iterable[Reading[tuple[T, ...]]]) -> Reading[tuple[T, ...]]:
    """One tuple of several; a part that could not be read makes the whole unreadable."""
    try:
        return tuple(item for items in each(readings) for item in items)
    except NotReadableError as error:
        return error.unreadable


def mapped(reading: Reading[T], change: Callable[[T], U]) -> Reading[U]:
    """Apply a function to what was read; what could not be read stays that."""
    return reading if isinstance(reading, Unreadable) else change(reading)
