"""What rules say of an ARN that is of another region or account."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from config.problems import Path, Problem


def of_another_region(kind: str, path: Path, arn: str | None, region: str) -> Iterator[Problem]:
    """Whether a key, or another thing that only its own region can use, is of another one."""
    if arn is not None and arn.split(":")[3] != region:
        yield Problem(path, f"got a {kind} of {arn.split(':')[3]}", f"one of {region}")


def of_another_account(kind: str, path: Path, arns: Sequence[str], account_id: str) -> Iterator[Problem]:
    """Which of a setting's users or roles are of another account."""
    for index, arn in enumerate(arns):
        if arn.split(":")[4] != account_id:
            yield Problem((*path, index), f"got {arn}", f"a {kind} of account {account_id}")
