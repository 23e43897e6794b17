"""Rules over the key."""

from __future__ import annotations

from collections.abc import Iterator

from config.foundation import FoundationConfig
from config.problems import Problem
from config.rules.arns import of_another_region
from config.rules.registry import rule


@rule("kms")
def existing_key_stands_alone(environment: FoundationConfig) -> Iterator[Problem]:
    """Beside an existing key, settings of a new one would do nothing."""
    if environment.kms.existing_key_arn is None:
        return
    for setting in sorted(environment.kms.model_fields_set - {"existing_key_arn"}):
        yield Problem(("kms", setting), "got a setting beside kms.existing_key_arn", "nothing beside it")


@rule("kms", "region")
def existing_key_is_in_the_region(environment: FoundationConfig) -> Iterator[Problem]:
    """A key encrypts in its own region only."""
    yield from of_another_region(
        "key", ("kms", "existing_key_arn"), environment.kms.existing_key_arn, environment.region
    )
