from __future__ import annotations

import io
import tarfile
from pathlib import Path
from typing import Any

import pytest

from config.errors import UserError
from scripts.manifests.check import definitions
from scripts.manifests.check.definitions import read_definitions
from scripts.manifests.check.errors import schema_errors

DEFINITION = Path(__file__).with_name("definition.yaml")


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(definitions, "_CACHE", tmp_path / "cache")
    definitions._definitions.cache_clear()
    return tmp_path / "cache"


def errors_of(**spec: Any) -> list[tuple[str, str, str, str]]:
    validator = read_definitions(DEFINITION).validator("ray.io/v1", "RayCluster")
    content = {"apiVersion": "ray.io/v1", "kind": "RayCluster", "metadata": {"any": 1}, "spec": {"name": "ab", **spec}}
    found = schema_errors(validator, content)
    return [(error.rule, ".".join(map(str, error.place[1:])), error.got, error.want) for error in found]


def test_what_the_server_takes_is_taken() -> None:
    ports = [{"port": 1}, {"port": 1, "protocol": "UDP"}]
    assert errors_of(open={"a": {"b": 1}}, note=None, labels={"a": "b"}, port="http", memory="1.5Gi") == []
    assert errors_of(port=80, memory=1, tags=["a", "b"], ports=ports, backend="redis") == []


@pytest.mark.parametrize(
    ("spec", "error"),
    [
        ({"sizes": 1}, ("unknown-field", "sizes", "sizes", "size")),
        ({"size": "1"}, ("wrong-type", "size", "1, text", "a whole number")),
        ({"size": None}, ("wrong-type", "size", "nothing (null)", "a whole number")),
        ({"size": True}, ("wrong-type", "size", "true, true or false", "a whole number")),
        ({"name": "a"}, ("wrong-value", "name", "a", "at least 2 characters")),
        ({"labels": {"a": 1}}, ("wrong-type", "labels.a", "1, a whole number", "text")),
        ({"port": 1.5}, ("wrong-type", "port", "1.5, a number", "a whole number or text")),
        ({"memory": "1GB"}, ("wrong-quantity", "memory", "1GB", "")),
        ({"tags": ["a", "a"]}, ("wrong-value", "tags", "a list of 2", "uniqueItems True")),
        ({"ports": [{"port": 1}, {"port": 1, "protocol": "TCP"}]},
         ("repeated-in-list", "ports.1", "port 1, protocol TCP", "")),
        ({"backend": "etcd"}, ("schema-rule", "backend", "etcd", "is redis or rocksdb")),
    ],
)  # fmt: skip
def test_what_the_server_refuses_is_refused(spec: dict[str, Any], error: tuple[str, str, str, str]) -> None:
    assert errors_of(**spec) == [error]


def test_a_missing_field_without_default_is_refused() -> None:
    validator = read_definitions(DEFINITION).validator("ray.io/v1", "RayCluster")
    found = list(schema_errors(validator, {"metadata": {}, "spec": {}}))
    assert [(error.rule, error.place) for error in found] == [("field-missing", ("spec", "name"))]


def test_a_chart_has_definitions_and_only_served_versions(tmp_path: Path, own_cache: Path) -> None:
    chart = tmp_path / "kuberay-operator-1.7.0.tgz"
    with tarfile.open(chart, "w:gz") as archive:
        for name, content in {"crds/a.yaml": DEFINITION.read_bytes(), "values.yaml": b"a: 1\n"}.items():
            member = tarfile.TarInfo(f"kuberay-operator/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    assert read_definitions(chart).kinds == {"RayCluster": ["ray.io/v1"]}
    assert len(list(own_cache.iterdir())) == 1


def test_what_was_read_once_is_kept(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = read_definitions(DEFINITION)
    definitions._definitions.cache_clear()
    monkeypatch.setattr(definitions, "_packed", lambda *_: pytest.fail("read again"))
    assert read_definitions(DEFINITION) == first


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.yaml", b"kind: Pod\n", "got no definition of ray.io, want those of the chart kuberay-operator"),
        ("a.yaml", b"a: [\n", "got no definitions ("),
        ("a.tgz", b"no archive", "got no definitions ("),
        ("a.json.gz", b"no archive", "got no definitions ("),
    ],
)
def test_what_holds_no_definitions_is_one_line(name: str, content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UserError) as refused:
        read_definitions(path)
    assert message in refused.value.lines[0]
    assert len(refused.value.lines) == 1
