"""Secrets by name. Their values are never read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from scripts.inventory.reader import Answer, Reader
from scripts.inventory.reading import Read, Reading
from scripts.inventory.scope import Scope
from scripts.inventory.shapes import Document, Tags, document_of, tags_of

_GONE = ("ResourceNotFoundException",)

DESCRIBE_SECRET = Read("secretsmanager", "DescribeSecret", absent=_GONE)
GET_SECRET_POLICY = Read("secretsmanager", "GetResourcePolicy", absent=_GONE)


@dataclass(frozen=True)
class Secret:
    """What Secrets Manager tells about a secret without its value."""

    name: str
    kms_key: str | None
    """Key id, ARN or alias; nothing means the key that AWS manages."""
    deleted: bool
    tags: Tags = field(default_factory=dict)
    rotates: bool = False
    policy: Reading[Document | None] = None
    """Who may read it beside those whom IAM allows."""


def collect_secrets(reader: Reader, scope: Scope) -> tuple[Reading[Secret], ...]:
    """Describe the secrets of the state; one that is gone is left out."""
    names = scope.state.values("aws_secretsmanager_secret", "name")
    started = [
        (reader.start(DESCRIBE_SECRET, SecretId=name), reader.start(GET_SECRET_POLICY, SecretId=name)) for name in names
    ]
    secrets = (_secret(secret, policy) for secret, policy in started)
    return tuple(secret for secret in secrets if secret is not None)


def _secret(secret: Answer, policy: Answer) -> Reading[Secret | None]:
    return secret.parse(lambda answer: _secret_of(answer, policy.parse(_policy)) if answer else None)


def _secret_of(answer: Mapping[str, Any], policy: Reading[Document | None]) -> Secret:
    return Secret(
        name=answer["Name"],
        kms_key=answer.get("KmsKeyId"),
        deleted="DeletedDate" in answer,
        tags=tags_of(answer.get("Tags")),
        rotates=answer.get("RotationEnabled", False),
        policy=policy,
    )


def _policy(answer: Mapping[str, Any] | None) -> Document | None:
    text = answer.get("ResourcePolicy") if answer else None
    return document_of(text) if text else None
