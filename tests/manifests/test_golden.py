"""The documents of the example environments, as anybody reads them. UPDATE_GOLDEN=1 accepts a change."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from config.kuberay_eks import KuberayEksConfig
from config.load import load_environment
from scripts.manifests.facts import placeholder_facts
from scripts.manifests.files import OPERATOR_VALUES
from scripts.manifests.render import render_manifests, render_operator_values

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("name", ["eks", "eks-existing"])
def test_documents_of_an_example(name: str) -> None:
    environment = load_environment(name)
    assert isinstance(environment, KuberayEksConfig)
    found = render_manifests(environment, placeholder_facts(environment))
    found[OPERATOR_VALUES] = render_operator_values(environment) or ""
    if os.environ.get("UPDATE_GOLDEN"):
        _accept(GOLDEN / name, found)
    assert found == {path.name: path.read_text(encoding="utf-8") for path in (GOLDEN / name).iterdir()}


def _accept(directory: Path, found: dict[str, str]) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    for path in directory.iterdir():
        path.unlink()
    for name, text in found.items():
        (directory / name).write_text(text, encoding="utf-8")
