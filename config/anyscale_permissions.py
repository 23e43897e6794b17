"""What Anyscale's control plane and the nodes of its cloud may do in the account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from config.anyscale_arns import CloudArns
from config.anyscale_cloud import AnyscaleCloudConfig
from config.anyscale_instances import instance_statements
from config.anyscale_services import service_statements
from config.place import Place
from config.statement import Condition, Statement

Policies = Mapping[str, Sequence[Statement]]
"""Inline policies of a role by name."""

BUCKET_ACTIONS = ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"]
OBJECT_ACTIONS = [
    *("s3:GetObject", "s3:PutObject", "s3:DeleteObject"),
    *("s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"),
]
"""What both roles may do with the bucket and with what is in it, by their own policies and by the bucket's."""
VOLUME_KEY_ACTIONS = [
    *("kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo"),
]
"""What starting an instance with an encrypted volume takes of its key, beside a grant."""
_REGISTRY_POLICY = "AmazonEC2ContainerRegistryReadOnly"


def control_plane_trust(config: AnyscaleCloudConfig) -> list[Statement]:
    """Anyscale's account, and only in the name of your organization.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """
    anyscale = config.anyscale
    account = replace(config.place, account_id=anyscale.control_plane_account_id).iam_arn("root")
    condition = Condition("StringEquals", "sts:ExternalId", anyscale.external_id)
    return [Statement("Assume", ["sts:AssumeRole"], principals={"AWS": [account]}, conditions=[condition])]


def control_plane_policies(config: AnyscaleCloudConfig, arns: CloudArns) -> Policies:
    """Run nodes and, when asked for, services; read and write the bucket."""
    services = {"services": service_statements(config)} if config.anyscale.services else {}
    instances = [*instance_statements(config, arns), *_volume_key_statements(config)]
    return {"instances": instances, **services, "bucket": _bucket_statements(config, arns)}


def cluster_node_policies(config: AnyscaleCloudConfig, arns: CloudArns) -> Policies:
    """The bucket; logs and secrets when asked for."""
    iam = config.iam
    logs = {"logs": _log_statements(config.place)} if iam.node_logs else {}
    secrets = {"secrets": _secret_statements(config)} if iam.node_secret_arns else {}
    return {"bucket": _bucket_statements(config, arns), **logs, **secrets}


def cluster_node_managed_policies(config: AnyscaleCloudConfig) -> list[str]:
    """ARNs of what is attached: AWS's policy to pull images, which Anyscale's verification looks for by its name."""
    registry = f"arn:{config.place.partition}:iam::aws:policy/{_REGISTRY_POLICY}"
    return list(dict.fromkeys([registry, *config.iam.node_managed_policy_arns]))


def _bucket_statements(config: AnyscaleCloudConfig, arns: CloudArns) -> list[Statement]:
    """All of it on the role, though the bucket's policy says it too: Anyscale's verification wants it in one place."""
    return [
        Statement("UseBucket", BUCKET_ACTIONS, [arns.bucket]),
        Statement("UseObjects", OBJECT_ACTIONS, [f"{arns.bucket}/*"]),
        *_key_statements("UseBucketKey", ["kms:Decrypt", "kms:GenerateDataKey"], arns.keys, config.place, "s3"),
    ]


def _volume_key_statements(config: AnyscaleCloudConfig) -> list[Statement]:
    """Use of keys that volumes are encrypted with; AWS's own key needs none.

    Whoever launches an instance needs them, and has EC2 grant the key to it:
    https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html
    """
    keys, place = config.iam.volume_key_arns, config.place
    granted = Condition("Bool", "kms:GrantIsForAWSResource", "true")
    grants = _key_statements("GrantVolumeKeys", ["kms:CreateGrant"], keys, place, "ec2")
    return [
        *_key_statements("UseVolumeKeys", VOLUME_KEY_ACTIONS, keys, place, "ec2"),
        *(replace(each, conditions=[*each.conditions, granted]) for each in grants),
    ]


def _log_statements(place: Place) -> list[Statement]:
    """Metrics know no resource; the list of log groups knows none that would narrow it."""
    groups = place.arn("logs", "log-group:/anyscale*")
    write = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    return [
        Statement("SendMetrics", ["cloudwatch:PutMetricData", "logs:DescribeLogGroups"], ["*"]),
        Statement("WriteLogs", write, [groups]),
    ]


def _secret_statements(config: AnyscaleCloudConfig) -> list[Statement]:
    iam = config.iam
    return [
        Statement("ReadSecrets", ["secretsmanager:GetSecretValue"], iam.node_secret_arns),
        *_key_statements("UseSecretKeys", ["kms:Decrypt"], iam.node_secret_key_arns, config.place, "secretsmanager"),
    ]


def _key_statements(
    sid: str, actions: Sequence[str], key_arns: Sequence[str], place: Place, service: str
) -> list[Statement]:
    """Use of keys through one service only."""
    via = Condition("StringEquals", "kms:ViaService", f"{service}.{place.region}.amazonaws.com")
    return [Statement(sid, actions, key_arns, conditions=[via])] if key_arns else []
