"""SNS topics: those of the cluster, and the names of all that an alarm may tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scripts.inventory.reader import Reader
from scripts.inventory.reading import Read, Reading
from scripts.inventory.scope import Scope
from scripts.inventory.shapes import Document, document_of

LIST_TOPICS = Read("sns", "ListTopics", items="Topics")
GET_TOPIC_ATTRIBUTES = Read("sns", "GetTopicAttributes", absent=("NotFound", "NotFoundException"))


@dataclass(frozen=True)
class Topic:
    """A topic of the cluster."""

    arn: str
    kms_key: str | None
    """Key id, ARN or alias; nothing means that messages are not encrypted at rest."""
    policy: Document


@dataclass(frozen=True)
class Topics:
    """Topics of the account and region."""

    arns: Reading[tuple[str, ...]]
    """Of all of them."""
    ours: Reading[tuple[Reading[Topic], ...]]
    """Those whose names begin as the cluster's do."""


def collect_topics(reader: Reader, scope: Scope) -> Topics:
    """List all topics, which is one call, and look closer at ours."""
    listed = reader.start(LIST_TOPICS)
    prefix, others = f"{scope.environment.label.cluster}-", scope.longer_prefixes

    def describe(answer: list[Any]) -> tuple[Reading[Topic], ...]:
        names = {arn: arn.rpartition(":")[2] for arn in _arns(answer)}
        arns = [arn for arn, name in names.items() if name.startswith(prefix) and not name.startswith(others)]
        started = [reader.start(GET_TOPIC_ATTRIBUTES, TopicArn=arn) for arn in arns]
        topics = (each.parse(_topic) for each in started)
        return tuple(topic for topic in topics if topic is not None)

    return Topics(listed.parse(_arns), listed.parse(describe))


def _arns(answer: list[Any]) -> tuple[str, ...]:
    return tuple(sorted(topic["TopicArn"] for topic in answer))


def _topic(answer: Mapping[str, Any] | None) -> Topic | None:
    if answer is None:
        return None
    attributes = answer["Attributes"]
    # An empty key is how AWS writes none.
    return Topic(attributes["TopicArn"], attributes.get("KmsMasterKeyId") or None, document_of(attributes["Policy"]))
