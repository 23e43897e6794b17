"""The roles of clouds, before and after the registration, with the policies that Terraform gives them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache

from config.anyscale_arns import expected_arns
from config.anyscale_cloud import CLUSTER_NODE, CONTROL_PLANE, AnyscaleCloudConfig
from config.anyscale_permissions import Policies, cluster_node_policies, control_plane_policies
from config.policy_document import policy_document
from tests.iam_gate import Principal
from tests.iam_gate.checks import Check
from tests.iam_gate.judge import judge

CLOUD, OTHER = "cld_mine", "cld_other"
"""Ids of this cloud, and of another one in the same account."""
BUCKET = "bucket-of-the-cloud"
SECRET = "arn:aws:secretsmanager:us-west-2:123456789012:secret:login-a1b2c3"
SECRET_KEY = "arn:aws:kms:us-west-2:123456789012:key/of-the-secret"
VOLUME_KEY = "arn:aws:kms:us-west-2:210987654321:key/of-the-volumes"
TEAM_ROLE = "arn:aws:iam::123456789012:role/teams/vision"
"""That a compute config gives to nodes."""


@cache
def cloud(cloud_id: str | None = CLOUD) -> AnyscaleCloudConfig:
    """A cloud with all that its roles can be given; without an id it is not registered yet."""
    iam = {
        "node_logs": True,
        "node_secret_arns": [SECRET],
        "node_secret_key_arns": [SECRET_KEY],
        "passable_role_arns": [TEAM_ROLE],
        "volume_key_arns": [VOLUME_KEY],
    }
    return AnyscaleCloudConfig.model_validate(
        {
            "name": "test",
            "target": "local",
            "region": "us-west-2",
            "anyscale": {"external_id": "org_a1-mine", "cloud_id": cloud_id, "services": True},
            "iam": iam,
            "bucket": {"name": BUCKET},
        }
    )


ARNS = replace(expected_arns(cloud()), vpc="arn:aws:ec2:us-west-2:210987654321:vpc/vpc-1")
"""In a VPC that another account shares."""
KEY = ARNS.keys[0]


@cache
def control_plane(cloud_id: str | None = CLOUD) -> Principal:
    """The role that Anyscale takes on."""
    config = cloud(cloud_id)
    return _principal(config, CONTROL_PLANE, control_plane_policies(config, ARNS))


@cache
def cluster_node() -> Principal:
    """The role of the nodes."""
    return _principal(cloud(), CLUSTER_NODE, cluster_node_policies(cloud(), ARNS))


def _principal(config: AnyscaleCloudConfig, part: str, policies: Policies) -> Principal:
    documents = {name: policy_document(statements) for name, statements in policies.items()}
    return Principal(config.role_name(part), documents, account_id=config.place.account_id)


def denied(principal: Principal, call: Iterable[Check]) -> list[str]:
    """What of a call does not pass, and why."""
    verdicts = [(check, judge(principal, check)) for check in call]
    return [f"{check.action} on {check.resource}: {each.reason}" for check, each in verdicts if not each.allowed]
