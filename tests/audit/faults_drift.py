"""Faults of the checks that compare Terraform's state with AWS's answers."""

from __future__ import annotations

from typing import Any

from tests.audit.environments import load
from tests.audit.healthy_drift import GONE, answers
from tests.audit.healthy_nodes import terraforms

_CHANGED: dict[str, tuple[str, Any]] = {
    "network": ("ec2:DescribeSubnets.0.MapPublicIpOnLaunch", True),
    "security_groups": ("ec2:DescribeSecurityGroupRules.0.ToPort", 65535),
    "endpoints": ("ec2:DescribeVpcEndpoints.0.Groups", []),
    "iam": ("iam:ListAttachedRolePolicies.1", {"PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}),
    "kms": ("kms:GetKeyRotationStatus.KeyRotationEnabled", False),
    "s3": ("s3:GetBucketVersioning.Status", "Suspended"),
    "efs": ("efs:DescribeFileSystemPolicy", None),
    "memorydb": ("memorydb:DescribeParameters.1.Value", "volatile-lru"),
    "secrets": ("secretsmanager:DescribeSecret.KmsKeyId", GONE),
    "logs": ("ec2:DescribeFlowLogs", []),
    "nodes": ("ec2:DescribeInstances.0.Instances.0.MetadataOptions.HttpTokens", "optional"),
    "eks": ("eks:DescribeCluster.cluster.resourcesVpcConfig.endpointPrivateAccess", False),
    "fsx": ("fsx:DescribeFileSystems.0.StorageCapacity", 4800),
    "others": ("route53:ListResourceRecordSets.2.TTL", 3600),
}

FAULTS: dict[str, tuple[str, Any]] = {
    f"drift.{service}_as_intended": ("answers", answers(dict([fault]), nodes=terraforms(load("small"))))
    for service, fault in _CHANGED.items()
}
"""One answer changed for each service; `tests/audit/drift` goes through the attributes."""
