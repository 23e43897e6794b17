"""What nodes give to pods, counted by hand; and pods that always fit."""

from __future__ import annotations

from typing import Any

import pytest

from config.allocatable import allocatable, most_pods
from config.daemon_sets import beside_ray, daemon_sets
from config.eks import EksConfig
from config.errors import UserError
from config.fsx import FsxConfig
from config.instance_sizes import known_types
from config.instance_types import has_gpu
from config.kuberay import KubeBucketConfig, RayAutoscalerConfig, RayJobConfig, RayServiceConfig
from config.kuberay_eks import KuberayEksConfig
from config.pod_addresses import free_addresses, needed_addresses
from config.pod_sizes import AUTOSCALER_SIDECAR, max_replicas, node_room, pod_room, pod_size, pods_per_node
from config.ray_pods import HeadPodConfig, WorkerPodsConfig
from config.room import Room

QUIET = EksConfig(container_insights=False)


def _cluster(**settings: Any) -> KuberayEksConfig:
    return KuberayEksConfig(**{"name": "demo", "region": "us-west-2", **settings})


def _worker(**settings: Any) -> KuberayEksConfig:
    return _cluster(eks=QUIET, workers={"cpu": WorkerPodsConfig(**{"instance_type": "m7i.4xlarge", **settings})})


@pytest.mark.parametrize(
    ("instance_type", "room"),
    [
        # 2 vCPUs: 6 % of the first, 1 % of the second. 8192 MiB less 7.5 %, 255 + 11 * 29, 100.
        ("m7i.large", Room(2000 - 70, 7577 - 574 - 100)),
        # 4 vCPUs: 60 + 10 + 10. 58 pods.
        ("m7i.xlarge", Room(4000 - 80, 15155 - 893 - 100)),
        # 16 vCPUs: 60 + 10 + 10 + 30. 64 GiB count as large: 6 %; 234 pods though EKS lets 110 run.
        ("m7i.4xlarge", Room(16000 - 110, 61603 - 2829 - 100)),
        ("g6.12xlarge", Room(48000 - 190, 184811 - 2829 - 100, gpus=4)),
        # 2 interfaces on the default card: 100 pods.
        ("p5.48xlarge", Room(192000 - 550, 1971322 - 1355 - 100, gpus=8)),
    ],
)
def test_a_node_offers_what_kubelet_leaves(instance_type: str, room: Room) -> None:
    assert allocatable(instance_type) == room


def test_measured_nodes_offer_more() -> None:
    """An i4i.32xlarge had 1,007,423 MiB: https://github.com/kubernetes-sigs/karpenter/issues/6611"""
    assert allocatable("i4i.32xlarge").memory_mib < 1_007_423


@pytest.mark.parametrize(("instance_type", "pods"), [("m7i.large", 29), ("m7i.4xlarge", 110), ("m7i.16xlarge", 250)])
def test_eks_bounds_pods(instance_type: str, pods: int) -> None:
    assert most_pods(instance_type) == pods


def test_a_type_that_is_not_known_has_no_room() -> None:
    with pytest.raises(UserError, match=r"m99\.large"):
        allocatable("m99.large")


def test_daemon_sets_are_those_of_the_environment() -> None:
    least = {"aws-node", "kube-proxy", "eks-pod-identity-agent", "ebs-csi-node"}
    assert set(daemon_sets(_cluster(eks=QUIET), "m7i.large")) == least
    everything = _cluster(fsx=FsxConfig(), buckets={"models": KubeBucketConfig(mount_path="/mnt/models")})
    found = daemon_sets(everything, "g6.xlarge")
    assert set(found) == {
        *least, "fsx-csi-node", "s3-csi-node", "cloudwatch-agent", "fluent-bit", "dcgm-exporter",
        "nvidia-device-plugin",
    }  # fmt: skip
    assert set(beside_ray(everything, "g6.xlarge")) - set(found) == {"mountpoint of models"}


def test_a_pod_takes_what_its_node_has_left() -> None:
    # 15890 - 190 and 58674 - 136 are left by the DaemonSets, of which 100 and 256 stay free.
    assert node_room(_worker(), "m7i.4xlarge") == Room(15600, 58282)
    assert pod_size(_worker(), "cpu") == Room(15600, 910 * 64)
    assert pods_per_node(_worker(), "cpu") == 1


def test_the_head_leaves_room_for_the_autoscaler() -> None:
    on, off = (_cluster(autoscaler=RayAutoscalerConfig(enabled=enabled)) for enabled in (True, False))
    assert pod_room(on, "head") + AUTOSCALER_SIDECAR == pod_room(off, "head")
    assert pod_size(_cluster(head=HeadPodConfig(instance_type="g6.12xlarge")), "head").gpus == 0


@pytest.mark.parametrize(
    ("settings", "pods"),
    [
        ({"cpus": 5, "memory_gib": 10}, 3),
        ({"cpus": 1, "memory_gib": 20}, 2),
        ({"cpus": 15.8}, 0),
        ({"instance_type": "m7i.48xlarge", "cpus": 0.5, "memory_gib": 2}, 250 - 4),
        ({"instance_type": "g6.12xlarge", "cpus": 10, "memory_gib": 30, "gpus": 2}, 2),
        ({"instance_type": "g6.12xlarge", "gpus": 5}, 0),
        ({"instance_type": "hpc7g.16xlarge"}, 1),
    ],
)
def test_a_node_holds_as_many_pods_as_fit(settings: dict[str, Any], pods: int) -> None:
    assert pods_per_node(_worker(**settings), "cpu") == pods


def test_most_replicas_are_those_that_the_nodes_hold() -> None:
    assert max_replicas(_worker(cpus=5, memory_gib=10, max_nodes=4), "cpu") == 12
    assert max_replicas(_worker(max_replicas=2), "cpu") == 2
    fixed = _worker(min_replicas=3).model_copy(update={"autoscaler": RayAutoscalerConfig(enabled=False)})
    assert max_replicas(fixed, "cpu") == 3


SIZES = [each for each in known_types() if allocatable(each).memory_mib > 4096 and most_pods(each) > 20]
"""Others hold no Ray, or no pod beside the DaemonSets: a rule refuses them."""


@pytest.mark.parametrize("sidecar", [True, False])
def test_a_pod_of_a_whole_node_fits_beside_everything_else(sidecar: bool) -> None:
    """On each type that is known, with all that may run on a node."""
    assert len(SIZES) > 1000
    whole = _cluster(
        autoscaler=RayAutoscalerConfig(enabled=sidecar),
        fsx=FsxConfig(),
        buckets={"models": KubeBucketConfig(mount_path="/mnt/models")},
    )
    for instance_type in SIZES:
        group = WorkerPodsConfig(instance_type=instance_type)
        head = HeadPodConfig(instance_type=instance_type)
        cluster = whole.model_copy(update={"head": head, "workers": {"cpu": group}})
        for name in ("head", "cpu"):
            beside = list(beside_ray(cluster, instance_type).values())
            beside += [AUTOSCALER_SIDECAR] if sidecar and name == "head" else []
            asked = pod_size(cluster, name)
            assert allocatable(instance_type).holds(sum(beside, asked)), instance_type
            assert pods_per_node(cluster, name) == 1
        assert pod_size(cluster, "cpu").gpus == allocatable(instance_type).gpus
        assert has_gpu(instance_type) == (pod_size(cluster, "cpu").gpus > 0)


def test_each_cluster_has_a_node_for_its_head() -> None:
    assert _worker().node_bounds("head") == (1, 1)
    busy = _cluster(
        jobs={"train": RayJobConfig(entrypoint="python train.py")},
        services={"embed": RayServiceConfig(import_path="embed:app")},
        workers={"cpu": WorkerPodsConfig(min_nodes=2, max_nodes=2)},
    )
    assert busy.most_heads == 4  # the cluster's, the job's, and the service's twice while it changes
    assert busy.node_bounds("head") == (1, 10)
    # The size that runs is never beyond the most, whatever leaves the file.
    assert busy.model_copy(update={"jobs": {}}).node_bounds("head") == (1, 10)
    assert (busy.node_bounds("system"), busy.node_bounds("cpu")) == ((2, 2), (2, 2))
    assert busy.node_autoscaling
    assert not _worker(min_nodes=2, max_nodes=2).node_autoscaling


def test_pods_take_addresses_of_their_zones() -> None:
    cluster = _worker(cpus=5, memory_gib=10, max_nodes=4, zones=["us-west-2b"])
    # /22 has 1024; AWS keeps 5, EKS wants 6.
    assert free_addresses(cluster) == {"us-west-2a": 1013, "us-west-2b": 1013}
    # A node, three pods, and the EBS driver.
    assert needed_addresses(cluster, frozenset({"us-west-2b"})) == 4 * 5
    assert needed_addresses(cluster, frozenset({"us-west-2a", "us-west-2b"})) == 4 * 5 + 3


@pytest.mark.parametrize(
    ("room", "shown"),
    [
        (Room(1000, 1024), "1 CPU, 1 GiB"),
        (Room(3440, 13998, 1), "3.44 CPUs, 13.66 GiB, 1 GPU"),
    ],
)
def test_amounts_are_shown_rounded_down(room: Room, shown: str) -> None:
    assert str(room) == shown
