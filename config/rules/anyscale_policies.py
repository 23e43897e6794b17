"""Rules over the size of what IAM is told about the roles of an Anyscale cloud."""

from __future__ import annotations

from collections.abc import Iterator

from config.anyscale_arns import expected_arns
from config.anyscale_cloud import AnyscaleCloudConfig
from config.anyscale_permissions import cluster_node_policies, control_plane_policies
from config.problems import Problem
from config.rules.policy_limits import too_large
from config.rules.registry import rule

_READS = ("anyscale", "iam", "bucket", "kms", "adopted", "project", "region", "account_id")


@rule(*_READS)
def control_plane_policies_fit(environment: AnyscaleCloudConfig) -> Iterator[Problem]:
    """They hold the cloud's id, its bucket, its roles and the keys of volumes by name."""
    policies = control_plane_policies(environment, expected_arns(environment))
    remedy = "fewer of iam.passable_role_arns and iam.volume_key_arns, shorter names, or services: false"
    yield from too_large("control plane", policies, ("anyscale",), remedy)


@rule(*_READS)
def cluster_node_policies_fit(environment: AnyscaleCloudConfig) -> Iterator[Problem]:
    """They name each secret and each key."""
    policies = cluster_node_policies(environment, expected_arns(environment))
    yield from too_large("nodes", policies, ("iam", "node_secret_arns"), "fewer secrets, or shorter names")
