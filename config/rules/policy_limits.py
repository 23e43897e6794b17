"""How large the policies of a role may be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from config.policy_document import policy_characters
from config.problems import Problem
from config.statement import Statement

_MOST = 6_144
"""Of a managed policy: each of ours could become one."""
_MOST_INLINE = 10_240
"""Of all inline policies of a role: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""


def too_large(
    whose: str, policies: Mapping[str, Sequence[Statement]], setting: tuple[str, ...], remedy: str
) -> Iterator[Problem]:
    """Inline policies of a role, by name, that have no room."""
    sizes = {name: policy_characters(statements) for name, statements in policies.items()}
    for name, size in sizes.items():
        if size > _MOST:
            yield Problem(
                setting, f"got a policy {name} of the {whose} of {size} characters", f"at most {_MOST}: {remedy}"
            )
    total = sum(sizes.values())
    if total > _MOST_INLINE:
        yield Problem(
            setting, f"got policies of the {whose} of {total} characters", f"at most {_MOST_INLINE}: {remedy}"
        )
