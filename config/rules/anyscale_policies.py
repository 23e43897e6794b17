"""Rules over the size of what IAM is told about the roles of an Anyscale cloud."""

from __future__ import annotations

from collections.abc import Iterator

from config.anyscale_arns import expected_arns
from config.anyscale_cloud import AnyscaleCloudConfig
from config.anyscale_permissions import Policies, cluster_node_policies, control_plane_policies
from config.policy_document import policy_characters
from config.problems import Problem
from config.rules.registry import rule

_MOST = 6_144
"""Of a managed policy: each of ours could become one."""
_MOST_INLINE = 10_240
"""Of all inline policies of a role: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""
_READS = ("anyscale", "iam", "bucket", "kms", "adopted", "project", "region", "account_id")


@rule(*_READS)
def control_plane_policies_fit(environment: AnyscaleCloudConfig) -> Iterator[Problem]:
    """They hold the cloud's id, its bucket, its roles and the keys of volumes by name."""
    policies = control_plane_policies(environment, expected_arns(environment))
    remedy = "fewer of iam.passable_role_arns and iam.volume_key_arns, shorter names, or services: false"
    yield from _too_large("control plane", policies, ("anyscale",), remedy)


@rule(*_READS)
def cluster_node_policies_fit(environment: AnyscaleCloudConfig) -> Iterator[Problem]:
    """They name each secret and each key."""
    policies = cluster_node_policies(environment, expected_arns(environment))
    yield from _too_large("nodes", policies, ("iam", "node_secret_arns"), "fewer secrets, or shorter names")


def _too_large(whose: str, policies: Policies, setting: tuple[str, ...], remedy: str) -> Iterator[Problem]:
    sizes = {name: policy_characters(statements) for name, statements in policies.items()}
    for name, size in sizes.items():
        if size > _MOST:
            yield Problem(
                setting, f"got a policy {name} of the {whose} of {size} characters", f"at most {_MOST}: {remedy}"
            )
    total = sum(sizes.values())
    if total > _MOST_INLINE:
        yield Problem(
            setting, f"got policies of the {whose} of {total} characters", f"at most {_MOST_INLINE}: {remedy}"
        )
