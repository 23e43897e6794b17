"""What head and launcher may do, statement by statement. tests/autoscaler proves that each is needed, and enough."""

from __future__ import annotations

from typing import Any

from config.autoscaling_ec2 import AutoscalingEc2Config
from tests.modules.policy_documents import document
from tests.synthesis import Synthesized, environment, example, synth

BY_RAY_UP: dict[str, Any] = {
    "head": {"managed_by": "ray-up", "instance_type": "m7i.large"},
    "access": {"bastion": "ssm", "key_pair_name": "ml"},
    "iam": {"launcher_principal_arns": ["arn:aws:iam::123456789012:role/ml-platform"]},
}
EC2 = "arn:aws:ec2:us-west-2:123456789012"
KEY = "arn:aws:kms:us-west-2:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"
TAGGING = {
    "StringEquals": {"ec2:CreateAction": "RunInstances"},
    "ForAllValues:StringEquals": {
        "aws:TagKeys": [
            "Environment", "ManagedBy", "Name", "Owner", "Project", "ray-cluster-name", "ray-launch-config",
            "ray-launch-request", "ray-node-status", "ray-node-type", "ray-user-node-type", "rayform:cluster",
            "rayform:group", "rayform:role",
        ]
    },
}  # fmt: skip


def scaled(workers: dict[str, Any] | None = None, **settings: Any) -> AutoscalingEc2Config:
    types = workers or {"cpu": {"instance_type": "m7i.large"}}
    config = environment(flavour="autoscaling-ec2", workers=types, **settings)
    assert isinstance(config, AutoscalingEc2Config)
    return config


def statements(stack: Synthesized, name: str) -> dict[str, dict[str, Any]]:
    """Statements by Sid, without it."""
    found = document(stack, name)["Statement"]
    return {each["Sid"]: {key: value for key, value in each.items() if key != "Sid"} for each in found}


def of_head(stack: Synthesized) -> dict[str, dict[str, Any]]:
    return statements(stack, "roles_head_document_autoscaler")


def of_launcher(stack: Synthesized) -> dict[str, dict[str, Any]]:
    return statements(stack, "launcher_document_launch")


def allow(action: str | list[str], resource: str | list[str], **conditions: Any) -> dict[str, Any]:
    allowed = {"Effect": "Allow", "Action": action, "Resource": resource}
    return {**allowed, "Condition": conditions} if conditions else allowed


def own(ray_node_type: str | list[str]) -> dict[str, Any]:
    return {"aws:ResourceTag/rayform:cluster": "ray-test", "aws:ResourceTag/ray-node-type": ray_node_type}


def test_head_launches_and_ends_workers_and_no_more() -> None:
    found = of_head(synth(scaled(network={"zones": 1})))
    subnet = found["LaunchFrom"]["Resource"][0]
    assert subnet.startswith(f"{EC2}:subnet/subnet-")
    image = found["LaunchFrom"]["Resource"][1]
    assert image.startswith("arn:aws:ec2:us-west-2::image/ami-")
    launch = {
        "StringEquals": {
            "aws:RequestTag/ray-cluster-name": "ray-test",
            "aws:RequestTag/rayform:cluster": "ray-test",
            "aws:RequestTag/ray-node-type": "worker",
            "aws:RequestTag/ray-user-node-type": "cpu",
            "ec2:InstanceType": "m7i.large",
            "ec2:MetadataHttpTokens": "required",
        },
        "ArnEquals": {"ec2:InstanceProfile": "arn:aws:iam::123456789012:instance-profile/ray-test-worker"},
        "StringEqualsIfExists": {"ec2:Tenancy": "default"},
    }
    by_ec2 = {"kms:ViaService": "ec2.us-west-2.amazonaws.com"}
    use = ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncrypt*"]
    assert found == {
        "SeeInstances": allow("ec2:DescribeInstances", "*"),
        "LaunchInstances": allow("ec2:RunInstances", f"{EC2}:instance/*", **launch),
        "LaunchVolumes": allow(
            "ec2:RunInstances",
            f"{EC2}:volume/*",
            Bool={"ec2:Encrypted": "true"},
            StringEquals={"aws:RequestTag/rayform:cluster": "ray-test"},
            NumericLessThanEqualsIfExists={"ec2:VolumeSize": "50"},
            StringEqualsIfExists={"ec2:VolumeType": "gp3"},
        ),
        "LaunchInterfaces": allow(
            "ec2:RunInstances",
            f"{EC2}:network-interface/*",
            BoolIfExists={"ec2:AssociatePublicIpAddress": "false"},
            ArnEquals={"ec2:Subnet": subnet},
        ),
        "LaunchFrom": allow("ec2:RunInstances", [subnet, image, f"{EC2}:security-group/sg-0123456789abcdef0"]),
        "TagAtLaunch": allow(
            "ec2:CreateTags",
            [f"{EC2}:instance/*", f"{EC2}:volume/*"],
            **TAGGING,
        ),
        "PassRole": allow(
            "iam:PassRole",
            "arn:aws:iam::123456789012:role/ray-test-worker",
            StringEquals={"iam:PassedToService": "ec2.amazonaws.com"},
        ),
        "UseVolumeKey": allow(use, KEY, StringEquals=by_ec2),
        "GrantVolumeKey": allow(
            "kms:CreateGrant", KEY, StringEquals=by_ec2, Bool={"kms:GrantIsForAWSResource": "true"}
        ),
        "TerminateOwn": allow(
            "ec2:TerminateInstances",
            f"{EC2}:instance/*",
            StringEquals=own("worker"),
        ),
    }


def test_spot_is_for_clusters_with_a_spot_type() -> None:
    found = of_head(synth(scaled({"cpu": {"instance_type": "m7i.large", "spot": True}})))
    assert found["LaunchSpot"] == allow("ec2:RunInstances", f"{EC2}:spot-instances-request/*")


def test_stopped_nodes_take_stop_start_and_rays_tags_and_nothing_is_terminated() -> None:
    found = of_head(synth(scaled(autoscaler={"cache_stopped_nodes": True})))
    workers = own("worker")
    assert "TerminateOwn" not in found
    assert found["StopAndStartOwn"] == allow(
        ["ec2:StartInstances", "ec2:StopInstances"], f"{EC2}:instance/*", StringEquals=workers
    )
    retag = found["RetagReusedWorkers"]["Condition"]
    assert retag["StringEquals"] == workers
    assert retag["StringEqualsIfExists"] == {"aws:RequestTag/ray-node-type": "worker"}
    assert retag["ForAllValues:StringEquals"]["aws:TagKeys"] == [
        "Name", "ray-node-type", "ray-user-node-type", "ray-node-status", "ray-launch-config", "ray-launch-request",
    ]  # fmt: skip


def test_every_type_brings_its_instance_type_and_image_once() -> None:
    found = of_head(example("autoscaling"))
    assert found["LaunchInstances"]["Condition"]["StringEquals"]["ec2:InstanceType"] == [
        "m7i.2xlarge",
        "m8g.2xlarge",
        "g6.xlarge",
    ]
    images = [arn for arn in found["LaunchFrom"]["Resource"] if ":image/" in arn]
    assert len(images) == len(set(images)) == 3


def test_a_head_by_ray_up_writes_its_own_record_only() -> None:
    found = of_head(synth(scaled(**BY_RAY_UP)))
    changes = "route53:ChangeResourceRecordSets"
    assert found["WriteOwnRecord"] == {
        **allow(changes, "arn:aws:route53:::hostedzone/Z0123456789ABCDEFGHIJ"),
        "Condition": {
            "ForAllValues:StringEquals": {
                f"{changes}NormalizedRecordNames": "head.test.ray.internal",
                f"{changes}RecordTypes": "A",
                f"{changes}Actions": "UPSERT",
            }
        },
    }
    assert found["AwaitOwnRecord"] == allow("route53:GetChange", "arn:aws:route53:::change/*")
    assert "WriteOwnRecord" not in of_head(synth(scaled()))


def test_launcher_makes_the_head_and_ends_nodes_of_the_cluster() -> None:
    found = of_launcher(synth(scaled(**BY_RAY_UP)))
    assert set(found) == {
        "LookAround", "LaunchInstances", "LaunchVolumes", "LaunchInterfaces", "LaunchFrom", "TagAtLaunch", "PassRole",
        "UseVolumeKey", "GrantVolumeKey", "TerminateOwn", "TagHead",
    }  # fmt: skip
    wanted = found["LaunchInstances"]["Condition"]
    assert wanted["StringEquals"]["aws:RequestTag/ray-node-type"] == "head"
    assert wanted["ArnEquals"] == {"ec2:InstanceProfile": "arn:aws:iam::123456789012:instance-profile/ray-test-head"}
    assert found["PassRole"]["Resource"] == "arn:aws:iam::123456789012:role/ray-test-head"
    assert found["LaunchFrom"]["Resource"][-1] == f"{EC2}:key-pair/ml"
    assert found["TerminateOwn"]["Condition"] == {"StringEquals": own(["head", "worker"])}
    assert found["TagHead"]["Condition"] == {
        "StringEquals": own("head"),
        "ForAllValues:StringEquals": {
            "aws:TagKeys": ["ray-node-status", "ray-runtime-config", "ray-file-mounts-contents"]
        },
    }


def test_launcher_ends_stopped_nodes_too() -> None:
    found = of_launcher(synth(scaled(**BY_RAY_UP, autoscaler={"cache_stopped_nodes": True})))
    everything = {"StringEquals": own(["head", "worker"])}
    assert found["TerminateOwn"]["Condition"] == found["StopAndStartOwn"]["Condition"] == everything


def test_launcher_is_taken_on_by_those_who_are_named_and_by_the_bastion() -> None:
    stack = synth(scaled(**BY_RAY_UP))
    trust = {each["sid"]: each["principals"] for each in stack.statements("launcher_trust")}
    assert trust == {
        "Assume": [{"type": "Service", "identifiers": ["ec2.amazonaws.com"]}],
        "AssumeByName": [{"type": "AWS", "identifiers": ["arn:aws:iam::123456789012:role/ml-platform"]}],
    }
    profile = stack.of("aws_instance")["bastion"]["iam_instance_profile"]
    assert profile == "${aws_iam_instance_profile.launcher_profile.name}"
    alone = {**BY_RAY_UP, "access": {"ssh_cidrs": ["10.0.0.0/8"], "key_pair_name": "ml"}}
    stack = synth(scaled(**alone))
    assert [each["sid"] for each in stack.statements("launcher_trust")] == ["AssumeByName"]
    assert "launcher_profile" not in stack.of("aws_iam_instance_profile")


def test_there_is_no_launcher_where_terraform_makes_the_head() -> None:
    assert "launcher" not in example("autoscaling").of("aws_iam_role")


def test_workers_have_no_rights_in_ec2() -> None:
    stack = example("autoscaling")
    names = [name for name in stack.data("aws_iam_policy_document") if name.startswith("roles_worker_document")]
    actions = {action for name in names for each in stack.statements(name) for action in each["actions"]}
    assert actions
    assert not [action for action in actions if action.startswith(("ec2:", "iam:"))]


def test_sids_are_unique_in_a_role() -> None:
    stack = synth(scaled(**BY_RAY_UP, efs={}, buckets={"data": {}}))
    for role in ("roles_head", "roles_worker", "launcher"):
        names = [name for name in stack.data("aws_iam_policy_document") if name.startswith(f"{role}_document_")]
        sids = [each["sid"] for name in names for each in stack.statements(name)]
        assert len(sids) == len(set(sids)) > 3


def test_china_has_its_own_names() -> None:
    small = {"instance_type": "m6i.large"}
    found = of_head(synth(scaled({"cpu": small}, region="cn-north-1", head=small)))
    assert found["PassRole"]["Condition"]["StringEquals"]["iam:PassedToService"] == [
        "ec2.amazonaws.com",
        "ec2.amazonaws.com.cn",
    ]
    assert found["LaunchFrom"]["Resource"][-2].startswith("arn:aws-cn:ec2:cn-north-1::image/")
