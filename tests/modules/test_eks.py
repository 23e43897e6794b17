from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from tests.synthesis import Synthesized, example, kube, synth

KEY = "${aws_kms_key.kms.arn}"
SUBNETS = {"us-west-2a": "subnet-0a1b2c3d4e5f60711", "us-west-2b": "subnet-0a1b2c3d4e5f60712"}
THEIRS = {"existing": {"vpc_id": "vpc-0a1b2c3d4e5f60718", "private_subnets": SUBNETS}}


@cache
def other() -> Synthesized:
    """What the examples do not use, all at once."""
    return synth(
        kube(
            protect=False,
            network={"endpoints": ["sts"]},
            access={"public_api_cidrs": ["203.0.113.0/24"]},
            eks={
                "service_account_roles": "irsa",
                "service_cidr": "172.20.0.0/16",
                "log_types": ["audit"],
                "addons": {
                    "vpc-cni": {"version": "v1.23.1-eksbuild.1", "configuration": {"env": {"WARM_IP_TARGET": "2"}}}
                },
            },
            efs={},
        )
    )


@cache
def guest() -> Synthesized:
    """In a cluster of somebody else, with roles by its OIDC provider."""
    return synth(
        kube(
            network=THEIRS,
            eks={"existing_cluster": {"name": "shared"}, "service_account_roles": "irsa", "addons": {"vpc-cni": {}}},
        )
    )


def addon(stack: Synthesized, name: str) -> dict[str, Any]:
    return stack.of("aws_eks_addon")[f"eks_addon_{name}"]


def test_secrets_are_encrypted_with_the_environments_key() -> None:
    cluster = example("eks").only("aws_eks_cluster")
    assert cluster["encryption_config"] == {"provider": {"key_arn": KEY}, "resources": ["secrets"]}


def test_the_api_is_private_unless_ranges_are_named() -> None:
    network = example("eks").only("aws_eks_cluster")["vpc_config"]
    assert (network["endpoint_private_access"], network["endpoint_public_access"]) == (True, False)
    assert "public_access_cidrs" not in network
    network = other().only("aws_eks_cluster")["vpc_config"]
    assert (network["endpoint_private_access"], network["endpoint_public_access"]) == (True, True)
    assert network["public_access_cidrs"] == ["203.0.113.0/24"]


def test_what_is_waived_is_what_the_file_opens_and_what_checkov_does_not_know_yet() -> None:
    assert waived(example("eks")) == {"CKV_AWS_339"}
    assert waived(other()) == {"CKV_AWS_339", "CKV_AWS_39"}
    public = {"public_api_cidrs": ["0.0.0.0/0"], "allow_public": True}
    assert waived(synth(kube(access=public, eks={"version": "1.35"}))) == {"CKV_AWS_38", "CKV_AWS_39"}


def waived(stack: Synthesized) -> set[str]:
    waivers = stack.only("aws_eks_cluster")["//"].get("rayform", {}).get("waivers", [])
    return {waiver["check"] for waiver in waivers}


def test_the_control_plane_stands_in_private_subnets_with_its_own_group() -> None:
    network = example("eks").only("aws_eks_cluster")["vpc_config"]
    assert network["security_group_ids"] == ["${aws_security_group.security_groups_control_plane.id}"]
    zones = ("us_west_2a", "us_west_2b", "us_west_2c")
    assert network["subnet_ids"] == [f"${{aws_subnet.network_private_{zone}.id}}" for zone in zones]


def test_access_is_by_entries_and_whoever_applies_first_is_admin() -> None:
    assert example("eks").only("aws_eks_cluster")["access_config"] == {
        "authentication_mode": "API",
        "bootstrap_cluster_creator_admin_permissions": True,
    }


def test_the_cluster_begins_empty_in_standard_support() -> None:
    cluster = example("eks").only("aws_eks_cluster")
    assert cluster["bootstrap_self_managed_addons"] is False
    assert cluster["upgrade_policy"] == {"support_type": "STANDARD"}
    assert cluster["version"] == "1.36"


def test_logs_go_to_an_encrypted_group_that_is_there_first() -> None:
    stack = example("eks")
    group = stack.of("aws_cloudwatch_log_group")["eks_log_group"]
    assert (group["name"], group["retention_in_days"]) == ("/aws/eks/ray-eks/cluster", 365)
    assert group["kms_key_id"] == KEY
    cluster = stack.only("aws_eks_cluster")
    assert "aws_cloudwatch_log_group.eks_log_group" in cluster["depends_on"]
    assert len(cluster["enabled_cluster_log_types"]) == 5
    assert other().only("aws_eks_cluster")["enabled_cluster_log_types"] == ["audit"]


def test_the_clusters_role_makes_no_load_balancers() -> None:
    stack = example("eks")
    assert "AmazonEKSClusterPolicy" not in json.dumps(stack.document)
    actions = {action for each in stack.statements("eks_role_document_cluster") for action in each["actions"]}
    assert not any(action.startswith("elasticloadbalancing:") for action in actions)
    (trust,) = stack.statements("eks_role_trust")
    assert trust["principals"] == [{"type": "Service", "identifiers": ["eks.amazonaws.com"]}]


def test_services_have_the_addresses_that_are_asked_for() -> None:
    assert "kubernetes_network_config" not in example("eks").only("aws_eks_cluster")
    network = other().only("aws_eks_cluster")["kubernetes_network_config"]
    assert network == {"ip_family": "ipv4", "service_ipv4_cidr": "172.20.0.0/16"}


@pytest.mark.parametrize("protect", [True, False])
def test_protection_keeps_the_cluster(protect: bool) -> None:
    cluster = (example("eks") if protect else other()).only("aws_eks_cluster")
    assert cluster.get("lifecycle", {}).get("prevent_destroy", False) is protect


def test_entries_have_one_policy_each_where_it_is_meant() -> None:
    stack = example("eks")
    entries = {each["principal_arn"]: each["type"] for each in stack.of("aws_eks_access_entry").values()}
    platform, research = ("arn:aws:iam::123456789012:role/ml-platform", "arn:aws:iam::123456789012:role/research")
    assert entries == dict.fromkeys((platform, research), "STANDARD")
    policies = {each["principal_arn"]: each for each in stack.of("aws_eks_access_policy_association").values()}
    assert policies[platform]["policy_arn"] == "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
    assert policies[platform]["access_scope"] == {"type": "cluster"}
    assert policies[research]["policy_arn"] == "arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy"
    assert policies[research]["access_scope"] == {"type": "namespace", "namespaces": ["ray"]}
    groups = {
        each["principal_arn"]: each.get("kubernetes_groups") for each in stack.of("aws_eks_access_entry").values()
    }
    assert groups == {platform: None, research: ["rayform:edit"]}
    assert policies[research]["depends_on"] == ["aws_eks_access_entry.eks_access_entry_research"]


def test_an_existing_cluster_is_checked_and_not_changed() -> None:
    stack = guest()
    assert not stack.of("aws_eks_cluster")
    found = stack.data("aws_eks_cluster")["eks_cluster"]
    assert found["name"] == "shared"
    assert [each["condition"] for each in found["lifecycle"]["postcondition"]] == [
        '${self.vpc_config[0].vpc_id == "vpc-0a1b2c3d4e5f60718"}',
        '${self.version == "1.36"}',
        '${self.access_config[0].authentication_mode != "CONFIG_MAP"}',
    ]
    assert set(stack.of("aws_eks_addon")) == {"eks_addon_vpc_cni"}
    assert addon(stack, "vpc_cni")["preserve"] is True
    assert not any("insights" in name or "eks_" in name for name in stack.of("aws_cloudwatch_log_group"))


def test_nodes_wait_for_what_makes_them_ready_and_nothing_else() -> None:
    stack = example("eks")
    waits = {name: each["depends_on"] for name, each in stack.of("aws_eks_node_group").items()}
    for group in waits.values():
        assert [each for each in group if "_addon_" in each] == [
            "aws_eks_addon.eks_addon_vpc_cni",
            "aws_eks_addon.eks_addon_kube_proxy",
            "aws_eks_addon.eks_addon_eks_pod_identity_agent",
        ]
    for name in ("coredns", "aws_ebs_csi_driver", "aws_efs_csi_driver", "amazon_cloudwatch_observability"):
        nodes = [each for each in addon(stack, name)["depends_on"] if "aws_eks_node_group" in each]
        assert nodes == ["aws_eks_node_group.nodes_system"]


def test_the_cni_has_its_role_before_nodes_need_it() -> None:
    waits = addon(example("eks"), "vpc_cni")["depends_on"]
    assert "aws_eks_pod_identity_association.service_accounts_vpc_cni_association" in waits
    assert "aws_iam_role_policy_attachment.service_accounts_vpc_cni_attachment_AmazonEKS_CNI_Policy" in waits


def test_addons_have_pinned_versions_and_what_is_said_here() -> None:
    addons = example("eks").of("aws_eks_addon").values()
    assert len(addons) == 9
    for each in addons:
        assert "-eksbuild." in each["addon_version"]
        assert each["resolve_conflicts_on_update"] == "OVERWRITE"
        assert "service_account_role_arn" not in each
    assert addon(other(), "vpc_cni")["addon_version"] == "v1.23.1-eksbuild.1"


def test_network_policies_are_enforced_whatever_else_the_cni_is_told() -> None:
    for stack, more in ((example("eks"), {}), (other(), {"env": {"WARM_IP_TARGET": "2"}})):
        values = json.loads(addon(stack, "vpc_cni")["configuration_values"])
        assert values == {"enableNetworkPolicy": "true", **more}


def test_volumes_of_claims_carry_the_environments_tag() -> None:
    values = json.loads(addon(example("eks"), "aws_ebs_csi_driver")["configuration_values"])
    assert values["controller"]["extraVolumeTags"] == {"rayform:cluster": "ray-eks"}
    assert values["node"] == {"tolerateAllTaints": True}


def test_container_logs_go_to_encrypted_groups_that_are_there_first() -> None:
    stack = example("eks")
    groups = {
        each["name"]: each
        for name, each in stack.of("aws_cloudwatch_log_group").items()
        if name.startswith("insights_")
    }
    parts = ("application", "dataplane", "host", "performance")
    assert set(groups) == {f"/aws/containerinsights/ray-eks/{part}" for part in parts}
    assert {(each["kms_key_id"], each["retention_in_days"]) for each in groups.values()} == {(KEY, 365)}
    observer = addon(stack, "amazon_cloudwatch_observability")
    assert json.loads(observer["configuration_values"])["applicationSignals"] == {"enabled": False}
    waits = observer["depends_on"]
    assert {f"aws_cloudwatch_log_group.insights_{part}" for part in parts} <= set(waits)


def test_the_key_encrypts_log_groups_whose_names_aws_gives() -> None:
    logs = next(each for each in example("eks").statements("kms_policy") if each["sid"] == "CloudWatchLogs")
    prefix = "arn:aws:logs:us-west-2:123456789012:log-group:"
    groups = [value.removeprefix(prefix) for value in logs["condition"][0]["values"]]
    assert {"/ray/eks/*", "/aws/eks/ray-eks/cluster", "/aws/vendedlogs/prometheus/ray-eks"} <= set(groups)
    named = {each["name"] for each in example("eks").of("aws_cloudwatch_log_group").values()}
    assert all(name in groups or name.startswith("/ray/eks/") for name in named)


def test_the_key_is_used_by_auto_scaling_and_the_link_of_lustre_alone() -> None:
    statements = {each["sid"]: each for each in example("eks").statements("kms_policy")}
    role = "arn:aws:iam::123456789012:role/aws-service-role/"
    for sid, who in (
        ("Volumes", "autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"),
        ("GrantVolumes", "autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"),
        ("LinkedBucket", "s3.data-source.lustre.fsx.amazonaws.com/AWSServiceRoleForFSxS3Access_*"),
    ):
        first, *_ = statements[sid]["condition"]
        assert first == {"test": "ArnLike", "variable": "aws:PrincipalArn", "values": [f"{role}{who}"]}
    assert statements["GrantVolumes"]["condition"][1]["variable"] == "kms:GrantIsForAWSResource"
    assert "LinkedBucket" not in {each["sid"] for each in other().statements("kms_policy")}


def test_layers_of_kubernetes_own_images_come_through_the_s3_endpoint() -> None:
    named = next(each for each in example("eks").statements("s3_endpoint_policy") if each["sid"] == "Named")
    assert "arn:aws:s3:::prod-registry-k8s-io-us-west-2/*" in named["resources"]
    assert "s3:PutObject" not in named["actions"]


def test_tokens_of_the_oidc_provider_pass_the_endpoint_of_sts() -> None:
    own, web = other().statements("endpoints_policy")
    assert own["sid"] == "OwnAccount"
    assert (web["actions"], web["resources"]) == (
        ["sts:AssumeRoleWithWebIdentity"],
        ["arn:aws:iam::123456789012:role/*"],
    )
    assert [each["sid"] for each in example("eks").statements("endpoints_policy")] == ["OwnAccount"]
