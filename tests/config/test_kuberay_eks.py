"""What follows from an environment of flavour kuberay-eks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, get_args

import pytest

from config.addon_versions import addon_version
from config.eks import AddonConfig, AddonName, EksConfig, ExistingClusterConfig, KubernetesVersion
from config.kuberay import KubeBucketConfig, RayImageConfig
from config.kuberay_eks import KuberayEksConfig
from config.kubernetes_versions import KUBERNETES_VERSIONS
from config.ray_images import ray_image
from config.ray_pods import HeadPodConfig, WorkerPodsConfig
from config.text import Form

VERSIONS: tuple[KubernetesVersion, ...] = get_args(KubernetesVersion)
ADDONS: tuple[AddonName, ...] = get_args(AddonName)


def _cluster(**settings: Any) -> KuberayEksConfig:
    return KuberayEksConfig(name="demo", region="us-west-2", **settings)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_has_its_add_ons(version: KubernetesVersion) -> None:
    pinned = {name: addon_version(name, version) for name in ADDONS}
    form = Form(r"v\d+\.\d+\.\d+-eksbuild\.\d+", "")
    assert all(map(form.matches, pinned.values()))
    assert pinned["kube-proxy"].startswith(f"v{version}.")


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_has_its_autoscaler_and_its_end(version: KubernetesVersion) -> None:
    facts = KUBERNETES_VERSIONS[version]
    assert f":v{version}." in facts.autoscaler_image
    assert facts.extended_support_until - facts.standard_support_until >= timedelta(days=365)
    assert _cluster(eks=EksConfig(version=version)).autoscaler_image == facts.autoscaler_image


def test_a_version_of_the_file_goes_before_the_pinned_one() -> None:
    eks = EksConfig(addons={"vpc-cni": AddonConfig(version="v1.23.1-eksbuild.1"), "coredns": AddonConfig()})
    cluster = _cluster(eks=eks)
    assert cluster.addon_version("vpc-cni") == "v1.23.1-eksbuild.1"
    assert cluster.addon_version("coredns") == addon_version("coredns", cluster.eks.version)


def test_add_ons_are_those_that_are_needed() -> None:
    buckets = {"models": KubeBucketConfig(mount_path="/mnt/models")}
    assert "aws-mountpoint-s3-csi-driver" in _cluster(buckets=buckets).addons
    assert "aws-mountpoint-s3-csi-driver" not in _cluster(buckets={"models": KubeBucketConfig()}).addons
    there = ExistingClusterConfig(name="shared")
    named = EksConfig(existing_cluster=there, addons={"aws-efs-csi-driver": AddonConfig()})
    assert _cluster(eks=named, buckets=buckets).addons == ["aws-efs-csi-driver"]


def test_a_cluster_that_is_there_has_its_own_name() -> None:
    assert _cluster().cluster_name == "ray-demo"
    assert _cluster(eks=EksConfig(existing_cluster=ExistingClusterConfig(name="Shared_1"))).cluster_name == "Shared_1"


def test_node_groups_are_those_of_system_head_and_workers() -> None:
    workers = {"cpu": WorkerPodsConfig()}
    assert _cluster(workers=workers).node_group_names == ["system", "head", "cpu"]
    assert _cluster(workers=workers, eks=EksConfig(system_nodes=None)).node_group_names == ["head", "cpu"]


def test_pods_get_no_access_to_the_logs() -> None:
    cluster = _cluster(buckets={"models": KubeBucketConfig(), "logs": KubeBucketConfig(expire_days=30)})
    assert {name: bucket.node_access for name, bucket in cluster.all_buckets.items()} == {
        "logs": "none",
        "models": "read_write",
    }
    assert _cluster().all_buckets == {}


@pytest.mark.parametrize(
    ("instance_type", "tag"),
    [
        ("m7i.large", "2.60.0-py312"),
        ("m7g.large", "2.60.0-py312-aarch64"),
        ("g6.xlarge", "2.60.0-py312-gpu"),
        ("g5g.xlarge", "2.60.0-py312-gpu-aarch64"),
    ],
)
def test_rays_own_image_is_that_of_the_nodes(instance_type: str, tag: str) -> None:
    workers = {"any": WorkerPodsConfig(instance_type=instance_type)}
    assert ray_image(_cluster(workers=workers), "any") == f"rayproject/ray:{tag}"


def test_an_image_of_ones_own_is_that_of_all() -> None:
    own = "123456789012.dkr.ecr.us-west-2.amazonaws.com/team/ray@sha256:" + "0" * 64
    cluster = _cluster(ray=RayImageConfig(image=own), workers={"gpu": WorkerPodsConfig(instance_type="g6.xlarge")})
    assert {ray_image(cluster, group) for group in cluster.ray_groups} == {own}


def test_a_head_runs_no_work_on_gpus() -> None:
    cluster = _cluster(head=HeadPodConfig(instance_type="g6.xlarge"))
    assert ray_image(cluster, "head") == "rayproject/ray:2.60.0-py312"
