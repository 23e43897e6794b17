"""A clean cluster.yaml with single faults."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from scripts.cluster_yaml.lint.document import Document, read_document
from scripts.cluster_yaml.lint.findings import Finding, find_traps

CLEAN = Path(__file__).with_name("clean.yaml")
GONE = object()
"""As a value: the setting is taken away."""


def edited(path: Path, edits: dict[str, Any]) -> Document:
    """Write the clean file to a path, with settings (`provider/region`) changed, and read it."""
    content = YAML(typ="safe").load(CLEAN)
    for place, value in edits.items():
        *parents, last = [int(part) if part.isdigit() else part for part in place.split("/")]
        section = content
        for part in parents:
            section = section[part]
        if value is GONE:
            del section[last]
        else:
            section[last] = value
    path.write_text(json.dumps(content, indent=2))  # YAML too, and with every text in quotes
    return read_document(path)


def found_in(path: Path, text: str) -> list[Finding]:
    path.write_text(text)
    return find_traps(read_document(path))


def ids(findings: list[Finding]) -> set[str]:
    return {finding.trap.id for finding in findings}
