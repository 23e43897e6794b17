"""Statements of IAM policies, as data: composed before anything is synthesized, so that their size can be judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

ANYBODY: Mapping[str, Sequence[str]] = {"AWS": ["*"]}
"""Principal of a statement that a condition narrows."""


@dataclass(frozen=True)
class Condition:
    """One test of a statement: `Condition("Bool", "aws:SecureTransport", "false")`."""

    test: str
    variable: str
    value: str | Sequence[str]
    """Several are alternatives."""

    @property
    def values(self) -> list[str]:
        """One or several, as a list."""
        return [self.value] if isinstance(self.value, str) else list(self.value)


@dataclass(frozen=True)
class Statement:
    """One statement of a policy."""

    sid: str
    actions: Sequence[str]
    resources: Sequence[str] = ()
    effect: Literal["Allow", "Deny"] = "Allow"
    principals: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Identifiers by type: `{"Service": ["ec2.amazonaws.com"]}`."""
    conditions: Sequence[Condition] = ()


def service_trust(service: str, conditions: Sequence[Condition] = ()) -> Statement:
    """Trust statement of a role that an AWS service takes on."""
    return Statement("Assume", ["sts:AssumeRole"], principals={"Service": [service]}, conditions=conditions)


def principal_trust(arns: Sequence[str]) -> Statement:
    """Trust statement of a role that named users and roles take on."""
    return Statement("AssumeByName", ["sts:AssumeRole"], principals={"AWS": arns})
