"""A policy much as the head's: what the tests of the gate enforce."""

from __future__ import annotations

from typing import Any

ACCOUNT = "123456789012"
REGION = "us-west-2"
CLUSTER = {"ray-cluster-name": "mine"}

_EC2 = f"arn:aws:ec2:{REGION}:{ACCOUNT}"
PROFILE = f"arn:aws:iam::{ACCOUNT}:instance-profile/worker"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/worker"


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(sid: str, action: Any, resource: Any = "*", **conditions: Any) -> dict[str, Any]:
    found = {"Sid": sid, "Effect": "Allow", "Action": action, "Resource": resource}
    return found | ({"Condition": conditions} if conditions else {})


def head_policy(*, subnet: str, group: str, image: str, key: str) -> dict[str, Any]:
    run = "ec2:RunInstances"
    mine = {"aws:RequestTag/ray-cluster-name": "mine", "aws:RequestTag/ray-node-type": ["cpu", "gpu"]}
    ours = {"aws:ResourceTag/ray-cluster-name": "mine"}
    status = {"aws:TagKeys": ["ray-node-status", "ray-runtime-config"]}
    via = {"kms:ViaService": f"ec2.{REGION}.amazonaws.com"}
    return document(
        allow("Look", "ec2:Describe*"),
        allow(
            "LaunchUses",
            run,
            [f"arn:aws:ec2:{REGION}::image/{image}", f"{_EC2}:subnet/{subnet}", f"{_EC2}:security-group/{group}"],
        ),
        allow(
            "LaunchInstances",
            run,
            f"{_EC2}:instance/*",
            StringEquals={
                **mine,
                "ec2:InstanceType": ["m7i.large", "m8g.large"],
                "ec2:MetadataHttpTokens": "required",
                "ec2:InstanceMarketType": "on-demand",
            },
            ArnEquals={"ec2:InstanceProfile": PROFILE},
            NumericLessThanEquals={"ec2:MetadataHttpPutResponseHopLimit": "2"},
        ),
        allow("LaunchVolumes", run, f"{_EC2}:volume/*", Bool={"ec2:Encrypted": "true"}),
        allow(
            "LaunchInterfaces",
            run,
            f"{_EC2}:network-interface/*",
            ArnEquals={"ec2:Subnet": f"{_EC2}:subnet/{subnet}"},
            Bool={"ec2:AssociatePublicIpAddress": "false"},
        ),
        allow(
            "TagAtLaunch",
            "ec2:CreateTags",
            [f"{_EC2}:instance/*", f"{_EC2}:volume/*"],
            StringEquals={"ec2:CreateAction": "RunInstances", "aws:RequestTag/ray-cluster-name": "mine"},
        ),
        allow(
            "TagStatus",
            "ec2:CreateTags",
            f"{_EC2}:instance/*",
            StringEquals=ours,
            **{"ForAllValues:StringEquals": status, "Null": {"ec2:CreateAction": "true"}},
        ),
        allow("Terminate", "ec2:TerminateInstances", f"{_EC2}:instance/*", StringEquals=ours),
        allow("PassWorkerRole", "iam:PassRole", ROLE, StringEquals={"iam:PassedToService": "ec2.amazonaws.com"}),
        allow(
            "GrantForVolumes",
            "kms:CreateGrant",
            key,
            Bool={"kms:GrantIsForAWSResource": "true"},
            StringEquals=via,
        ),
        allow(
            "UseKeyForVolumes",
            ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncrypt*"],
            key,
            StringEquals=via,
        ),
    )
