"""Terraform's own words, as Terraform 1.11 and the AWS provider 5.100 print them, become one line."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scripts.terraform.deployment import Deployment
from scripts.terraform.failure import FAILURES, explain, holds_several_errors

LOCKED = """╷
│ Error: Error acquiring the state lock
│
│ Error message: operation error S3: PutObject, https response error StatusCode:
│ 412, RequestID: 1VYJ, HostID: xSyg, api error PreconditionFailed: At least one
│ of the pre-conditions you specified did not hold
│ Lock Info:
│   ID:        99a6ab25-f1f4-8a09-3c7d-c4d4cb4b8de5
│   Path:      /srv/demo.tfstate
│   Operation: OperationTypePlan
│   Who:       ann@laptop
│   Version:   1.11.4
│   Created:   2026-11-21 08:02:41.123 +0000 UTC
│   Info:
│
╵
"""
SAMPLES = {
    LOCKED: "the state of demo is locked by ann@laptop since 2026-11-21 08:02:41",
    "\x1b[31m│\x1b[0m \x1b[1mError: AWS account ID not allowed: 210987654321": (
        "the credentials are of account 210987654321"
    ),
    '│ Error: Failed to get existing workspaces: S3 bucket "rayform-state-123456789012-us-west-2" does not\n│ exist.\n'
    "│ \n│ The referenced S3 bucket must have been previously created.": (
        "the state bucket of demo does not exist: make bootstrap-state ENV=demo"
    ),
    "│ Error: No valid credential sources found": "no AWS credentials: set AWS_PROFILE",
    "api error ExpiredToken: The security token included in the request is expired": "the AWS credentials have expired",
    "api error AccessDenied: User: arn:aws:iam::1:user/a is not authorized to perform: s3:PutObject on": (
        "AWS denies s3:PutObject"
    ),
    "operation error EC2: CreateVpc, https response error StatusCode: 403, RequestID: 1, api error "
    "UnauthorizedOperation: You are not authorized to perform this operation. Encoded authorization failure": (
        "AWS denies EC2: CreateVpc"
    ),
    "│ Error: Saved plan is stale\n│ \n│ The given plan file can no longer be applied": (
        "the plan for demo is stale: its state has changed since; run: make plan ENV=demo"
    ),
    "│ Error: Instance cannot be destroyed\n│ \n│ on cdk.tf.json line 6:\n│ \n│ Resource aws_efs_file_system.efs has\n"
    "│ lifecycle.prevent_destroy set": "aws_efs_file_system.efs is protected and would be destroyed",
    "│ Could not retrieve the list of available versions for provider hashicorp/aws:\n│ could not connect to\n"
    "│ registry.terraform.io: failed to request discovery document": "the provider registry cannot be reached",
    "│ Error: creating EKS Access Entry (ray-eks:arn:aws:iam::123456789012:role/ml): operation error EKS:\n"
    "│ CreateAccessEntry, https response error StatusCode: 409, RequestID: 1, ResourceInUseException: The specified\n"
    "│ access entry resource is already in use on this cluster.\n│ \n"
    "│   with aws_eks_access_entry.eks_access_entry_ml_platform,": (
        "access.entries.ml-platform: the cluster has an entry"
    ),
    "│ Error: updating EKS Node Group (ray-eks:cpu) config: operation error EKS: UpdateNodegroupConfig, https\n"
    "│ response error StatusCode: 400, RequestID: 1, InvalidParameterException: Minimum capacity 3 can't be greater\n"
    "│ than desired size 1": "node group cpu has 1 nodes, fewer than its new least of 3: scale it up first: aws eks",
    "│ Error: Backend configuration changed": "the place of the state of demo has changed",
    "│ Error: Required plugins are not installed": "the provider of demo is gone",
    'Post "http://127.0.0.1:5001/": dial tcp 127.0.0.1:5001: connect: connection refused': "the embedded AWS stopped",
}


@pytest.mark.parametrize(("report", "line"), SAMPLES.items(), ids=lambda text: text[-40:])
def test_a_known_failure_is_one_line(deployment: Deployment, report: str, line: str) -> None:
    explained = explain(report, replace(deployment, target="local" if "127.0.0.1" in report else "aws"))
    assert explained is not None
    assert explained.startswith(line)
    assert "\n" not in explained


def test_every_known_failure_has_a_sample(deployment: Deployment) -> None:
    found = {explain(report, replace(deployment, target=target)) for report in SAMPLES for target in ("aws", "local")}
    assert len(found - {None}) == len(FAILURES)


def test_the_lock_line_names_the_command_that_breaks_it(deployment: Deployment) -> None:
    line = explain(LOCKED, deployment)
    assert line is not None
    assert line.endswith(f"terraform -chdir={deployment.directory} force-unlock 99a6ab25-f1f4-8a09-3c7d-c4d4cb4b8de5")


def test_what_is_not_known_stays_in_terraforms_words(deployment: Deployment) -> None:
    assert explain("Error: creating EC2 VPC: VpcLimitExceeded", deployment) is None


def test_a_denial_in_ec2s_words_names_the_action(deployment: Deployment) -> None:
    report = (
        "operation error EC2: CreateVpc, api error UnauthorizedOperation: You are not authorized to perform this "
        "operation. User: arn:aws:sts::1:assumed-role/a/b is not authorized to perform: ec2:CreateVpc on resource: x"
    )
    assert str(explain(report, deployment)).startswith("AWS denies ec2:CreateVpc ")


@pytest.mark.parametrize(
    "report",
    [
        "Error: creating S3 bucket policy: api error NoSuchBucket: The specified bucket does not exist",
        "Error: reading x: dial tcp 127.0.0.1:3128: connect: connection refused",
    ],
)
def test_an_explanation_of_something_else_is_not_given(deployment: Deployment, report: str) -> None:
    assert explain(report, deployment) is None


def test_a_rehearsal_is_told_commands_for_the_rehearsal(deployment: Deployment) -> None:
    rehearsal = replace(deployment, target="local", overrides_target=True)
    assert str(explain("Error: Saved plan is stale", rehearsal)).endswith("run: make plan ENV=demo TARGET=local")


def test_several_errors_are_told_from_one() -> None:
    bucket = '│ Error: S3 bucket "b" does not exist.\n│ \n│ Error: operation error S3: ListObjectsV2'
    assert not holds_several_errors(LOCKED)
    assert not holds_several_errors(bucket)
    assert holds_several_errors(f"{LOCKED}\n{bucket}")
    assert holds_several_errors("\x1b[31mError: one\x1b[0m\n\nError: two")
