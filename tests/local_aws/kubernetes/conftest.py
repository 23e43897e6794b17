"""One emulator with one cluster for all tests of a worker; each test has a namespace of its own."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from scripts.local_aws import client
from tests.local_aws.conftest import aws_client, end, point_to
from tests.local_aws.kubernetes.cluster import CLUSTER, PROGRAMS, REGION, Programs, make_cluster, programs_for, token

_NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Cluster:
    """A running cluster."""

    endpoint: str
    port: int
    described: dict[str, Any]
    folder: Path

    def aws(self, service: str) -> Any:
        return aws_client(self.endpoint, service, REGION)

    def programs(self, name: str, bearer: str) -> Programs:
        return programs_for(self.folder / name, self.described, self.port, bearer)


def start(folder: Path) -> tuple[str, int]:
    """Start an emulator, or find it; return its endpoint and the port of its Kubernetes API."""
    endpoint = client.ensure_running()
    folder.mkdir(exist_ok=True)
    return endpoint, client.kubernetes_port()


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    if not (PROGRAMS / "helm").exists():
        pytest.fail("there is no kubectl and no helm; run: make kube-tools")
    folder = tmp_path_factory.mktemp("kubernetes")
    with pytest.MonkeyPatch.context() as monkeypatch:
        emulator = point_to(folder / "local-aws", monkeypatch)
        endpoint, port = start(folder)
    try:
        make_cluster(lambda service, region: aws_client(endpoint, service, region))
        described = aws_client(endpoint, "eks", REGION).describe_cluster(name=CLUSTER)["cluster"]
        yield Cluster(endpoint, port, described, folder)
    finally:
        end(emulator)


@pytest.fixture(scope="session")
def programs(cluster: Cluster) -> Programs:
    return cluster.programs("admin", token())


@pytest.fixture
def namespace(programs: Programs) -> str:
    name = f"n{next(_NUMBERS)}"
    done = programs.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    assert done.code == 0, done.err
    return name


Make = Callable[..., dict[str, Any]]


@pytest.fixture
def config_map(namespace: str) -> Make:
    """Makes ConfigMaps of the test's namespace."""

    def make(name: str = "settings", labels: dict[str, str] | None = None, **data: str) -> dict[str, Any]:
        metadata: dict[str, Any] = {"name": name, "namespace": namespace}
        if labels:
            metadata["labels"] = labels
        return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}

    return make
