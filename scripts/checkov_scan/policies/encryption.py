"""Whose key it is that encrypts."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.checkov_scan.policies.plan import Path, Plan, Resource
from scripts.checkov_scan.policies.registry import policy

_KEYS: dict[str, Path] = {
    "aws_eks_cluster": ("encryption_config", 0, "provider", 0, "key_arn"),
    "aws_ecr_repository": ("encryption_configuration", 0, "kms_key"),
    "aws_fsx_lustre_file_system": ("kms_key_id",),
    "aws_prometheus_workspace": ("kms_key_arn",),
}
"""The attribute that names the key."""


@policy("CKV2_RAYFORM_18", *_KEYS, "aws_launch_template", setting="kms.existing_key_arn")
def our_key_encrypts(subject: Resource, plan: Plan) -> Iterator[str]:
    """Kubernetes secrets, volumes of nodes, images, Lustre and metrics are encrypted with the environment's own key.

    Why: with AWS's key, or somebody else's, there is no key policy of ours that could take access away. checkov asks
    whether a key is named, of some of these, not which.
    Fix: none in the environment file: the modules do it; `kms.existing_key_arn` names another key. A scratch file
    system of FSx takes none.
    """
    if subject.type == "aws_fsx_lustre_file_system" and str(subject.value("deployment_type")).startswith("SCRATCH"):
        return
    made = {key.address for key in plan.of("aws_kms_key")}
    for path in _paths(subject):
        if made & subject.references(*path):
            continue
        found = subject.value(*path)
        if found is None or found != plan.declared.key_arn:
            yield f"{'.'.join(map(str, path))} is {found or 'not set'}"


def _paths(subject: Resource) -> list[Path]:
    """Where keys are named: of a launch template, for each volume."""
    if subject.type != "aws_launch_template":
        return [_KEYS[subject.type]]
    volumes = range(max(1, subject.count("block_device_mappings")))
    return [("block_device_mappings", index, "ebs", 0, "kms_key_id") for index in volumes]
