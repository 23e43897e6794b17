"""Objects outlive the emulator's process, not their cluster."""

from __future__ import annotations

from pathlib import Path

from scripts.local_aws import client
from scripts.local_aws.identity import Folder
from tests.local_aws.conftest import aws_client
from tests.local_aws.kubernetes.cluster import CLUSTER, REGION, Programs, make_cluster, programs_for, token

SETTINGS = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings", "namespace": "default"}}


def _programs(folder: Path, endpoint: str) -> Programs:
    described = aws_client(endpoint, "eks", REGION).describe_cluster(name=CLUSTER)["cluster"]
    return programs_for(folder, described, client.kubernetes_port(), token())


def test_objects_outlive_the_process(folder: Folder, tmp_path: Path) -> None:
    endpoint = client.ensure_running()
    make_cluster(lambda service, region: aws_client(endpoint, service, region))
    programs = _programs(tmp_path / "before", endpoint)
    made = programs.apply(SETTINGS, "-o", "json").json
    client.stop()

    endpoint = client.ensure_running()
    # The kubeconfig of before still serves: same port, same authority.
    found = programs.kubectl("get", "configmap", "settings", "-o", "json").json
    assert found["metadata"]["uid"] == made["metadata"]["uid"]
    again = programs.apply(SETTINGS, "-o", "json").json
    assert again["metadata"]["resourceVersion"] == made["metadata"]["resourceVersion"]

    aws = aws_client(endpoint, "eks", REGION)
    role, place = found_parts(aws)
    aws.delete_cluster(name=CLUSTER)
    assert "unrecognized name" in programs.kubectl("get", "configmaps").err
    aws.create_cluster(name=CLUSTER, roleArn=role, version="1.35", resourcesVpcConfig=place)
    new = _programs(tmp_path / "after", endpoint)
    assert new.kubectl("get", "configmaps", "-o", "name").out == ""


def found_parts(aws: object) -> tuple[str, dict[str, list[str]]]:
    described = aws.describe_cluster(name=CLUSTER)["cluster"]  # type: ignore[attr-defined]
    return described["roleArn"], {"subnetIds": described["resourcesVpcConfig"]["subnetIds"]}
