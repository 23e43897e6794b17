"""`docs/make.md`, from the `##` lines of the Makefile."""

from __future__ import annotations

import re
from typing import NamedTuple

from config.paths import ROOT

GROUP = re.compile(r"^##@ (?P<title>.+)$")
TARGET = re.compile(r"^(?P<name>[a-z][a-z-]*):.*?## (?P<summary>.+)$")


class Target(NamedTuple):
    """A documented target."""

    group: str
    name: str
    summary: str


def read_targets(makefile: str) -> list[Target]:
    """Documented targets in the order of the Makefile."""
    group = ""
    targets = []
    for line in makefile.splitlines():
        if heading := GROUP.match(line):
            group = heading["title"]
        elif target := TARGET.match(line):
            targets.append(Target(group, target["name"], target["summary"]))
    return targets


def render_make_targets() -> str:
    """Render the page."""
    lines = [
        "# Make targets",
        "",
        "`ENV=<name>` chooses the environment (default `demo`), `TARGET=local` rehearses any",
    ]
    lines += ["environment on the embedded AWS. Make exits 2 whenever a target fails."]
    group = None
    for target in read_targets((ROOT / "Makefile").read_text()):
        if target.group != group:
            group = target.group
            lines += ["", f"## {group}", "", "| target | what it does |", "|---|---|"]
        lines.append(f"| `make {target.name}` | {target.summary.replace('|', chr(92) + '|')} |")
    return "\n".join(lines)
