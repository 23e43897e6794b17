"""Partition, region and account: where an environment is, and the ARNs of what is there."""

from __future__ import annotations

from dataclasses import dataclass

COMMERCIAL = "aws"
"""The partition of every region that is not a country's or a government's own."""
_PARTITIONS = {
    "cn": "aws-cn",
    "us-gov": "aws-us-gov",
    "us-iso": "aws-iso",
    "us-isob": "aws-iso-b",
    "eu-isoe": "aws-iso-e",
    "us-isof": "aws-iso-f",
}
"""By prefix of the region: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html"""


def partition_of(region: str) -> str:
    """`aws`, or that of China or of the US government."""
    own = (partition for prefix, partition in _PARTITIONS.items() if region.startswith(f"{prefix}-"))
    return next(own, COMMERCIAL)


@dataclass(frozen=True)
class Place:
    """A region of an account."""

    region: str
    account_id: str

    @property
    def partition(self) -> str:
        """`aws`, or that of China or of the US government."""
        return partition_of(self.region)

    def arn(self, service: str, resource: str) -> str:
        """ARN of something in this region of this account."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account_id}:{resource}"

    def iam_arn(self, resource: str) -> str:
        """ARN of something in IAM, which knows no region."""
        return f"arn:{self.partition}:iam::{self.account_id}:{resource}"

    def s3_arn(self, resource: str) -> str:
        """ARN of a bucket or of objects in one; S3 knows neither region nor account."""
        return f"arn:{self.partition}:s3:::{resource}"
