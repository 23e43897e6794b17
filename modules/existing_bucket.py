"""A bucket that somebody else manages."""

from __future__ import annotations

from constructs import Construct

from modules.aws import DataAwsS3Bucket
from modules.ids import construct_id
from modules.protection import must


class ExistingBucket(Construct):
    """Look up a bucket; a plan fails when it is in another region."""

    def __init__(self, scope: Construct, id_: str, *, part: str, name: str, region: str) -> None:
        super().__init__(scope, id_)
        self._part = part
        self._bucket = DataAwsS3Bucket(self, construct_id(part), bucket=name)
        self._bucket.lifecycle = must(
            f'self.region == "{region}"',
            f"bucket.existing_name: {name} is in ${{self.region}}, want a bucket in {region}, where the nodes are",
        )

    def arn(self, _part: str) -> str:
        """ARN of the bucket."""
        return str(self._bucket.arn)

    @property
    def names(self) -> dict[str, str]:
        """Its name by its name in the environment file."""
        return {self._part: str(self._bucket.id)}
