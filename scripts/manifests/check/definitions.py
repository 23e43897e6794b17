"""KubeRay's custom resource definitions: of a file, of a chart, or of the packed data of tests."""

from __future__ import annotations

import gzip
import hashlib
import json
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from config.errors import UserError
from config.kuberay_eks import KuberayEksConfig
from config.paths import BUILD, shown
from scripts.cluster_yaml.lint.cluster import listing, mapping, text
from scripts.kubernetes.chart import cached_chart, pull_chart
from scripts.manifests.check.loader import KubectlLoader, require_shallow
from scripts.manifests.check.structural import Validator
from scripts.manifests.check.structural_schema import packed_schema

_CACHE = BUILD / "definitions"
_FORM = 1
"""Of what is cached: goes up when `packed_schema` gives something else."""


@dataclass(frozen=True)
class Definitions:
    """Validators of custom resources."""

    schemas: Mapping[str, Mapping[str, Any]]
    """By `ray.io/v1|RayCluster`."""

    @property
    def kinds(self) -> Mapping[str, list[str]]:
        """The apiVersions of each kind."""
        found: dict[str, list[str]] = {}
        for key in self.schemas:
            api_version, _, kind = key.partition("|")
            found.setdefault(kind, []).append(api_version)
        return found

    def validator(self, api_version: str, kind: str) -> Any | None:
        """The validator of a kind; None where it has no definition."""
        schema = self.schemas.get(f"{api_version}|{kind}")
        return None if schema is None else Validator(schema)


def load_definitions(crds: Path | None, environment: KuberayEksConfig) -> Definitions:
    """The definitions of a file, else those of the operator's chart, pulled when needed. Raises UserError."""
    return read_definitions(crds or cached_chart(environment) or pull_chart(environment))


def read_definitions(path: Path) -> Definitions:
    """The definitions of a file: YAML, a chart (.tgz), or packed JSON (.json.gz). Raises UserError."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UserError(f"{shown(path)}: cannot be read: {error.strerror}; want CRDS=<KubeRay's definitions>") from None
    return _definitions(path, raw)


@lru_cache(maxsize=4)
def _definitions(path: Path, raw: bytes) -> Definitions:
    cache = _CACHE / f"{hashlib.sha256(raw).hexdigest()[:32]}-{_FORM}.json"
    if path.name.endswith(".json.gz"):
        schemas = _unpacked(path, raw)
    elif cache.is_file():
        schemas = json.loads(cache.read_text())
    else:
        schemas = _packed(path, raw)
        cache.parent.mkdir(parents=True, exist_ok=True)
        part = cache.with_suffix(".part")
        part.write_text(json.dumps(schemas))
        part.replace(cache)
    if not any(key.startswith("ray.io/") for key in schemas):
        raise UserError(f"{shown(path)}: got no definition of ray.io, want those of the chart kuberay-operator")
    return Definitions(schemas)


def _unpacked(path: Path, raw: bytes) -> dict[str, Any]:
    try:
        packed = json.loads(gzip.decompress(raw))
    except (ValueError, OSError) as error:
        raise _unusable(path, error) from None
    return {key: mapping(entry).get("schema", {}) for key, entry in mapping(packed).items()}


def _unusable(path: Path, error: Exception) -> UserError:
    reason = str(error).splitlines()[0]
    return UserError(f"{shown(path)}: got no definitions ({reason}), want CRDS=<KubeRay's definitions>")


def _packed(path: Path, raw: bytes) -> dict[str, Any]:
    schemas: dict[str, Any] = {}
    try:
        for content in _texts(path, raw):
            require_shallow(content)
            for document in yaml.load_all(content, Loader=KubectlLoader):  # a safe loader's child
                schemas.update(_of_document(mapping(document)))
    except (yaml.YAMLError, tarfile.TarError, ValueError, OSError) as error:
        raise _unusable(path, error) from None
    return schemas


def _texts(path: Path, raw: bytes) -> Iterator[str]:
    if path.suffix not in (".tgz", ".gz"):
        yield raw.decode()
        return
    with tarfile.open(path) as chart:
        for member in chart.getmembers():
            parts = Path(member.name).parts
            file = chart.extractfile(member) if "crds" in parts and member.name.endswith((".yaml", ".yml")) else None
            if file is not None:
                yield file.read().decode()


def _of_document(document: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for item in listing(document.get("items")):
        yield from _of_document(mapping(item))
    if document.get("kind") != "CustomResourceDefinition":
        return
    spec = mapping(document.get("spec"))
    kind = text(mapping(spec.get("names")).get("kind"))
    for version in map(mapping, listing(spec.get("versions"))):
        if version.get("served"):
            schema = mapping(mapping(version.get("schema")).get("openAPIV3Schema"))
            yield f"{spec.get('group')}/{version.get('name')}|{kind}", packed_schema(schema)
