"""Rules over the cloud's bucket."""

from __future__ import annotations

from collections.abc import Iterator

from config.anyscale_cloud import AnyscaleCloudConfig
from config.problems import Problem
from config.rules.arns import of_another_region
from config.rules.buckets import idle_prefixes, impossible_transitions
from config.rules.registry import rule

_SECTION = ("bucket",)
_OF_AN_EXISTING_ONE = frozenset({"existing_name", "existing_key_arn"})


@rule("bucket", "anyscale")
def cloud_bucket_keeps_its_name(environment: AnyscaleCloudConfig) -> Iterator[Problem]:
    """A default that changes with the cloud id would replace the bucket right after the registration."""
    named = environment.bucket.name or environment.bucket.existing_name
    if named is None and environment.anyscale.cloud_id is None:
        yield Problem(
            ("bucket", "name"),
            "got nothing, and no anyscale.cloud_id to make a name of",
            "a name, which stays when the cloud id comes, or existing_name",
        )


@rule("bucket")
def existing_bucket_stands_alone(environment: AnyscaleCloudConfig) -> Iterator[Problem]:
    """Nothing is changed in an existing bucket, so that settings of a new one would do nothing."""
    if environment.bucket.existing_name is None:
        return
    for setting in sorted(environment.bucket.model_fields_set - _OF_AN_EXISTING_ONE):
        yield Problem(
            ("bucket", setting), "got a setting beside bucket.existing_name", "nothing beside it but existing_key_arn"
        )


@rule("bucket")
def bucket_key_has_its_bucket(environment: AnyscaleCloudConfig) -> Iterator[Problem]:
    """A bucket that is made here is encrypted with the key of the environment."""
    bucket = environment.bucket
    if bucket.existing_key_arn is not None and bucket.existing_name is None:
        yield Problem(
            ("bucket", "existing_key_arn"),
            "got a key without existing_name",
            "none, or kms.existing_key_arn: a bucket made here has the key of the environment",
        )


@rule("bucket", "region")
def bucket_key_is_of_the_region(environment: AnyscaleCloudConfig) -> Iterator[Problem]:
    """A key encrypts in its own region only, and the bucket is in that of the cloud."""
    arn = environment.bucket.existing_key_arn
    yield from of_another_region("key", ("bucket", "existing_key_arn"), arn, environment.region)


@rule("bucket")
def cloud_bucket_moves_what_is_there(environment: AnyscaleCloudConfig) -> Iterator[Problem]:
    """S3 moves objects to infrequent access after 30 days, and before they expire."""
    yield from impossible_transitions(_SECTION, environment.bucket)


@rule("bucket")
def cloud_bucket_prefixes_expire_first(environment: AnyscaleCloudConfig) -> Iterator[Problem]:
    """What begins with a prefix has an age of its own only where it is the lesser one."""
    yield from idle_prefixes(_SECTION, environment.bucket)
