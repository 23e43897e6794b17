"""Rules over the key."""

from __future__ import annotations

from collections.abc import Iterator

from config.foundation import FoundationConfig
from config.problems import Path, Problem
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


def of_another_region(kind: str, path: Path, arn: str | None, region: str) -> Iterator[Problem]:
    """Whether a key, or another thing that only its own region can use, is of another one."""
    if arn is not None and arn.split(":")[3] != region:
        yield Problem(path, f"got a {kind} of {arn.split(':')[3]}", f"one of {region}")
