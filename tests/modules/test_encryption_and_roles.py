from __future__ import annotations

from typing import Any

import pytest

from tests.synthesis import Synthesized, environment, example, synth

BOUNDARY = "arn:aws:iam::123456789012:policy/boundary"
EXTRA = "arn:aws:iam::aws:policy/AmazonBedrockReadOnly"
KEY = "arn:aws:kms:us-west-2:123456789012:key/11111111-2222-3333-4444-555555555555"
# Actions that AWS defines without resources: https://docs.aws.amazon.com/service-authorization/latest/reference/
WITHOUT_RESOURCES = (
    "ssm:UpdateInstanceInformation",
    "ssmmessages:",
    "ec2messages:",
    "cloudwatch:PutMetricData",
    "ecr:GetAuthorizationToken",
)


def node_documents(stack: Synthesized, tier: str) -> dict[str, list[dict[str, Any]]]:
    prefix = f"roles_{tier}_document_"
    return {
        name.removeprefix(prefix): document["statement"]
        for name, document in stack.data("aws_iam_policy_document").items()
        if name.startswith(prefix)
    }


def node_statement(stack: Synthesized, tier: str, sid: str) -> dict[str, Any]:
    (statement,) = (each for each in node_documents(stack, tier)["node"] if each["sid"] == sid)
    return statement


def test_key_rotates() -> None:
    key = example("production").only("aws_kms_key")
    assert (key["enable_key_rotation"], key["rotation_period_in_days"]) == (True, 365)


def test_logs_may_use_the_key_for_this_environment_only() -> None:
    _, logs, topics, *_ = example("production").statements("kms_policy")
    assert logs["condition"][0]["values"] == ["arn:aws:logs:us-west-2:123456789012:log-group:/ray/production/*"]
    assert topics["condition"][0]["values"] == ["123456789012"]


def test_ec2_spot_may_use_the_key_where_there_are_spot_nodes() -> None:
    role = "arn:aws:iam::123456789012:role/aws-service-role/spot.amazonaws.com/AWSServiceRoleForEC2Spot"
    volumes, grants = example("production").statements("kms_policy")[3:]
    assert [each["principals"][0]["identifiers"] for each in (volumes, grants)] == [[role], [role]]
    assert (grants["actions"], grants["condition"][0]["variable"]) == (["kms:CreateGrant"], "kms:GrantIsForAWSResource")
    assert len(example("demo").statements("kms_policy")) == 3


def test_existing_key_is_used_everywhere() -> None:
    stack = synth(environment(kms={"existing_key_arn": KEY}, buckets={"data": {}}, efs={}))
    assert not stack.of("aws_kms_key")
    assert stack.only("aws_efs_file_system")["kms_key_id"] == KEY
    assert stack.only("aws_instance")["root_block_device"]["kms_key_id"] == KEY
    assert {each["kms_key_id"] for each in stack.of("aws_secretsmanager_secret").values()} == {KEY}


@pytest.mark.parametrize("tier", ["head", "worker"])
def test_stars_stand_only_where_aws_knows_no_resources(tier: str) -> None:
    for statements in node_documents(example("production"), tier).values():
        for statement in statements:
            if "*" in statement["resources"]:
                assert all(action.startswith(WITHOUT_RESOURCES) for action in statement["actions"])
            assert not any(action.endswith(":*") or action == "*" for action in statement["actions"])


def test_roles_use_the_environments_buckets_and_no_other() -> None:
    (list_, read, write) = node_documents(example("existing-vpc"), "worker")["buckets"]
    assert list_["resources"] == ["${aws_s3_bucket.buckets_datasets.arn}", "${aws_s3_bucket.buckets_results.arn}"]
    assert read["resources"] == [f"{arn}/*" for arn in list_["resources"]]
    assert write["resources"] == ["${aws_s3_bucket.buckets_results.arn}/*"]


def test_nodes_cannot_touch_the_access_logs() -> None:
    for tier in ("head", "worker"):
        resources = [
            arn for each in node_documents(example("production"), tier)["buckets"] for arn in each["resources"]
        ]
        assert len(resources) == 12
        assert not any("buckets_logs" in arn for arn in resources)
    assert len(example("production").statements("buckets_logs_policy_document")) == 2


def test_only_the_head_reads_the_memorydb_password() -> None:
    stack = example("production")
    head, worker = (node_statement(stack, tier, "ReadSecrets")["resources"] for tier in ("head", "worker"))
    assert worker == ["${aws_secretsmanager_secret.ray_token.arn}"]
    assert head == [*worker, "${aws_secretsmanager_secret.memorydb_password.arn}"]


def test_without_a_token_there_is_no_secret_and_no_right_to_one() -> None:
    stack = synth(environment(access={"allow_unauthenticated": True}))
    assert not stack.of("aws_secretsmanager_secret")
    for tier in ("head", "worker"):
        actions = {action for each in node_documents(stack, tier)["node"] for action in each["actions"]}
        assert "secretsmanager:GetSecretValue" not in actions
        assert {each["sid"] for each in node_documents(stack, tier)["node"]}.isdisjoint({"KeyForSecretsmanager"})
    assert "RAY_AUTH_MODE=disabled" in stack.document["locals"]["ray_head_user_data"]


def test_without_a_token_the_head_still_reads_its_password() -> None:
    settings = {"access": {"allow_unauthenticated": True}, "ray": {"head_storage": "memorydb"}, "memorydb": {}}
    stack = synth(environment(**settings))
    assert node_statement(stack, "head", "ReadSecrets")["resources"] == [
        "${aws_secretsmanager_secret.memorydb_password.arn}"
    ]
    assert not [each for each in node_documents(stack, "worker")["node"] if each["sid"] == "ReadSecrets"]


def test_without_the_agent_nodes_may_send_neither_logs_nor_metrics() -> None:
    stack = synth(environment(observability={"cloudwatch_agent": False}))
    assert list(stack.of("aws_cloudwatch_log_group")) == ["flow_logs_log_group"]
    for tier in ("head", "worker"):
        sids = {each["sid"] for each in node_documents(stack, tier)["node"]}
        assert sids.isdisjoint({"WriteLogs", "SendMetrics"})


def test_logs_of_the_nodes_are_kept_as_long_as_declared() -> None:
    assert example("production").of("aws_cloudwatch_log_group")["node_logs"]["retention_in_days"] == 365
    stack = synth(environment(observability={"log_retention_days": 30}))
    assert stack.of("aws_cloudwatch_log_group")["node_logs"]["retention_in_days"] == 30


@pytest.mark.parametrize(
    ("source", "objects", "condition"),
    [
        ("s3://wheels/ray/2.60", "arn:aws:s3:::wheels/ray/2.60/*", ["ray/2.60/*"]),
        ("s3://wheels", "arn:aws:s3:::wheels/*", None),
    ],
)
def test_nodes_read_the_wheels_and_nothing_else_of_their_bucket(
    source: str, objects: str, condition: list[str] | None
) -> None:
    stack = synth(environment(ray={"wheel_source": source}))
    for tier in ("head", "worker"):
        list_, read = node_documents(stack, tier)["wheels"]
        assert (list_["actions"], list_["resources"]) == (["s3:ListBucket"], ["arn:aws:s3:::wheels"])
        assert [(each["test"], each["variable"], each["values"]) for each in list_.get("condition", [])] == (
            [("StringLike", "s3:prefix", condition)] if condition else []
        )
        assert (read["actions"], read["resources"]) == (["s3:GetObject"], [objects])
    assert "wheels" not in node_documents(synth(environment()), "head")


def test_file_system_is_used_through_the_access_point() -> None:
    mount, _ = node_documents(example("production"), "worker")["efs"]
    assert mount["condition"][0]["variable"] == "elasticfilesystem:AccessPointArn"


def test_metrics_go_to_the_clusters_namespace() -> None:
    send = node_statement(example("production"), "head", "SendMetrics")
    assert send["condition"] == [
        {"test": "StringEquals", "variable": "cloudwatch:namespace", "values": ["Rayform/ray-production"]}
    ]


def test_no_managed_policy_unless_named() -> None:
    assert not example("production").of("aws_iam_role_policy_attachment")
    stack = synth(environment(iam={"worker_managed_policy_arns": [EXTRA]}))
    attachment = stack.only("aws_iam_role_policy_attachment")
    assert attachment["policy_arn"] == EXTRA
    assert attachment["role"] == "${aws_iam_role.roles_worker.name}"


def test_boundary_is_on_every_role() -> None:
    roles = synth(environment(iam={"permissions_boundary_arn": BOUNDARY})).of("aws_iam_role")
    assert len(roles) == 3
    assert {role["permissions_boundary"] for role in roles.values()} == {BOUNDARY}


def test_roles_are_taken_on_by_their_service_only() -> None:
    stack = example("production")
    services = {
        name: statement["principals"]
        for name, document in stack.data("aws_iam_policy_document").items()
        if name.endswith("_trust")
        for statement in document["statement"]
    }
    assert services == {
        "flow_logs_role_trust": [{"type": "Service", "identifiers": ["vpc-flow-logs.amazonaws.com"]}],
        "roles_head_trust": [{"type": "Service", "identifiers": ["ec2.amazonaws.com"]}],
        "roles_worker_trust": [{"type": "Service", "identifiers": ["ec2.amazonaws.com"]}],
    }


def test_secrets_are_written_only_and_random() -> None:
    stack = example("production")
    for name in ("ray_token", "memorydb_password"):
        version = stack.of("aws_secretsmanager_secret_version")[f"{name}_version"]
        assert "secret_string" not in version
        assert (
            version["secret_string_wo"] == f"${{ephemeral.aws_secretsmanager_random_password.{name}.random_password}}"
        )
        random = stack.document["ephemeral"]["aws_secretsmanager_random_password"][name]
        assert random["password_length"] == 64


def test_partition_follows_the_region() -> None:
    stack = synth(environment(region="cn-north-1", network={"zones": 2}, buckets={"data": {}}))
    account = stack.statements("kms_policy")[0]
    assert account["principals"][0]["identifiers"] == ["arn:aws-cn:iam::123456789012:root"]
