"""The private zone in which workers find the head."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from scripts.inventory.reader import Reader
from scripts.inventory.reading import Read, Reading
from scripts.inventory.scope import Scope
from scripts.inventory.shapes import ordered

LIST_RECORDS = Read("route53", "ListResourceRecordSets", items="ResourceRecordSets", absent=("NoSuchHostedZone",))

MADE_BY_AWS = frozenset({"NS", "SOA"})
"""Records that every zone has."""


@dataclass(frozen=True)
class Record:
    """A DNS record."""

    name: str
    type: str
    values: tuple[str, ...]


def collect_records(reader: Reader, scope: Scope) -> tuple[Reading[tuple[Record, ...]], ...]:
    """Read the records of the state's zones."""
    answers = [
        reader.start(LIST_RECORDS, HostedZoneId=zone) for zone in scope.state.values("aws_route53_zone", "zone_id")
    ]
    return tuple(answer.parse(_records) for answer in answers)


def _records(answer: list[Any]) -> tuple[Record, ...]:
    records = (
        Record(
            name=record["Name"].rstrip("."),
            type=record["Type"],
            values=tuple(sorted(value["Value"] for value in record.get("ResourceRecords", ()))),
        )
        for record in answer
        if record["Type"] not in MADE_BY_AWS
    )
    return ordered(records, key=lambda record: (record.name, record.type))
