"""The page `docs/cluster-yaml-traps.md`, from the docstrings of the traps."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import ModuleType

from scripts.cluster_yaml.lint.registry import Trap, traps_of
from scripts.cluster_yaml.lint.traps import SUBJECTS, TRAPS

_INTRODUCTION = """\
# Traps in a cluster.yaml

`make lint-cluster-yaml FILE=cluster.yaml` reads anybody's file for `ray up` on AWS and names what is known to go wrong
with it. Each trap was read in the source of Ray 2.60.0, in its documentation and issues, or in AWS's documentation.
Nothing is called: no AWS, no Ray. Values that look like secrets are never printed.

A finding is one line (`file:line: severity: setting: what is wrong: got …, want … [id]`) and, once for each trap, why.
`JSON=1` prints the same for scripts.

| exit code | what it says |
|---|---|
| 0 | none of these traps |
| 1 | there are some |
| 2 | the file cannot be read, is no YAML, no mapping, or for another provider than aws |

make itself exits with 2 whenever a command fails; a script that tells the codes apart runs
`.venv/bin/python -m scripts.cluster_yaml.lint cluster.yaml`.
"""


def render_traps_markdown() -> str:
    """Render the page: one section for each subject, one entry for each trap."""
    count = f"There are {len(TRAPS)} traps.\n"
    return "\n".join([_INTRODUCTION, count, *(_section(module) for module in SUBJECTS)])


def _section(module: ModuleType) -> str:
    title = (inspect.getdoc(module) or "").removesuffix(".")
    return "\n".join([f"## {title}\n", *(line for trap in traps_of(module) for line in _entry(trap))])


def _entry(trap: Trap) -> Iterator[str]:
    yield f"### `{trap.id}`\n"
    yield f"Severity: {trap.severity.value}.\n"
    yield f"{inspect.getdoc(trap.judge)}\n"
    yield f"Source: <{trap.source}>\n"
