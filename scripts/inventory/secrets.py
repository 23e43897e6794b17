"""Secrets by name. Their values are never read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scripts.inventory.reader import Reader
from scripts.inventory.reading import Read, Reading
from scripts.inventory.scope import Scope

DESCRIBE_SECRET = Read("secretsmanager", "DescribeSecret", absent=("ResourceNotFoundException",))


@dataclass(frozen=True)
class Secret:
    """What Secrets Manager tells about a secret without its value."""

    name: str
    kms_key: str | None
    """Key id, ARN or alias; nothing means the key that AWS manages."""
    deleted: bool


def collect_secrets(reader: Reader, scope: Scope) -> tuple[Reading[Secret], ...]:
    """Describe the secrets of the state; one that is gone is left out."""
    names = scope.state.values("aws_secretsmanager_secret", "name")
    answers = [reader.start(DESCRIBE_SECRET, SecretId=name) for name in names]
    secrets = (answer.parse(_secret) for answer in answers)
    return tuple(secret for secret in secrets if secret is not None)


def _secret(answer: Mapping[str, Any] | None) -> Secret | None:
    return None if answer is None else Secret(answer["Name"], answer.get("KmsKeyId"), "DeletedDate" in answer)
