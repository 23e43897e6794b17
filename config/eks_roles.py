"""The roles of a cluster: who takes them on, what the cluster and its nodes may do, and who else uses the key."""

from __future__ import annotations

from config.kuberay_eks import KuberayEksConfig
from config.permissions import USE_KEY, session_statements
from config.place import Place
from config.service_accounts import ServiceAccount
from config.statement import ANYBODY, Condition, Statement


def pod_identity_trust(environment: KuberayEksConfig, account: ServiceAccount) -> Statement:
    """EKS Pod Identity, for one service account of one cluster; EKS says which with the session's tags.

    https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html
    """
    tags = {
        "eks-cluster-name": environment.cluster_name,
        "kubernetes-namespace": account.namespace,
        "kubernetes-service-account": account.name,
    }
    return Statement(
        "PodIdentity",
        ["sts:AssumeRole", "sts:TagSession"],
        principals={"Service": ["pods.eks.amazonaws.com"]},
        conditions=[
            Condition("StringEquals", "aws:SourceAccount", environment.account_id),
            *(Condition("StringEquals", f"aws:RequestTag/{tag}", value) for tag, value in tags.items()),
        ],
    )


def web_identity_trust(account: ServiceAccount, provider_arn: str, issuer: str) -> Statement:
    """The cluster's OIDC provider, for one service account; the issuer is without `https://`.

    https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html
    """
    return Statement(
        "WebIdentity",
        ["sts:AssumeRoleWithWebIdentity"],
        principals={"Federated": [provider_arn]},
        conditions=[
            Condition("StringEquals", f"{issuer}:aud", "sts.amazonaws.com"),
            Condition("StringEquals", f"{issuer}:sub", f"system:serviceaccount:{account.namespace}:{account.name}"),
        ],
    )


def cluster_statements(key_arn: str, place: Place) -> list[Statement]:
    """What EKS documents as the least, which makes no load balancers, and the key for Kubernetes secrets.

    AmazonEKSClusterPolicy would let it change groups, routes and volumes of the whole account.
    https://docs.aws.amazon.com/eks/latest/userguide/cluster-iam-role.html
    """
    instances = place.arn("ec2", "instance/*")
    cluster_tags = Condition("ForAnyValue:StringLike", "aws:TagKeys", "kubernetes.io/cluster/*")
    described = ("Instances", "NetworkInterfaces", "Vpcs", "DhcpOptions", "AvailabilityZones", "InstanceTopology")
    return [
        Statement("TagInstances", ["ec2:CreateTags"], [instances], conditions=[cluster_tags]),
        Statement("See", [f"ec2:Describe{what}" for what in described], ["*"]),
        Statement("SecretsKey", ["kms:Encrypt", "kms:Decrypt", "kms:DescribeKey", "kms:ListGrants"], [key_arn]),
    ]


def node_managed_policy_arns(place: Place) -> list[str]:
    """What a node needs to join, to hand out Pod Identity, and to pull images, AWS's own too: of any registry."""
    names = ("AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly")
    return [f"arn:{place.partition}:iam::aws:policy/{name}" for name in names]


def node_statements() -> list[Statement]:
    """Session Manager, without the parameters that AmazonSSMManagedInstanceCore reads. No data: pods have roles."""
    return session_statements()


def key_users(environment: KuberayEksConfig) -> list[Statement]:
    """Roles of AWS services that use the key with no rights of their own.

    A key's policy cannot name a role that is not there yet, a condition can.
    https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html
    https://docs.aws.amazon.com/fsx/latest/LustreGuide/s3-server-side-encryption-support.html
    """
    scaling = "autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
    users = _service_role(environment.place, "Volumes", scaling, grants=True)
    if environment.fsx is not None and environment.fsx.linked_bucket is not None:
        link = "s3.data-source.lustre.fsx.amazonaws.com/AWSServiceRoleForFSxS3Access_*"
        users += _service_role(environment.place, "LinkedBucket", link, grants=False)
    return users


def _service_role(place: Place, sid: str, role: str, *, grants: bool) -> list[Statement]:
    who = Condition("ArnLike", "aws:PrincipalArn", place.iam_arn(f"role/aws-service-role/{role}"))
    for_aws = Condition("Bool", "kms:GrantIsForAWSResource", "true")
    use = Statement(sid, USE_KEY, ["*"], principals=ANYBODY, conditions=[who])
    grant = Statement(f"Grant{sid}", ["kms:CreateGrant"], ["*"], principals=ANYBODY, conditions=[who, for_aws])
    return [use, grant] if grants else [use]
