from __future__ import annotations

from config.access_groups import access_groups, kubernetes_groups
from config.addon_settings import addon_configuration
from config.eks_logs import insight_log_groups, named_log_groups
from config.kuberay_eks import NodeBounds
from config.load import load_environment
from config.node_groups import node_groups
from tests.synthesis import kube

SUBNETS = {"us-west-2a": "subnet-0a1b2c3d4e5f60711", "us-west-2b": "subnet-0a1b2c3d4e5f60712"}
THEIRS = {"existing": {"vpc_id": "vpc-0a1b2c3d4e5f60718", "private_subnets": SUBNETS}}
GUEST = {"network": THEIRS, "eks": {"existing_cluster": {"name": "shared"}, "system_nodes": None}}


def test_groups_are_those_of_the_file_in_its_order() -> None:
    environment = load_environment("eks")
    groups = {group.name: group for group in node_groups(environment)}  # type: ignore[arg-type]
    assert list(groups) == environment.node_group_names  # type: ignore[attr-defined]
    assert groups["head"].bounds == NodeBounds(1, 10)
    assert groups["gpu"].labels["k8s.amazonaws.com/accelerator"] == "nvidia"


def test_an_empty_group_offers_the_autoscaler_the_disk_that_kubelet_would() -> None:
    (cpu,) = (each for each in node_groups(kube()) if each.name == "cpu")
    # 100 GiB without kubelet's 10 %, what the file system takes, and a reserved GiB.
    assert cpu.template_tags == {"k8s.io/cluster-autoscaler/node-template/resources/ephemeral-storage": "87Gi"}


def test_only_a_head_that_keeps_its_state_is_updated_by_force() -> None:
    kept = kube(ray={"head_storage": "memorydb"}, memorydb={})
    assert [each.name for each in node_groups(kept) if each.updates_by_force] == ["head"]
    assert not any(each.updates_by_force for each in node_groups(kube()))


def test_a_guest_without_system_nodes_has_groups_of_ray_only() -> None:
    assert [group.name for group in node_groups(kube(**GUEST))] == ["head", "cpu"]


def test_alternatives_stand_beside_the_type() -> None:
    cpu = {
        "instance_type": "m7i.4xlarge",
        "alternative_instance_types": ["m7a.4xlarge"],
        "spot": True,
        "zones": ["us-west-2b"],
    }
    group = node_groups(kube(workers={"cpu": cpu}))[-1]
    assert (list(group.instance_types), group.capacity_type) == (["m7i.4xlarge", "m7a.4xlarge"], "SPOT")
    assert list(group.zones) == ["us-west-2b"]


def test_own_values_of_an_addon_are_laid_over_ours() -> None:
    own = {
        "controller": {"replicaCount": 1, "extraVolumeTags": {"team": "vision"}},
        "node": {"tolerateAllTaints": False},
    }
    environment = kube(eks={"addons": {"aws-ebs-csi-driver": {"configuration": own}}})
    assert addon_configuration(environment, "aws-ebs-csi-driver") == {
        "controller": {"replicaCount": 1, "extraVolumeTags": {"team": "vision", "rayform:cluster": "ray-test"}},
        "node": {"tolerateAllTaints": False},
    }
    assert addon_configuration(environment, "coredns") == {}


def test_log_groups_of_a_cluster_of_somebody_else_are_left_alone() -> None:
    assert named_log_groups(kube(**GUEST)) == []
    assert insight_log_groups(kube(eks={"container_insights": False})) == {}


def test_who_may_edit_in_rays_namespace_may_edit_what_is_rays() -> None:
    arn = "arn:aws:iam::123456789012:role/"
    entries = {
        "deployer": {"principal_arn": f"{arn}a", "policy": "cluster-admin"},
        "lead": {"principal_arn": f"{arn}b", "policy": "admin", "namespaces": ["ray"]},
        "reader": {"principal_arn": f"{arn}c"},
        "stranger": {"principal_arn": f"{arn}d", "policy": "edit", "namespaces": ["web"]},
    }
    environment = kube(access={"entries": entries})
    groups = {name: kubernetes_groups(environment, each) for name, each in environment.access.entries.items()}
    assert groups == {"deployer": [], "lead": ["rayform:edit"], "reader": ["rayform:view"], "stranger": []}
    assert access_groups(environment) == ["rayform:edit", "rayform:view"]
    assert access_groups(kube()) == []
