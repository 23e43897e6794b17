"""Our own documents with single faults."""

from __future__ import annotations

import copy
import os
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.kuberay_eks import KuberayEksConfig
from config.load import load_environment
from config.paths import ROOT
from scripts.manifests.check.definitions import Definitions, read_definitions
from scripts.manifests.check.findings import Finding
from scripts.manifests.check.judge import judge
from scripts.manifests.check.reading import Document, Reading, read_text
from scripts.manifests.facts import placeholder_facts
from scripts.manifests.files import OPERATOR_VALUES, render_operator_values
from scripts.manifests.render import render_manifests

GONE = object()
"""As a value: the setting is taken away."""
ADD = "+"
"""As a name: at the end of a list, or another document."""
GATES = "gates"
CRDS = Path(os.environ.get("RAYFORM_KUBERAY_CRDS", ROOT.parent / "shared" / "data" / "kuberay-1.7.0-crds.json.gz"))

needs_definitions = pytest.mark.skipif(
    not CRDS.is_file(),
    reason=f"no definitions of KubeRay at {CRDS.name}: name them in RAYFORM_KUBERAY_CRDS",
)


@cache
def definitions() -> Definitions:
    return read_definitions(CRDS)


@cache
def environment(name: str = "eks") -> KuberayEksConfig:
    loaded = load_environment(name, target="local")
    assert isinstance(loaded, KuberayEksConfig)
    return loaded


def files_of(of: KuberayEksConfig) -> dict[str, str]:
    values = render_operator_values(of)
    files = render_manifests(of, placeholder_facts(of))
    return files if values is None else {**files, OPERATOR_VALUES: values}


def reading_of(files: Mapping[str, str]) -> Reading:
    reading = Reading()
    for name, text in files.items():
        part = read_text(name, text)
        reading.documents += part.documents
        reading.faults += part.faults
    return reading


@cache
def rendered() -> Reading:
    return reading_of(files_of(environment()))


def edited(edits: Mapping[str, Any]) -> Reading:
    """The documents of environments/eks.yaml with settings (`Kind/name|spec|…`) changed."""
    documents = list(rendered().documents)
    copied: set[int] = set()
    for key, value in edits.items():
        subject, *parts = key.split("|")
        if subject == ADD:
            documents.append(_document(value))
            continue
        index = _index(documents, subject)
        if index not in copied:
            copied.add(index)
            old = documents[index]
            documents[index] = Document(old.file, copy.deepcopy(old.content), old.root)
        _put(documents[index].content, parts, value)
    return Reading(documents)


def found(edits: Mapping[str, Any], *, foreign: bool = False) -> list[Finding]:
    report = judge(edited(edits), definitions(), "1.36", None if foreign else environment())
    return list(report.findings)


def _document(content: dict[str, Any]) -> Document:
    return read_text("added.yaml", yaml.safe_dump(content)).documents[0]


def _index(documents: list[Document], subject: str) -> int:
    if subject == GATES:
        return next(number for number, document in enumerate(documents) if "featureGates" in document.content)
    # Names of volumes end with a digest of what is behind them.
    names = (re.sub(r"-[0-9a-f]{8}$", "", document.subject) for document in documents)
    return next(number for number, name in enumerate(names) if name == subject)


def _put(content: Any, parts: list[str], value: Any) -> None:
    *parents, last = parts
    for part in parents:
        content = content[int(part)] if isinstance(content, list) else content.setdefault(part, {})
    if value is GONE:
        del content[int(last) if isinstance(content, list) else last]
    elif isinstance(content, list):
        if last == ADD:
            content.append(value)
        else:
            content[int(last)] = value
    else:
        content[last] = value
