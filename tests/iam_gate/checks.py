"""What AWS asks the policies about one request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Context = dict[str, tuple[str, ...]]


class UntranslatableError(Exception):
    """A request that the gate does not understand: it is denied."""


@dataclass(frozen=True)
class Check:
    """One action on one resource."""

    action: str
    resource: str
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """A request, read."""

    key_id: str
    service: str
    region: str
    operation: str
    parameters: Mapping[str, Any]
    """In the shape that boto3 gives and takes."""
    account_id: str

    @property
    def action(self) -> str:
        """`ec2:RunInstances`."""
        return f"{self.service}:{self.operation}"

    def arn(self, rest: str, *, account: bool = True, service: str | None = None, region: bool = True) -> str:
        """ARN of something of the call's account and region."""
        place = f"{self.region if region else ''}:{self.account_id if account else ''}"
        return f"arn:aws:{service or self.service}:{place}:{rest}"

    def want(self, parameter: str) -> Any:
        """A parameter that must be there. Raises UntranslatableError."""
        found = self.parameters.get(parameter)
        if not found:
            raise UntranslatableError(f"{self.action} without {parameter}")
        return found


def context(values: Mapping[str, Any]) -> Context:
    """Condition keys of a request: small letters, values as text; what is None or empty text is absent."""
    return {key.lower(): _texts(value) for key, value in values.items() if value is not None and value != ""}


def request_tags(tags: Mapping[str, str]) -> Context:
    """Keys of tags that a request brings."""
    return {"aws:tagkeys": tuple(tags), **_tags("aws:requesttag/", tags)}


def resource_tags(tags: Mapping[str, str], *prefixes: str) -> Context:
    """Keys of tags that a resource has; services have prefixes of their own beside `aws:`."""
    found: Context = {}
    for prefix in ("aws:", *prefixes):
        found |= _tags(f"{prefix}resourcetag/", tags)
    return found


def as_tags(pairs: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """`[{"Key": …, "Value": …}]` as a mapping. Raises UntranslatableError for a key that comes twice."""
    found: dict[str, str] = {}
    for pair in pairs:
        if pair["Key"] in found:
            raise UntranslatableError(f"tag {pair['Key']} twice")
        found[pair["Key"]] = pair.get("Value", "")
    return found


def _tags(prefix: str, tags: Mapping[str, str]) -> Context:
    """Condition keys do not know case, so two tags that differ only in it cannot be told apart."""
    found: Context = {f"{prefix}{key.lower()}": (value,) for key, value in tags.items()}
    if len(found) != len(tags):
        raise UntranslatableError(f"tags that differ in case only: {sorted(tags)}")
    return found


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, (list, tuple, set)):
        return tuple(_text(each) for each in value)
    return (_text(value),)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
