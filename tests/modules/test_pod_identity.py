from __future__ import annotations

from tests.modules.test_eks import guest, other
from tests.synthesis import example

RAY = ["${aws_iam_role.service_accounts_ray_head.arn}", "${aws_iam_role.service_accounts_ray_worker.arn}"]


def test_a_role_is_for_one_service_account_of_this_cluster() -> None:
    (trust,) = example("eks").statements("service_accounts_ray_head_trust")
    assert trust["principals"] == [{"type": "Service", "identifiers": ["pods.eks.amazonaws.com"]}]
    assert trust["actions"] == ["sts:AssumeRole", "sts:TagSession"]
    assert {each["variable"]: each["values"] for each in trust["condition"]} == {
        "aws:SourceAccount": ["123456789012"],
        "aws:RequestTag/eks-cluster-name": ["ray-eks"],
        "aws:RequestTag/kubernetes-namespace": ["ray"],
        "aws:RequestTag/kubernetes-service-account": ["ray-head"],
    }
    assert {each["test"] for each in trust["condition"]} == {"StringEquals"}


def test_each_account_is_associated_with_its_role() -> None:
    found = example("eks").of("aws_eks_pod_identity_association").values()
    associated = {(each["namespace"], each["service_account"]): each["role_arn"] for each in found}
    assert associated[("ray", "ray-worker")] == RAY[1]
    assert associated[("kube-system", "efs-csi-node-sa")] == "${aws_iam_role.service_accounts_efs_csi.arn}"
    assert len(associated) == len(set(associated.values())) == 8


def test_with_irsa_the_clusters_provider_vouches_for_one_account() -> None:
    for stack, issuer in (
        (other(), "aws_eks_cluster.eks_cluster.identity[0].oidc[0].issuer"),
        (guest(), "data.aws_eks_cluster.eks_cluster.identity[0].oidc[0].issuer"),
    ):
        (trust,) = stack.statements("service_accounts_ray_worker_trust")
        host = f'${{replace({issuer}, "https://", "")}}'
        assert trust["actions"] == ["sts:AssumeRoleWithWebIdentity"]
        assert {each["variable"]: each["values"] for each in trust["condition"]} == {
            f"{host}:aud": ["sts.amazonaws.com"],
            f"{host}:sub": ["system:serviceaccount:ray:ray-worker"],
        }
        assert not stack.of("aws_eks_pod_identity_association")


def test_a_provider_is_made_for_a_cluster_that_is_made() -> None:
    provider = other().only("aws_iam_openid_connect_provider")
    assert provider["client_id_list"] == ["sts.amazonaws.com"]
    assert not guest().of("aws_iam_openid_connect_provider")
    assert "service_accounts_oidc_provider" in guest().data("aws_iam_openid_connect_provider")


def test_with_irsa_addons_write_the_role_on_their_account() -> None:
    for stack in (other(), guest()):
        cni = stack.of("aws_eks_addon")["eks_addon_vpc_cni"]
        assert cni["service_account_role_arn"] == "${aws_iam_role.service_accounts_vpc_cni.arn}"
    assert "service_account_role_arn" not in other().of("aws_eks_addon")["eks_addon_coredns"]


def test_buckets_let_in_pods_as_far_as_the_file_says() -> None:
    stack = example("eks")
    _, lists, uses = stack.statements("buckets_models_policy_document")
    assert lists["principals"] == uses["principals"] == [{"type": "AWS", "identifiers": RAY}]
    assert "s3:PutObject" in uses["actions"]
    _, _, reads = stack.statements("buckets_datasets_policy_document")
    assert not {"s3:PutObject", "s3:DeleteObject"} & set(reads["actions"])
    driver = "${aws_iam_role.service_accounts_s3_csi.arn}"
    assert reads["principals"] == [{"type": "AWS", "identifiers": [*RAY, driver]}]


def test_the_file_system_is_mounted_by_the_driver_on_the_node_alone() -> None:
    mount, tls = example("eks").statements("efs_policy_document")
    driver = "${aws_iam_role.service_accounts_efs_csi.arn}"
    assert mount["principals"] == [{"type": "AWS", "identifiers": [driver]}]
    assert mount["condition"][0]["variable"] == "elasticfilesystem:AccessPointArn"
    assert (tls["effect"], tls["condition"][0]["variable"]) == ("Deny", "aws:SecureTransport")


def test_pods_of_ray_reach_buckets_and_their_key_and_nothing_else() -> None:
    stack = example("eks")
    for part in ("ray_head", "ray_worker"):
        statements = stack.statements(f"service_accounts_{part}_document_{part.replace('_', '-')}")
        assert {action.split(":")[0] for each in statements for action in each["actions"]} == {"s3", "kms"}
        assert all("logs" not in resource for each in statements for resource in each["resources"])
