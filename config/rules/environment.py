"""Rules over the top of the file."""

from __future__ import annotations

from collections.abc import Iterator

from config.environment import Environment
from config.label import is_own_tag
from config.problems import Problem
from config.rules.registry import rule


@rule("account_id", "target")
def account_is_named(environment: Environment) -> Iterator[Problem]:
    """Bucket names and the account guard need the account before synth."""
    if environment.target == "aws" and "account_id" not in environment.model_fields_set:
        yield Problem(("account_id",), "got nothing", "the id of the AWS account, in quotes, for target aws")


@rule("tags")
def tags_are_free(environment: Environment) -> Iterator[Problem]:
    """Tags that Rayform sets itself cannot be set twice."""
    for key in environment.tags:
        if is_own_tag(key):
            yield Problem(("tags", key), "got a tag that Rayform sets itself", "another key")
