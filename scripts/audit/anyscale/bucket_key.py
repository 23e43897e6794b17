"""The key that a bucket names, found among those that were read."""

from __future__ import annotations

from scripts.inventory import Inventory
from scripts.inventory.kms import Key
from scripts.inventory.reading import NotReadableError, Unreadable
from scripts.inventory.s3 import BucketEncryption

_AWS_MANAGED = "alias/aws/s3"


def key_name(encryption: BucketEncryption | None) -> str | None:
    """Id, ARN or alias; None where S3 encrypts with a key of its own."""
    if encryption is None or not encryption.algorithm.startswith("aws:kms"):
        return None
    return encryption.key or _AWS_MANAGED


def is_aws_managed(name: str) -> bool:
    """Whether a key is the account's own for S3, which every role may use through S3."""
    return name.endswith(_AWS_MANAGED)


def bucket_key(inventory: Inventory, name: str) -> Key:
    """The key of that name. Raises NotReadableError for one that nobody said is the bucket's."""
    for key in (*inventory.keys, *inventory.existing_bucket_keys):
        aliases = () if isinstance(key.aliases, Unreadable) else key.aliases
        known = (key.arn, key.arn.rpartition("/")[2], *aliases, *(f"{_prefix(key.arn)}{alias}" for alias in aliases))
        if name in known:
            return key
    raise NotReadableError(Unreadable("kms:DescribeKey", "no answer: bucket.existing_key_arn names another key", name))


def _prefix(arn: str) -> str:
    return arn.rpartition(":")[0] + ":"
