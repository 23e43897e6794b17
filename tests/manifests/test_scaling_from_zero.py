"""A group of no nodes gets its first one only when the Cluster Autoscaler knows that its pods would fit."""

from __future__ import annotations

import pytest

from config.kuberay_eks import KuberayEksConfig
from config.node_groups import TEMPLATE_RESOURCE, NodeGroup, node_groups
from config.pod_sizes import pods_per_node
from tests.manifests.rendered import documents, ray_pods
from tests.synthesis import kube

KNOWN = {"cpu", "memory", "nvidia.com/gpu"}
"""What it knows by the instance type."""
SETTINGS = {
    "workers": {
        "cpu": {"instance_type": "m7i.4xlarge", "root_volume_gib": 20},
        "gpu": {"instance_type": "g6.12xlarge", "gpus": 1, "cpus": 10, "memory_gib": 40},
    },
    "jobs": {"train": {"entrypoint": "python train.py"}},
}


@pytest.fixture(scope="module")
def environment() -> KuberayEksConfig:
    return kube(**SETTINGS)


def _told(group: NodeGroup) -> dict[str, str]:
    return {key.removeprefix(TEMPLATE_RESOURCE): amount for key, amount in group.template_tags.items()}


def test_every_resource_that_a_pod_requests_is_known(environment: KuberayEksConfig) -> None:
    groups = {group.name: group for group in node_groups(environment)}
    pods = list(ray_pods(documents(**SETTINGS)))
    assert {"head", "cpu", "gpu"} == {pod.group for pod in pods}
    for pod in pods:
        assert set(pod.container["resources"]["requests"]) <= KNOWN | _told(groups[pod.group]).keys()


def test_the_disk_that_it_is_told_of_holds_the_pods_of_a_node(environment: KuberayEksConfig) -> None:
    groups = {group.name: group for group in node_groups(environment)}
    for pod in ray_pods(documents(**SETTINGS)):
        requested = pod.container["resources"]["requests"]["ephemeral-storage"]
        told = _told(groups[pod.group])["ephemeral-storage"]
        assert _gib(requested) * pods_per_node(environment, pod.group) <= _gib(told)


def _gib(amount: str) -> int:
    return int(amount.removesuffix("Gi"))
