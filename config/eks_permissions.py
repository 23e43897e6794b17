"""What pods may do in AWS: statements by service account, least privilege, by ARN."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from config.eks_logs import INSIGHTS_PREFIX
from config.kuberay_eks import KuberayEksConfig
from config.label import CLUSTER_TAG
from config.permissions import USE_KEY, bucket_statements, key_statements, mount_statements
from config.place import Place
from config.service_accounts import CLUSTER_AUTOSCALER, RAY_HEAD, RAY_WORKER
from config.statement import Condition, Statement

_ANY = ["*"]
_KEY_ID = "01234567-89ab-cdef-0123-456789abcdef"


@dataclass(frozen=True)
class EksArns:
    """What service accounts are given rights on; tokens, when Terraform makes it."""

    key: str
    buckets: Mapping[str, str] = field(default_factory=dict)
    """By name in the environment."""
    efs: str = ""
    efs_access_point: str = ""


def expected_arns(environment: KuberayEksConfig) -> EksArns:
    """ARNs as long as they will be: names are known before anything is made, and ids have a length."""
    place = environment.place
    return EksArns(
        key=environment.kms.existing_key_arn or place.arn("kms", f"key/{_KEY_ID}"),
        buckets={name: place.s3_arn(environment.bucket_name(name)) for name in environment.all_buckets},
        efs=place.arn("elasticfilesystem", "file-system/fs-0123456789abcdef0"),
        efs_access_point=place.arn("elasticfilesystem", "access-point/fsap-0123456789abcdef0"),
    )


def service_account_statements(environment: KuberayEksConfig, part: str, arns: EksArns) -> list[Statement]:
    """Own statements of a service account's role; none for one that has AWS's policy only."""
    statements = _STATEMENTS.get(part)
    return [] if statements is None else statements(environment, arns)


def managed_policy_arns(part: str, place: Place) -> list[str]:
    """AWS's own policies of a service account's role: for drivers whose rights AWS keeps up with their releases.

    The CNI's interfaces have no tag before it makes them, so that nothing narrows it further:
    https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonEKS_CNI_Policy.html.
    That of the EBS driver knows only volumes that a driver has made:
    https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonEBSCSIDriverPolicyV2.html
    """
    names = {"vpc-cni": "AmazonEKS_CNI_Policy", "ebs-csi": "AmazonEBSCSIDriverPolicyV2"}
    return [f"arn:{place.partition}:iam::aws:policy/{names[part]}"] if part in names else []


def _ray(environment: KuberayEksConfig, arns: EksArns) -> list[Statement]:
    """The buckets, as far as `node_access` goes, and the key for what is in them. Nothing else."""
    return _use_buckets(environment, arns, list(environment.all_buckets))


def _s3_csi(environment: KuberayEksConfig, arns: EksArns) -> list[Statement]:
    """The buckets that pods mount: the driver reads and writes them in the name of all."""
    return _use_buckets(environment, arns, list(environment.mounted_buckets))


def _use_buckets(environment: KuberayEksConfig, arns: EksArns, names: Sequence[str]) -> list[Statement]:
    access = {name: environment.all_buckets[name].node_access for name in names}
    writable = [arns.buckets[name] for name, given in access.items() if given == "read_write"]
    readable = [arns.buckets[name] for name, given in access.items() if given != "none"]
    if not readable:
        return []
    return [*bucket_statements(readable, writable), *key_statements(arns.key, environment.place, "s3")]


def _efs_csi(_environment: KuberayEksConfig, arns: EksArns) -> list[Statement]:
    """Mount through the access point: the driver on the node does, in the name of every pod there."""
    return mount_statements(arns.efs, arns.efs_access_point)


def _ebs_csi(environment: KuberayEksConfig, arns: EksArns) -> list[Statement]:
    """The key, beside AWS's policy: https://docs.aws.amazon.com/eks/latest/userguide/ebs-csi.html"""
    return _key_for_volumes(environment.place, arns.key, "ec2")


def _fsx_csi(environment: KuberayEksConfig, arns: EksArns) -> list[Statement]:
    """Make file systems for claims, each with the environment's tag, and change only those.

    https://github.com/kubernetes-sigs/aws-fsx-csi-driver/blob/master/docs/install.md, which asks for more: roles that
    FSx has since Terraform made the environment's own file system, and links to buckets, which claims do not have.
    Deleting one takes a last backup.
    """
    file_systems, backups = (environment.place.arn("fsx", f"{kind}/*") for kind in ("file-system", "backup"))
    tag = environment.label.cluster
    made = Condition("StringEquals", f"aws:RequestTag/{CLUSTER_TAG}", tag)
    own = Condition("StringEquals", f"aws:ResourceTag/{CLUSTER_TAG}", tag)
    change = ["fsx:UpdateFileSystem", "fsx:DeleteFileSystem", "fsx:CreateBackup"]
    return [
        Statement("See", ["fsx:DescribeFileSystems"], _ANY),
        Statement("Make", ["fsx:CreateFileSystem", "fsx:TagResource"], [file_systems], conditions=[made]),
        Statement("Change", change, [file_systems], conditions=[own]),
        Statement("BackUp", ["fsx:CreateBackup", "fsx:TagResource"], [backups]),
        *_key_for_volumes(environment.place, arns.key, "fsx"),
    ]


def _cloudwatch(environment: KuberayEksConfig, _arns: EksArns) -> list[Statement]:
    """What CloudWatchAgentServerPolicy allows, without X-Ray and parameters, and for this cluster's log groups.

    The agent asks EC2 what node it is on, because pods do not reach the metadata service:
    https://github.com/aws/amazon-cloudwatch-agent/pull/1139,
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/install-CloudWatch-Observability-EKS-addon.html
    """
    groups = environment.place.arn("logs", f"log-group:{INSIGHTS_PREFIX}/{environment.cluster_name}/*")
    # Of a cluster made here they are there; what is sent after a destroy must not make them again, without the key.
    make = [] if environment.makes_cluster else ["logs:CreateLogGroup"]
    write = [*make, "logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"]
    see = ["logs:DescribeLogGroups", "ec2:DescribeInstances", "ec2:DescribeTags", "ec2:DescribeVolumes"]
    namespace = Condition("StringLike", "cloudwatch:namespace", "ContainerInsights*")
    return [
        Statement("WriteLogs", write, [groups]),
        Statement("SendMetrics", ["cloudwatch:PutMetricData"], _ANY, conditions=[namespace]),
        Statement("SeeNodes", see, _ANY),
    ]


def _cluster_autoscaler(environment: KuberayEksConfig, _arns: EksArns) -> list[Statement]:
    """See node groups, and set the size of those that have room.

    EKS names their Auto Scaling groups and tags them, with the cluster's name too:
    https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/README.md
    """
    place, cluster = environment.place, environment.cluster_name
    bounds = {group: environment.node_bounds(group) for group in environment.ray_groups}
    groups = [
        place.arn("autoscaling", f"autoScalingGroup:*:autoScalingGroupName/eks-{group}-*")
        for group, bound in bounds.items()
        if bound.least < bound.most
    ]
    see = [
        *(f"autoscaling:Describe{what}" for what in ("AutoScalingGroups", "AutoScalingInstances", "ScalingActivities")),
        *(f"autoscaling:Describe{what}" for what in ("LaunchConfigurations", "Tags")),
        *("ec2:DescribeImages", "ec2:DescribeInstanceTypes", "ec2:DescribeLaunchTemplateVersions"),
        "ec2:GetInstanceTypesFromInstanceRequirements",
    ]
    own = Condition("StringEquals", f"aws:ResourceTag/k8s.io/cluster-autoscaler/{cluster}", "owned")
    scale = ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"]
    return [
        Statement("See", see, _ANY),
        Statement("SeeNodeGroups", ["eks:DescribeNodegroup"], [place.arn("eks", f"nodegroup/{cluster}/*/*")]),
        Statement("Scale", scale, groups, conditions=[own]),
    ]


def _key_for_volumes(place: Place, key_arn: str, service: str) -> list[Statement]:
    """Use of the key for what a service encrypts, and grants of it to that service."""
    via = Condition("StringEquals", "kms:ViaService", f"{service}.{place.region}.amazonaws.com")
    for_aws = Condition("Bool", "kms:GrantIsForAWSResource", "true")
    return [
        Statement("UseKey", USE_KEY, [key_arn], conditions=[via]),
        Statement("GrantKey", ["kms:CreateGrant"], [key_arn], conditions=[via, for_aws]),
    ]


_STATEMENTS: Mapping[str, Callable[[KuberayEksConfig, EksArns], list[Statement]]] = {
    RAY_HEAD: _ray,
    RAY_WORKER: _ray,
    CLUSTER_AUTOSCALER: _cluster_autoscaler,
    "ebs-csi": _ebs_csi,
    "efs-csi": _efs_csi,
    "fsx-csi": _fsx_csi,
    "s3-csi": _s3_csi,
    "cloudwatch": _cloudwatch,
}
