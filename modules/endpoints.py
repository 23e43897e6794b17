"""AWS services reached without leaving the VPC."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cdktf import TerraformResource
from constructs import Construct

from config.label import Label
from config.place import Place
from config.statement import ANYBODY, Condition, Statement
from modules.aws import VpcEndpoint
from modules.ids import THIS, construct_id
from modules.policy import policy_document


class S3GatewayEndpoint(Construct):
    """Define the S3 gateway endpoint on all route tables: free, and traffic to S3 does not pass a NAT gateway."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        label: Label,
        place: Place,
        vpc_id: str,
        route_table_ids: Sequence[str],
        readable_buckets: Sequence[str],
        writable_buckets: Sequence[str],
    ) -> None:
        super().__init__(scope, id_)
        VpcEndpoint(
            self,
            THIS,
            vpc_id=vpc_id,
            service_name=f"com.amazonaws.{place.region}.s3",
            vpc_endpoint_type="Gateway",
            route_table_ids=list(route_table_ids),
            policy=policy_document(self, "policy", _s3_policy(place, readable_buckets, writable_buckets)),
            tags=label.tags("s3"),
        )


class InterfaceEndpoints(Construct):
    """Define interface endpoints with private DNS names, for principals of this account only.

    With `others_pull` whoever has a login of a registry pulls images through those of ECR, whose names stand for the
    registries of all accounts. Pushing stays within the account. With `web_identity` whoever has a token that a role
    of the account trusts takes it on: such a call has no principal yet.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        services: Sequence[str],
        label: Label,
        place: Place,
        vpc_id: str,
        subnet_ids: Mapping[str, str],
        security_group_id: str,
        others_pull: bool,
        web_identity: bool,
    ) -> None:
        super().__init__(scope, id_)
        own = [*_own_principals(place), *([_take_on_roles(place)] if web_identity else [])]
        policy = policy_document(self, "policy", own)
        registries = [service for service in services if others_pull and service.startswith("ecr.")]
        pulling = policy_document(self, "registry_policy", [*own, _pull_images()]) if registries else policy
        self._endpoints = [
            VpcEndpoint(
                self,
                construct_id(service),
                vpc_id=vpc_id,
                service_name=f"com.amazonaws.{place.region}.{service}",
                vpc_endpoint_type="Interface",
                private_dns_enabled=True,
                subnet_ids=list(subnet_ids.values()),
                security_group_ids=[security_group_id],
                policy=pulling if service in registries else policy,
                tags=label.tags(service),
            )
            for service in services
        ]

    @property
    def ways_out(self) -> list[TerraformResource]:
        """What nodes without another way out need at their first boot."""
        return list(self._endpoints)


def _own_principals(place: Place) -> list[Statement]:
    """Credentials of another account, brought into the VPC, get nowhere."""
    own = Condition("StringEquals", "aws:PrincipalAccount", place.account_id)
    return [Statement("OwnAccount", ["*"], ["*"], principals=ANYBODY, conditions=[own])]


def _take_on_roles(place: Place) -> Statement:
    roles = [place.iam_arn("role/*")]
    return Statement("WebIdentity", ["sts:AssumeRoleWithWebIdentity"], roles, principals=ANYBODY)


def _pull_images() -> Statement:
    """Reading carries nothing out."""
    actions = ["GetAuthorizationToken", "BatchCheckLayerAvailability", "BatchGetImage", "GetDownloadUrlForLayer"]
    return Statement("PullImages", [f"ecr:{action}" for action in actions], ["*"], principals=ANYBODY)


_READ = (
    *("s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectTagging"),
    *("s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:GetBucketLocation"),
)
"""What fsspec, Spark and boto3 ask of a bucket that they only read."""
_WRITE = ("s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts")


def _s3_policy(place: Place, readable: Sequence[str], writable: Sequence[str]) -> list[Statement]:
    """The account's own buckets, those that AWS serves packages, images and agents from, and those that are named.

    Buckets: https://docs.aws.amazon.com/systems-manager/latest/userguide/ssm-agent-technical-details.html,
    https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html (image layers) and
    https://docs.aws.amazon.com/linux/al2023/ug/managing-repos-os-updates.html (packages).
    """
    published = [
        f"al2023-repos-{place.region}-de612dc2",
        f"prod-{place.region}-starport-layer-bucket",
        f"amazon-ssm-{place.region}",
        f"aws-ssm-{place.region}",
        f"amazoncloudwatch-agent-{place.region}",
    ]
    own = Condition("StringEquals", "aws:ResourceAccount", place.account_id)
    return [
        *_named(place, "Named", _READ, readable),
        *_named(place, "Writable", [*_READ, *_WRITE], writable),
        Statement("OwnBuckets", ["s3:*"], ["*"], principals=ANYBODY, conditions=[own]),
        Statement(
            "PublishedByAws",
            ["s3:GetObject"],
            [place.s3_arn(f"{bucket}/*") for bucket in published],
            principals=ANYBODY,
        ),
    ]


def _named(place: Place, sid: str, actions: Sequence[str], buckets: Sequence[str]) -> list[Statement]:
    """Whatever account the buckets are of."""
    named = [place.s3_arn(resource) for bucket in buckets for resource in (bucket, f"{bucket}/*")]
    return [Statement(sid, actions, named, principals=ANYBODY)] if named else []
