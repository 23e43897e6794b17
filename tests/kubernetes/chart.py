"""A chart like KubeRay's, packed by the tests: the same name, version and objects, and the real definitions."""

from __future__ import annotations

import gzip
import io
import json
import os
import tarfile
from pathlib import Path
from typing import Any

import pytest

from config.paths import ROOT

SHARED = ROOT.parent / "shared" / "data" / "kuberay-1.7.0-crds.json.gz"
NAME = "kuberay-operator"
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: kuberay-operator
  namespace: {{ .Release.Namespace }}
  labels: {app.kubernetes.io/name: kuberay-operator}
spec:
  replicas: 1
  selector: {matchLabels: {app.kubernetes.io/name: kuberay-operator}}
  template:
    metadata: {labels: {app.kubernetes.io/name: kuberay-operator}}
    spec:
      containers:
        - name: kuberay-operator
          image: quay.io/kuberay/operator:v{{ .Chart.Version }}
          args: [{{ range .Values.watchNamespace }}"--watch-namespace={{ . }}"{{ end }}]
"""


def path_of_definitions() -> Path:
    """Where KubeRay's definitions are to be."""
    return Path(os.environ.get("RAYFORM_KUBERAY_CRDS", SHARED))


def definitions() -> Path:
    """KubeRay's definitions; skips where they are not."""
    path = path_of_definitions()
    if not path.exists():
        pytest.skip(f"KubeRay's definitions are not at {path}: set RAYFORM_KUBERAY_CRDS")
    return path


def definition(kind: str, schema: dict[str, Any]) -> dict[str, Any]:
    """A custom resource definition around a schema."""
    plural = f"{kind.lower()}s"
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.ray.io"},
        "spec": {
            "group": "ray.io",
            "names": {"kind": kind, "listKind": f"{kind}List", "plural": plural, "singular": kind.lower()},
            "scope": "Namespaced",
            "versions": [version | {"subresources": {"status": {}}}],
        },
    }


def crds() -> list[dict[str, Any]]:
    """The definitions of KubeRay as a cluster takes them."""
    packed = json.loads(gzip.decompress(definitions().read_bytes()))
    return [definition(key.partition("|")[2], _structural(entry["schema"])) for key, entry in packed.items()]


def pack(
    path: Path, *, version: str = "1.7.0", name: str = NAME, with_crds: list[dict[str, Any]] | None = None
) -> Path:
    """Write a chart."""
    files = {
        "Chart.yaml": f"apiVersion: v2\nname: {name}\nversion: {version}\n",
        "values.yaml": "{}\n",
        "templates/deployment.yaml": DEPLOYMENT,
    }
    for crd in crds() if with_crds is None else with_crds:
        files[f"crds/{crd['metadata']['name']}.yaml"] = json.dumps(crd)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz") as archive:
        for file, text in files.items():
            member = tarfile.TarInfo(f"{NAME}/{file}")
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return path


def _structural(node: Any) -> Any:
    """The schema as a cluster takes it: without what the packed form has added, `nullable` in the place of a type."""
    if isinstance(node, list):
        return [_structural(each) for each in node]
    if not isinstance(node, dict):
        return node
    closed = node.get("additionalProperties") is False
    dropped = ("x-cel", "x-map-keys", *(["additionalProperties"] if closed else []))
    kept = {name: _structural(value) for name, value in node.items() if name not in dropped}
    if "x-map-keys" in node:
        keys = [key for key, _default in node["x-map-keys"]]
        kept |= {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": keys}
    if "anyOf" in kept and "type" not in kept:
        kept["x-kubernetes-int-or-string"] = True
    match kept.get("type"):
        case [str(type_), "null"]:
            return kept | {"type": type_, "nullable": True}
    return kept


def open_crds() -> list[dict[str, Any]]:
    """Definitions that take anything: quick, for tests to which the fields do not matter."""
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    return [definition(kind, schema) for kind in ("RayCluster", "RayJob", "RayService", "RayCronJob")]
