"""What service accounts may do, each with the reason in its test: a statement without one is too much."""

from __future__ import annotations

from typing import Any

import pytest

from config.eks_permissions import expected_arns, managed_policy_arns, service_account_statements
from config.eks_roles import cluster_statements, key_users, node_statements
from config.policy_document import policy_characters
from config.service_accounts import service_accounts
from config.statement import Statement
from tests.synthesis import kube

FILES = {"buckets": {"models": {}, "datasets": {"node_access": "read_only", "mount_path": "/mnt/datasets"}}}
WRITING = {"s3:PutObject", "s3:DeleteObject"}


def statements(part: str, **settings: Any) -> dict[str, Statement]:
    environment = kube(**settings)
    found = service_account_statements(environment, part, expected_arns(environment))
    assert len({each.sid for each in found}) == len(found)
    return {each.sid: each for each in found}


def conditions(statement: Statement) -> dict[str, list[str]]:
    return {each.variable: each.values for each in statement.conditions}


def parts(**settings: Any) -> list[str]:
    return [account.part for account in service_accounts(kube(**settings))]


@pytest.mark.parametrize("part", ["ray-head", "ray-worker"])
def test_pods_read_and_write_as_their_buckets_say(part: str) -> None:
    found = statements(part, **FILES)
    assert list(found) == ["List", "Read", "Write", "KeyForS3"]
    models, datasets = (f"arn:aws:s3:::ray-test-{name}-123456789012" for name in ("models", "datasets"))
    assert found["List"].resources == [models, datasets]
    assert found["Read"].resources == [f"{models}/*", f"{datasets}/*"]
    assert found["Write"].resources == [f"{models}/*"]


def test_pods_without_buckets_have_no_rights_at_all() -> None:
    assert statements("ray-worker") == {}
    assert statements("ray-worker", buckets={"closed": {"node_access": "none"}}) == {}


def test_the_key_is_used_through_s3_only() -> None:
    key = statements("ray-head", **FILES)["KeyForS3"]
    assert conditions(key) == {"kms:ViaService": ["s3.us-west-2.amazonaws.com"]}
    assert key.resources == ["arn:aws:kms:us-west-2:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"]


def test_the_s3_driver_reads_what_pods_mount_and_writes_to_nothing_that_they_only_read() -> None:
    found = statements("s3-csi", **FILES)
    assert list(found) == ["List", "Read", "KeyForS3"]
    assert found["List"].resources == ["arn:aws:s3:::ray-test-datasets-123456789012"]
    writable = statements("s3-csi", buckets={"models": {"mount_path": "/mnt/models"}})
    assert set(writable["Write"].actions) >= WRITING


def test_the_efs_driver_mounts_by_the_access_point_alone() -> None:
    found = statements("efs-csi", efs={})
    assert list(found) == ["Mount", "Find"]
    access_point = "arn:aws:elasticfilesystem:us-west-2:123456789012:access-point/fsap-0123456789abcdef0"
    assert conditions(found["Mount"]) == {"elasticfilesystem:AccessPointArn": [access_point]}


def test_the_ebs_driver_has_aws_policy_and_grants_the_key_to_ec2_only() -> None:
    found = statements("ebs-csi")
    assert list(found) == ["UseKey", "GrantKey"]
    for each in found.values():
        assert conditions(each)["kms:ViaService"] == ["ec2.us-west-2.amazonaws.com"]
    assert conditions(found["GrantKey"])["kms:GrantIsForAWSResource"] == ["true"]
    (arn,) = managed_policy_arns("ebs-csi", kube().place)
    assert arn == "arn:aws:iam::aws:policy/AmazonEBSCSIDriverPolicyV2"


def test_the_cni_has_aws_policy_and_nothing_of_ours() -> None:
    assert statements("vpc-cni") == {}
    assert managed_policy_arns("vpc-cni", kube().place) == ["arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy"]


def test_the_fsx_driver_has_a_role_only_where_it_makes_file_systems() -> None:
    assert "fsx-csi" not in parts(fsx={})
    assert "fsx-csi" in parts(fsx={"storage_class": True})


def test_the_fsx_driver_touches_only_what_has_the_environments_tag() -> None:
    found = statements("fsx-csi", fsx={"storage_class": True})
    assert list(found) == ["See", "Make", "Change", "BackUp", "UseKey", "GrantKey"]
    assert conditions(found["Make"]) == {"aws:RequestTag/rayform:cluster": ["ray-test"]}
    assert conditions(found["Change"]) == {"aws:ResourceTag/rayform:cluster": ["ray-test"]}
    assert "fsx:DeleteFileSystem" in found["Change"].actions
    assert found["BackUp"].resources == ["arn:aws:fsx:us-west-2:123456789012:backup/*"]
    assert [sid for sid, each in found.items() if each.resources == ["*"]] == ["See"]


def test_the_cloudwatch_agent_writes_to_the_log_groups_of_its_cluster() -> None:
    found = statements("cloudwatch")
    assert list(found) == ["WriteLogs", "SendMetrics", "SeeNodes"]
    prefix = "arn:aws:logs:us-west-2:123456789012:log-group:"
    assert found["WriteLogs"].resources == [f"{prefix}/aws/containerinsights/ray-test/*"]
    assert conditions(found["SendMetrics"]) == {"cloudwatch:namespace": ["ContainerInsights*"]}
    assert "ec2:DescribeInstances" in found["SeeNodes"].actions  # instead of the metadata service
    assert not any(action.startswith(("xray:", "ssm:")) for each in found.values() for action in each.actions)


def test_only_in_a_cluster_of_somebody_else_are_log_groups_made_by_who_writes() -> None:
    """After a destroy they would be made again, without the key, and be in the way of the next apply."""
    subnets = {"us-west-2a": "subnet-0a1b2c3d4e5f60711", "us-west-2b": "subnet-0a1b2c3d4e5f60712"}
    theirs = {"existing": {"vpc_id": "vpc-0a1b2c3d4e5f60718", "private_subnets": subnets}}
    eks = {"existing_cluster": {"name": "shared"}, "addons": {"amazon-cloudwatch-observability": {}}}
    for found, makes in ((statements("cloudwatch"), False), (statements("cloudwatch", network=theirs, eks=eks), True)):
        assert ("logs:CreateLogGroup" in found["WriteLogs"].actions) is makes


def test_the_autoscaler_scales_node_groups_that_have_room() -> None:
    workers = {
        "cpu": {"instance_type": "m7i.4xlarge", "max_nodes": 3},
        "steady": {"instance_type": "m7i.4xlarge", "min_nodes": 2, "max_nodes": 2},
    }
    found = statements("cluster-autoscaler", workers=workers)
    assert list(found) == ["See", "SeeNodeGroups", "Scale"]
    groups = "arn:aws:autoscaling:us-west-2:123456789012:autoScalingGroup:*:autoScalingGroupName"
    assert found["Scale"].resources == [f"{groups}/eks-cpu-*"]
    assert conditions(found["Scale"]) == {"aws:ResourceTag/k8s.io/cluster-autoscaler/ray-test": ["owned"]}
    assert found["SeeNodeGroups"].resources == ["arn:aws:eks:us-west-2:123456789012:nodegroup/ray-test/*/*"]
    assert all(":Describe" in action or ":Get" in action for action in found["See"].actions)


def test_no_service_account_writes_to_everything() -> None:
    environment = kube(**FILES, efs={}, fsx={"storage_class": True})
    arns = expected_arns(environment)
    for account in service_accounts(environment):
        for each in service_account_statements(environment, account.part, arns):
            if each.resources == ["*"] and not each.conditions:
                verbs = {action.split(":")[1] for action in each.actions}
                assert all(verb.startswith(("Describe", "Get")) for verb in verbs), (account.part, each.sid)


def test_the_cluster_sees_its_surroundings_tags_instances_and_uses_the_key() -> None:
    environment = kube()
    found = {each.sid: each for each in cluster_statements(expected_arns(environment).key, environment.place)}
    assert list(found) == ["TagInstances", "See", "SecretsKey"]
    assert conditions(found["TagInstances"]) == {"aws:TagKeys": ["kubernetes.io/cluster/*"]}
    assert found["SecretsKey"].resources == [expected_arns(environment).key]


def test_nodes_have_session_manager_and_no_data() -> None:
    (session,) = node_statements()
    assert not any(action.startswith(("s3:", "kms:", "ssm:Get")) for action in session.actions)


def test_the_key_is_lent_to_auto_scaling_and_to_a_linked_file_system() -> None:
    assert [each.sid for each in key_users(kube())] == ["Volumes", "GrantVolumes"]
    linked = kube(buckets={"models": {}}, fsx={"linked_bucket": "models"})
    assert [each.sid for each in key_users(linked)] == ["Volumes", "GrantVolumes", "LinkedBucket"]
    for each in key_users(linked):
        assert each.conditions[0].variable == "aws:PrincipalArn"


def test_other_partitions_have_their_own_arns() -> None:
    environment = kube(region="us-gov-west-1", **FILES)
    arns = expected_arns(environment)
    assert arns.buckets["models"].startswith("arn:aws-us-gov:s3:::")
    (arn,) = managed_policy_arns("ebs-csi", environment.place)
    assert arn.startswith("arn:aws-us-gov:iam::aws:policy/")


def test_thirty_node_groups_have_room() -> None:
    """As many as EKS gives a cluster before it is asked for more."""
    groups = {f"workers-of-the-team-number-{index:02}": {"instance_type": "m7i.4xlarge"} for index in range(28)}
    environment = kube(workers=groups)
    found = service_account_statements(environment, "cluster-autoscaler", expected_arns(environment))
    assert policy_characters(found) <= 6_144
