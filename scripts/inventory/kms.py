"""The key of the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from config.anyscale_cloud import AnyscaleCloudConfig
from scripts.inventory.reader import Answer, Reader
from scripts.inventory.reading import Read, Reading
from scripts.inventory.scope import Scope
from scripts.inventory.shapes import Document, document_of

DESCRIBE_KEY = Read("kms", "DescribeKey")
GET_KEY_ROTATION_STATUS = Read("kms", "GetKeyRotationStatus")
GET_KEY_POLICY = Read("kms", "GetKeyPolicy")
LIST_ALIASES = Read("kms", "ListAliases", items="Aliases")


@dataclass(frozen=True)
class KeyRotation:
    """Rotation of a key's material."""

    enabled: bool
    days: int | None


@dataclass(frozen=True)
class Key:
    """A KMS key."""

    arn: str
    state: Reading[str]
    manager: Reading[str]
    aliases: Reading[tuple[str, ...]]
    rotation: Reading[KeyRotation]
    policy: Reading[Document]
    spec: Reading[str] = "SYMMETRIC_DEFAULT"
    """Kind of key: `SYMMETRIC_DEFAULT`, `RSA_2048` …"""


def collect_existing_bucket_keys(reader: Reader, scope: Scope) -> tuple[Key, ...]:
    """Read the key of a bucket that somebody else manages, where the environment names one that is not its own."""
    environment = scope.environment
    named = environment.bucket.existing_key_arn if isinstance(environment, AnyscaleCloudConfig) else None
    if named is None or named in scope.key_ids:
        return ()
    return (_key(named, _start(reader, named)),)


@dataclass(frozen=True)
class _KeyReads:
    key: Answer
    rotation: Answer
    policy: Answer
    aliases: Answer


def collect_keys(reader: Reader, scope: Scope) -> tuple[Key, ...]:
    """Read the environment's key."""
    started = {arn: _start(reader, arn) for arn in scope.key_ids}
    return tuple(_key(arn, reads) for arn, reads in started.items())


def _start(reader: Reader, arn: str) -> _KeyReads:
    return _KeyReads(
        key=reader.start(DESCRIBE_KEY, KeyId=arn),
        rotation=reader.start(GET_KEY_ROTATION_STATUS, KeyId=arn),
        policy=reader.start(GET_KEY_POLICY, KeyId=arn, PolicyName="default"),
        aliases=reader.start(LIST_ALIASES, KeyId=arn),
    )


def _key(arn: str, reads: _KeyReads) -> Key:
    return Key(
        arn=arn,
        state=reads.key.parse(lambda answer: str(answer["KeyMetadata"]["KeyState"])),
        manager=reads.key.parse(lambda answer: str(answer["KeyMetadata"]["KeyManager"])),
        aliases=reads.aliases.parse(lambda answer: tuple(sorted(alias["AliasName"] for alias in answer))),
        rotation=reads.rotation.parse(_rotation),
        policy=reads.policy.parse(lambda answer: document_of(answer["Policy"])),
        spec=reads.key.parse(lambda answer: str(answer["KeyMetadata"]["KeySpec"])),
    )


def _rotation(answer: Mapping[str, Any]) -> KeyRotation:
    return KeyRotation(answer["KeyRotationEnabled"], answer.get("RotationPeriodInDays"))
