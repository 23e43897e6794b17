"""A small chart, with the real helm."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.local_aws.kubernetes.cluster import Programs
from tests.local_aws.kubernetes.objects import definition

TEMPLATE = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: "{{ .Release.Name }}"}
data: {size: "{{ .Values.size }}"}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: small}
"""


@pytest.fixture
def chart(tmp_path: Path) -> str:
    folder = tmp_path / "small"
    (folder / "templates").mkdir(parents=True)
    (folder / "crds").mkdir()
    (folder / "Chart.yaml").write_text("{apiVersion: v2, name: small, version: 1.0.0}")
    (folder / "values.yaml").write_text("size: 1")
    (folder / "templates/all.yaml").write_text(TEMPLATE)
    (folder / "crds/sprockets.yaml").write_text(json.dumps(definition("Sprocket")))
    return str(folder)


def test_life_of_a_release(programs: Programs, namespace: str, chart: str) -> None:
    def release(*words: str) -> int:
        done = programs.helm("upgrade", "--install", "rel", chart, "-n", namespace, "--wait", "--timeout=20s", *words)
        assert done.code == 0, done.err
        listed = programs.helm("list", "-n", namespace, "-o", "json").json
        assert [each["status"] for each in listed] == ["deployed"]
        return int(listed[0]["revision"])

    def size() -> str:
        return programs.kubectl("get", "configmap", "rel", "-n", namespace, "-o", "jsonpath={.data.size}").out

    assert (release(), size()) == (1, "1")
    assert (release("--set", "size=2"), size()) == (2, "2")
    assert programs.kubectl("get", "sprockets", "-n", namespace).code == 0
    gone = programs.helm("uninstall", "rel", "-n", namespace, "--wait", "--timeout=20s")
    assert gone.code == 0, gone.err
    assert programs.kubectl("get", "configmap,serviceaccount,secret", "-n", namespace, "-o", "name").out == ""


def test_failed_release_says_why(programs: Programs, chart: str) -> None:
    refused = programs.helm("install", "rel", chart, "-n", "nowhere")
    assert 'namespaces "nowhere" not found' in refused.err
