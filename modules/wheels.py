"""The prefix in S3 from which nodes install."""

from __future__ import annotations

from config.place import Place
from config.statement import Condition, Statement


def wheel_bucket(source: str) -> str:
    """Bucket of a prefix such as `s3://my-wheels/ray-2.60`."""
    return _split(source)[0]


def wheel_statements(source: str, place: Place) -> list[Statement]:
    """List the prefix and read what is below it, nothing else of the bucket."""
    bucket, prefix = _split(source)
    below = [Condition("StringLike", "s3:prefix", f"{prefix}*")] if prefix else []
    return [
        Statement("ListWheels", ["s3:ListBucket"], [place.s3_arn(bucket)], conditions=below),
        Statement("ReadWheels", ["s3:GetObject"], [place.s3_arn(f"{bucket}/{prefix}*")]),
    ]


def _split(source: str) -> tuple[str, str]:
    """Bucket, and the beginning of its keys: `ray-2.60/`, or nothing for the whole bucket."""
    bucket, _, prefix = source.removeprefix("s3://").partition("/")
    return bucket, f"{prefix}/" if prefix else ""
