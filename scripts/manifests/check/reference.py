"""The page `docs/manifest-rules.md`, from the docstrings of the rules."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import ModuleType

from scripts.manifests.check.registry import Rule, rules_of
from scripts.manifests.check.rules import RULES, SUBJECTS

_INTRODUCTION = """\
# Rules for Kubernetes documents

`make check-manifests ENV=eks` judges what `make manifests` has rendered; `FILES=<file or folder>` judges anybody's
Kubernetes documents. Nothing is called, no cluster and no AWS. Values of Secrets are never printed.

A finding is one line: `file:line: Kind/name: path: what is wrong: got …, want … (rule)`. `JSON=1` prints the same for
scripts.

| exit code | what it says |
|---|---|
| 0 | no rule is broken |
| 1 | some are |
| 2 | the files cannot be read, or KubeRay's definitions cannot be found |

make itself exits with 2 whenever a command fails; a script that tells the codes apart runs
`.venv/bin/python -m scripts.manifests.check --env eks`.

Documents of Kubernetes are compared with the schemas of the environment's version (package kubernetes-validate), those
of KubeRay with its definitions: `CRDS=<file>`, or those of the operator's chart. Unknown fields are errors. Feature
gates of the operator are those of the values for its chart, or its defaults.
"""


def render_rules_markdown() -> str:
    """Render the page: one section for each subject, one entry for each rule."""
    count = f"There are {len(RULES)} rules.\n"
    return "\n".join([_INTRODUCTION, count, *(_section(module) for module in SUBJECTS)])


def _section(module: ModuleType) -> str:
    title = (inspect.getdoc(module) or "").removesuffix(".")
    return "\n".join([f"## {title}\n", *(line for rule in rules_of(module) for line in _entry(rule))])


def _entry(rule: Rule) -> Iterator[str]:
    yield f"### `{rule.id}`\n"
    yield f"{rule.title}.\n"
    if rule.needs_environment:
        yield "Compares with the environment: skipped with `FILES=`.\n"
    yield f"Why: {rule.why}\n"
    yield f"Want: {rule.want}.\n"
    yield f"Source: <{rule.source}>\n"
