"""`docs/checkov.md`, from the docstrings of the policies."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.checkov_scan.policies.catalog import all_policies
from scripts.checkov_scan.policies.registry import Policy

_INTRODUCTION = """\
# Checkov policies

`make checkov` plans every environment on an embedded AWS and scans the plans with checkov's own checks and with these,
which are for what those miss. Ids with CKV2 look at several resources at once. The environment file says what is
meant: an opening that it declares is no finding.

A value that is known after apply only is taken from the configuration, where references stand for themselves. What
that does not show either *cannot be judged before the apply*: it is listed as such, neither passes nor fails, and the
scan is not clean until somebody waives it. A waiver stands on the resource, in the module that defines it
(`waive` in modules/protection.py), with a reason that every scan prints.

`make test-checkov` proves it on single faults of `production`, `anyscale` and `eks`: tests/checkov/golden/mutants.txt
says which check, policy or rule of the environment file catches which.
"""


def render_checkov_markdown() -> str:
    """Render the page: one section for each policy."""
    return "\n".join([_INTRODUCTION, *(line for policy in all_policies() for line in _section(policy))])


def _section(policy: Policy) -> Iterator[str]:
    yield f"## `{policy.id}`\n"
    yield f"{policy.title}.\n"
    yield f"Judges {', '.join(f'`{subject}`' for subject in policy.subjects)}."
    if policy.setting:
        yield f"Setting: `{policy.setting}`."
    yield f"\n{policy.text}\n"
