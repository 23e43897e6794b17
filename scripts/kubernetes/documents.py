"""The rendered manifests as objects, in the order of an apply."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from config.kuberay_eks import KuberayEksConfig
from scripts.kubernetes.objects import Document
from scripts.manifests.check.loader import KubectlLoader
from scripts.manifests.facts import ManifestFacts
from scripts.manifests.render import render_manifests


def rendered_documents(environment: KuberayEksConfig, facts: ManifestFacts) -> list[Document]:
    """Every document of an environment."""
    return list(documents_in(render_manifests(environment, facts).values()))


def read_values(file: Path) -> Mapping[str, Any]:
    """Values of a Helm chart."""
    (values,) = _loaded(file.read_text(encoding="utf-8"))
    return dict(values or {})


def documents_in(texts: Iterable[str]) -> Iterable[Document]:
    """The documents of YAML texts."""
    return (document for text in texts for document in _loaded(text) if document is not None)


def _loaded(text: str) -> Iterable[Any]:
    return yaml.load_all(text, Loader=KubectlLoader)
