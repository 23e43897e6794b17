"""Policies on what an EKS cluster is made of: no checkov needed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from config.kuberay_eks import KuberayEksConfig
from scripts.checkov_scan.declared import declared_of
from scripts.checkov_scan.policies.declared import ApiUser, Declared
from scripts.checkov_scan.policies.registry import Judgement
from tests.checkov.plan import judged, plan_of

OFFICE = "203.0.113.0/24"
RESEARCH = "arn:aws:iam::123456789012:role/research"
EDITOR = ApiUser(RESEARCH, "AmazonEKSEditPolicy", ("ray", "test"), ("rayform:edit",))
DECLARED = Declared("123456789012", cluster_name="ray-eks", api_ranges=frozenset({OFFICE}), api_users=(EDITOR,))
KEY = "arn:aws:kms:us-west-2:123456789012:key/1"


def faults(id_: str, resources: dict[str, dict[str, Any]], declared: Declared = DECLARED) -> tuple[str, ...]:
    """What a policy finds on the first of the resources; it must be able to tell."""
    judgement = judged(id_, next(iter(resources)), plan_of(resources, declared))
    assert not judgement.undecided
    return judgement.faults


@pytest.mark.parametrize(
    ("public", "faulty"),
    [
        ({"endpoint_public_access": False}, False),
        ({"endpoint_public_access": True, "public_access_cidrs": [OFFICE]}, False),
        ({"endpoint_public_access": True, "public_access_cidrs": [OFFICE, "198.51.100.0/24"]}, True),
        ({"endpoint_public_access": True}, True),
        ({}, True),
    ],
)
def test_the_public_endpoint_is_for_ranges_that_are_named(public: dict[str, Any], faulty: bool) -> None:
    network = [{"endpoint_private_access": True, **public}]
    assert bool(faults("CKV_RAYFORM_17", {"aws_eks_cluster.c": {"vpc_config": network}})) is faulty


def test_a_control_plane_without_logs_needs_no_group() -> None:
    silent = {"aws_eks_cluster.c": {"name": "ray-eks", "enabled_cluster_log_types": []}}
    assert not faults("CKV2_RAYFORM_13", silent)


@pytest.mark.parametrize(
    ("name", "configuration", "faulty"),
    [
        ("vpc-cni", '{"enableNetworkPolicy": "true"}', False),
        ("vpc-cni", '{"enableNetworkPolicy": "false"}', True),
        ("vpc-cni", None, True),
        ("coredns", None, False),
    ],
)
def test_the_cni_alone_enforces_network_policies(name: str, configuration: str | None, faulty: bool) -> None:
    addon = {"addon_name": name, "configuration_values": configuration}
    assert bool(faults("CKV_RAYFORM_19", {"aws_eks_addon.a": addon})) is faulty


@pytest.mark.parametrize(
    ("policy", "namespaces", "faulty"),
    [
        ("AmazonEKSEditPolicy", ["ray"], False),
        ("AmazonEKSEditPolicy", ["ray", "test"], False),
        ("AmazonEKSEditPolicy", ["ray", "kube-system"], True),
        ("AmazonEKSEditPolicy", [], True),
        ("AmazonEKSAdminPolicy", ["ray"], True),
    ],
)
def test_access_is_what_the_file_gives(policy: str, namespaces: list[str], faulty: bool) -> None:
    association = {
        "principal_arn": RESEARCH,
        "policy_arn": f"arn:aws:eks::aws:cluster-access-policy/{policy}",
        "access_scope": [{"type": "namespace" if namespaces else "cluster", "namespaces": namespaces}],
    }
    assert bool(faults("CKV_RAYFORM_23", {"aws_eks_access_policy_association.a": association})) is faulty


def trust(condition: dict[str, dict[str, str]], principal: dict[str, str], *actions: str) -> dict[str, Any]:
    """A role that somebody takes on under a condition."""
    statement = {"Effect": "Allow", "Action": actions, "Principal": principal, "Condition": condition}
    return {"aws_iam_role.r": {"name": "r", "assume_role_policy": json.dumps({"Statement": [statement]})}}


def pods(**changed: str) -> dict[str, Any]:
    """A role for one service account, by Pod Identity."""
    tags = {"eks-cluster-name": "ray-eks", "kubernetes-namespace": "ray", "kubernetes-service-account": "ray-head"}
    equal = {f"aws:RequestTag/{tag}": changed.get(tag, value) for tag, value in tags.items()}
    condition = {"StringEquals": {"aws:SourceAccount": "123456789012", **equal}}
    return trust(condition, {"Service": "pods.eks.amazonaws.com"}, "sts:AssumeRole", "sts:TagSession")


ASSOCIATION = {"role_arn": "${aws_iam_role.r.arn}", "namespace": "ray", "service_account": "ray-head"}


def test_pod_identity_trusts_whom_the_role_is_associated_with() -> None:
    associated = {"aws_eks_pod_identity_association.a": ASSOCIATION}
    assert not faults("CKV2_RAYFORM_16", {**pods(), **associated})
    assert faults("CKV2_RAYFORM_16", {**pods(**{"kubernetes-namespace": "default"}), **associated})
    assert not faults("CKV2_RAYFORM_16", pods())
    assert faults("CKV2_RAYFORM_16", pods(**{"kubernetes-namespace": "*"}))


@pytest.mark.parametrize(
    ("sub", "faulty"),
    [
        ("system:serviceaccount:ray:ray-head", False),
        ("system:serviceaccount:ray:ray-*", True),
        ("system:serviceaccount:ray:", True),
        ("repo:ray:system:serviceaccount:ray:ray-head", True),
        ("ray-head", True),
    ],
)
def test_web_identity_trusts_one_account_by_its_whole_name(sub: str, faulty: bool) -> None:
    issuer = "${replace(aws_eks_cluster.c.identity[0].oidc[0].issuer, x, y)}"
    condition = {"StringEquals": {f"{issuer}:aud": "sts.amazonaws.com", f"{issuer}:sub": sub}}
    role = trust(condition, {"Federated": "${aws_iam_openid_connect_provider.p.arn}"}, "sts:AssumeRoleWithWebIdentity")
    assert bool(faults("CKV2_RAYFORM_17", role)) is faulty


@pytest.mark.parametrize(
    ("key", "faulty"), [("${aws_kms_key.k.arn}", False), (KEY, False), (f"{KEY}2", True), (None, True)]
)
def test_the_key_is_that_of_the_plan_or_of_the_file(key: str | None, faulty: bool) -> None:
    declared = Declared(key_arn=KEY)
    made = {"aws_prometheus_workspace.w": {"kms_key_arn": key}, "aws_kms_key.k": {"description": "ours"}}
    assert bool(faults("CKV2_RAYFORM_18", made, declared)) is faulty


def test_every_volume_has_the_key() -> None:
    keyed, keyless = ({"ebs": [{"encrypted": "true", **key}]} for key in ({"kms_key_id": KEY}, {}))
    template = {"aws_launch_template.t": {"block_device_mappings": [keyed, keyless]}}
    assert faults("CKV2_RAYFORM_18", template, Declared(key_arn=KEY)) == (
        "block_device_mappings.1.ebs.0.kms_key_id is not set",
    )


def test_a_scratch_file_system_takes_no_key() -> None:
    assert not faults("CKV2_RAYFORM_18", {"aws_fsx_lustre_file_system.f": {"deployment_type": "SCRATCH_2"}})
    assert faults("CKV2_RAYFORM_18", {"aws_fsx_lustre_file_system.f": {"deployment_type": "PERSISTENT_2"}})


def test_lustre_in_a_group_of_others_is_no_secret() -> None:
    assert faults("CKV2_RAYFORM_19", {"aws_fsx_lustre_file_system.f": {"security_group_ids": ["sg-1"]}})


def test_other_roles_than_those_of_nodes_may_hold_rights_on_data() -> None:
    role = trust({}, {"Service": "ec2.amazonaws.com"}, "sts:AssumeRole")
    reads = {"policy_arn": "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess", "role": "${aws_iam_role.r.name}"}
    attached = {**role, "aws_iam_role_policy_attachment.a": reads}
    assert not faults("CKV2_RAYFORM_15", attached)
    nodes = {"aws_eks_node_group.g": {"node_role_arn": "${aws_iam_role.r.arn}"}}
    assert faults("CKV2_RAYFORM_15", {**attached, **nodes}) == ("AmazonS3ReadOnlyAccess is attached",)


def test_what_is_not_known_is_undecided() -> None:
    cluster = {
        "aws_eks_cluster.c": {"access_config": [{"authentication_mode": "${data.aws_ssm_parameter.mode.value}"}]}
    }
    assert judged("CKV_RAYFORM_21", "aws_eks_cluster.c", plan_of(cluster)) == Judgement(
        (), "access_config.0.authentication_mode is known after apply"
    )


def test_what_a_file_says_of_the_api_is_declared() -> None:
    entries = {
        "research": {"principal_arn": RESEARCH, "policy": "edit", "namespaces": ["ray"]},
        "platform": {"principal_arn": RESEARCH + "2", "policy": "cluster-admin"},
    }
    file = {
        "name": "demo",
        "region": "us-west-2",
        "access": {"public_api_cidrs": [OFFICE], "entries": entries},
        "kms": {"existing_key_arn": KEY},
        "workers": {"cpu": {}},
    }
    declared = declared_of(KuberayEksConfig.model_validate_json(json.dumps(file)))
    assert declared.api_users == (
        ApiUser(RESEARCH, "AmazonEKSEditPolicy", ("ray",), ("rayform:edit",)),
        ApiUser(f"{RESEARCH}2", "AmazonEKSClusterAdminPolicy", (), ()),
    )
    assert (declared.api_ranges, declared.key_arn, declared.cluster_name) == ({OFFICE}, KEY, "ray-demo")
    assert Declared.from_json(json.loads(json.dumps(declared.to_json()))) == declared
