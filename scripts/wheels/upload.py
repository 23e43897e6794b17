"""Files to a prefix in S3."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from config.errors import UserError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def upload(client: S3Client, files: Iterable[Path], prefix: str) -> list[str]:
    """Upload the files that are not there with the same size; return the names of those. Raises UserError."""
    from boto3.exceptions import S3UploadFailedError
    from botocore.exceptions import ClientError

    bucket, _, folder = prefix.removeprefix("s3://").partition("/")
    start = f"{folder}/" if folder else ""
    try:
        there = _sizes(client, bucket, start)
        missing = [file for file in files if there.get(f"{start}{file.name}") != file.stat().st_size]
        for file in missing:
            client.upload_file(str(file), bucket, f"{start}{file.name}")
    except (ClientError, S3UploadFailedError) as error:
        raise UserError(f"{prefix} cannot be written: {error}: name a bucket of yours in ray.wheel_source") from error
    return [file.name for file in missing]


def _sizes(client: S3Client, bucket: str, start: str) -> dict[str, int]:
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=start)
    return {each["Key"]: each["Size"] for page in pages for each in page.get("Contents", [])}
