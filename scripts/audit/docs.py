"""The page `docs/checks.md`, from the docstrings of the checks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import groupby

from config.load import FLAVOURS
from scripts.audit.registry import Check
from scripts.audit.round import all_checks

_INTRODUCTION = """\
# Checks of the audit

`make audit ENV=…` reads what is deployed and judges it against the environment file and Terraform's state. A check
gives PASS, FAIL or UNKNOWN for each resource. What could not be read is UNKNOWN, never PASS; so is a check that saw
nothing though the environment declares it. A read that gave no answer and that no check asked for is UNKNOWN under
`inventory.every_read_answered`. Checks that judge whatever is there say nothing where there is nothing.

| exit code | what it says |
|---|---|
| 0 | clean: all was seen, and all is well |
| 1 | something failed |
| 2 | nothing but drift (`drift.*`): what runs is not what Terraform last applied, and all else was seen and is well |
| 3 | nothing failed, but something is unknown; or nothing could be judged (no credentials, nothing applied) |

make itself exits with 2 whenever a command fails; a script that tells the codes apart runs
`.venv/bin/python -m scripts.audit --env NAME`.

A finding that is known and borne for a while is muted in the environment file, with a reason and a last day; every
report lists it, and after that day it counts again:

```yaml
audit:
  mutes:
    - {check: s3.versioned, resource: ray-demo-staging-123456789012, reason: made anew each night, until: 2027-01-31}
```

Standards: FSBP is AWS Foundational Security Best Practices (Security Hub), CIS the CIS AWS Foundations Benchmark
v3.0.0, Config a managed rule of AWS Config.
"""


def render_checks_markdown() -> str:
    """Render the page: one section for each service, one entry for each check."""
    checks = all_checks(date.min)
    sections = (_section(service, list(mine)) for service, mine in groupby(checks, lambda check: check.service))
    with_standards = sum(bool(check.standards) for check in checks)
    count = f"There are {len(checks)} checks; {with_standards} of them stand for rules of a standard.\n"
    return "\n".join([_INTRODUCTION, count, *sections])


def _section(service: str, checks: list[Check]) -> str:
    return "\n".join([f"## {service}\n", *(line for check in checks for line in _entry(check))])


def _entry(check: Check) -> Iterator[str]:
    yield f"### `{check.id}`\n"
    yield f"Severity: {check.severity.value}. For: {check.scope}{_flavours(check)}\n"
    yield f"{check.documentation}\n"
    if check.setting:
        yield f"Setting: `{check.setting}`.\n"
    if check.standards:
        yield f"Standards: {', '.join(check.standards)}.\n"


def _flavours(check: Check) -> str:
    """The flavours that it is for, unless it is for all or says so itself."""
    names = [f"`{flavour}`" for flavour, kind in FLAVOURS.items() if issubclass(kind, check.environments)]
    said = all(name in check.scope for name in names)
    return "" if said or len(names) == len(FLAVOURS) else f" Only {' and '.join(names)}."
