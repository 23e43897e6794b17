"""S3 beside the buckets: what the whole account blocks, and further doors to our buckets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scripts.inventory.reader import Answer, Reader
from scripts.inventory.reading import Read, Reading
from scripts.inventory.s3 import public_access_blocks_of
from scripts.inventory.scope import Scope

GET_ACCOUNT_PUBLIC_ACCESS_BLOCK = Read(
    "s3control", "GetPublicAccessBlock", absent=("NoSuchPublicAccessBlockConfiguration",)
)
LIST_ACCESS_POINTS = Read("s3control", "ListAccessPoints", items="AccessPointList")
GET_ACCESS_POINT = Read("s3control", "GetAccessPoint", absent=("NoSuchAccessPoint",))


@dataclass(frozen=True)
class S3AccessPoint:
    """A name of its own, with a policy of its own, under which a bucket can be reached."""

    name: str
    bucket: str
    vpc_id: str | None
    """The only VPC that reaches it; without one the internet does."""
    public_access_blocks: tuple[str, ...]
    """Those of the four that are on."""


@dataclass(frozen=True)
class S3Account:
    """Settings of the account that hold for every bucket in it."""

    public_access_blocks: Reading[tuple[str, ...]]
    """Those of the four that are on."""
    access_points: Reading[tuple[Reading[S3AccessPoint], ...]]
    """Of our buckets."""


def collect_s3_account(reader: Reader, scope: Scope) -> S3Account:
    """Read the account's block, and the access points of the declared buckets and of those in the state."""
    account_id, environment = scope.environment.account_id, scope.environment
    block = reader.start(GET_ACCOUNT_PUBLIC_ACCESS_BLOCK, AccountId=account_id)
    listed = reader.start(LIST_ACCESS_POINTS, AccountId=account_id)
    ours = {environment.bucket_name(bucket) for bucket in environment.all_buckets}
    ours.update(scope.state.values("aws_s3_bucket", "bucket"))

    def describe(answer: list[Any]) -> tuple[Reading[S3AccessPoint], ...]:
        # Nobody has any, as a rule: only those of our buckets are worth a second call.
        names = sorted(point["Name"] for point in answer if point["Bucket"] in ours)
        started = [reader.start(GET_ACCESS_POINT, AccountId=account_id, Name=name) for name in names]
        return _points(started)

    return S3Account(block.parse(public_access_blocks_of), listed.parse(describe))


def _points(answers: list[Answer]) -> tuple[Reading[S3AccessPoint], ...]:
    points = (answer.parse(_point) for answer in answers)
    return tuple(point for point in points if point is not None)


def _point(answer: Mapping[str, Any] | None) -> S3AccessPoint | None:
    if answer is None:
        return None
    return S3AccessPoint(
        name=answer["Name"],
        bucket=answer["Bucket"],
        vpc_id=(answer.get("VpcConfiguration") or {}).get("VpcId"),
        public_access_blocks=public_access_blocks_of(answer),
    )
