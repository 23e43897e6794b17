"""What the head and the launcher may do in EC2, so that Ray makes the nodes of its own cluster and no others.

Which resources RunInstances asks about, and which condition keys each of them has:
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from config.label import CLUSTER_TAG
from config.place import Place
from config.ports import Tier
from config.ray_tags import RAY_CLUSTER, RAY_KIND, RAY_LAUNCH_CONFIG, RAY_NODE_TYPE
from config.statement import Condition, Statement

_ANY = ["*"]
_STATUS_TAGS = ("ray-node-status", "ray-runtime-config", "ray-file-mounts-contents")
"""What `ray up` writes on the head as it sets it up."""
_REUSE_TAGS: Mapping[Tier, Sequence[str]] = {
    "head": ("Name", RAY_KIND, RAY_NODE_TYPE, "ray-node-status", RAY_LAUNCH_CONFIG),
    "worker": ("Name", RAY_KIND, RAY_NODE_TYPE, "ray-node-status", RAY_LAUNCH_CONFIG, "ray-launch-request"),
}
"""What Ray writes at a launch, and anew on a stopped node that it starts again: `ray up` on the head, the autoscaler on
workers."""


@dataclass(frozen=True)
class Launch:
    """What nodes of one kind are launched with; ids and ARNs may be tokens."""

    kind: Tier
    type_names: Sequence[str]
    """Names of the node types."""
    instance_types: Sequence[str]
    image_ids: Sequence[str]
    subnet_ids: Sequence[str]
    security_group_id: str
    role_arn: str
    instance_profile_arn: str
    volume_types: Sequence[str]
    largest_volume_gib: int
    tag_keys: Sequence[str]
    """Keys of the tags that the configuration asks for; Ray adds its own."""
    spot: bool = False


@dataclass(frozen=True)
class Autoscaled:
    """The cluster whose nodes Ray makes."""

    name: str
    place: Place
    key_arn: str
    """Key of the volumes."""
    key_pair_name: str | None
    stops_nodes: bool
    """Whether idle nodes are stopped instead of terminated (`cache_stopped_nodes`)."""

    def ec2_arn(self, resource: str) -> str:
        """ARN of something of EC2's."""
        return self.place.arn("ec2", resource)


def head_statements(cluster: Autoscaled, launch: Launch) -> list[Statement]:
    """The autoscaler on the head: it sees instances, and launches and ends workers."""
    own = [_tagged(CLUSTER_TAG, cluster.name), _tagged(RAY_KIND, launch.kind)]
    return [
        Statement("SeeInstances", ["ec2:DescribeInstances"], _ANY),
        *_launch_statements(cluster, launch),
        _stop_statement(cluster, own) if cluster.stops_nodes else _terminate_statement(cluster, own),
        *([_tagging("RetagReusedWorkers", cluster, own, _REUSE_TAGS["worker"])] if cluster.stops_nodes else []),
    ]


def launcher_statements(cluster: Autoscaled, launch: Launch) -> list[Statement]:
    """`ray up` and `ray down`: they look around, launch the head, and end every node of the cluster.

    The instance types, subnets and security groups are read by `ray up` before it launches.
    """
    ours = _tagged(CLUSTER_TAG, cluster.name)
    own = [ours, Condition("StringEquals", f"aws:ResourceTag/{RAY_KIND}", ["head", "worker"])]
    own_head = [ours, _tagged(RAY_KIND, launch.kind)]
    describe = [f"ec2:Describe{what}" for what in ("Instances", "InstanceTypes", "SecurityGroups", "Subnets")]
    tags = dict.fromkeys([*_STATUS_TAGS, *(_REUSE_TAGS["head"] if cluster.stops_nodes else ())])
    return [
        Statement("LookAround", describe, _ANY),
        *_launch_statements(cluster, launch),
        *([_stop_statement(cluster, own)] if cluster.stops_nodes else []),
        # `make down` leaves no stopped node either.
        _terminate_statement(cluster, own),
        _tagging("TagHead", cluster, own_head, list(tags)),
    ]


def record_statements(place: Place, zone_id: str, name: str) -> list[Statement]:
    """A head that Terraform did not make writes its own address, and nothing else, into the private zone.

    It waits until the name servers know it: who asks too early is told for 15 minutes that there is none.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/specifying-rrset-conditions.html
    """
    keys = {"NormalizedRecordNames": name, "RecordTypes": "A", "Actions": "UPSERT"}
    conditions = [
        Condition("ForAllValues:StringEquals", f"route53:ChangeResourceRecordSets{key}", value)
        for key, value in keys.items()
    ]
    route53 = f"arn:{place.partition}:route53:::"
    return [
        Statement(
            "WriteOwnRecord",
            ["route53:ChangeResourceRecordSets"],
            [f"{route53}hostedzone/{zone_id}"],
            conditions=conditions,
        ),
        Statement("AwaitOwnRecord", ["route53:GetChange"], [f"{route53}change/*"]),
    ]


def _launch_statements(cluster: Autoscaled, launch: Launch) -> list[Statement]:
    """One for each kind of resource that a launch makes or uses, and for what follows from it."""
    run = ["ec2:RunInstances"]
    subnets = [cluster.ec2_arn(f"subnet/{subnet_id}") for subnet_id in launch.subnet_ids]
    tag_keys = {RAY_CLUSTER, *launch.tag_keys, *_REUSE_TAGS[launch.kind]}
    return [
        Statement("LaunchInstances", run, [cluster.ec2_arn("instance/*")], conditions=_instance(cluster, launch)),
        Statement(
            "LaunchVolumes",
            run,
            [cluster.ec2_arn("volume/*")],
            conditions=[
                Condition("Bool", "ec2:Encrypted", "true"),
                Condition("StringEquals", f"aws:RequestTag/{CLUSTER_TAG}", cluster.name),
                # A volume may outlive its node: no more of it than the largest node has.
                Condition("NumericLessThanEqualsIfExists", "ec2:VolumeSize", str(launch.largest_volume_gib)),
                Condition("StringEqualsIfExists", "ec2:VolumeType", launch.volume_types),
            ],
        ),
        Statement(
            "LaunchInterfaces",
            run,
            [cluster.ec2_arn("network-interface/*")],
            conditions=[
                # The key is there only when a request says whether it wants a public address; the subnets give none.
                Condition("BoolIfExists", "ec2:AssociatePublicIpAddress", "false"),
                Condition("ArnEquals", "ec2:Subnet", subnets),
            ],
        ),
        Statement("LaunchFrom", run, [*subnets, *_used(cluster, launch)]),
        *([Statement("LaunchSpot", run, [cluster.ec2_arn("spot-instances-request/*")])] if launch.spot else []),
        Statement(
            "TagAtLaunch",
            ["ec2:CreateTags"],
            [cluster.ec2_arn("instance/*"), cluster.ec2_arn("volume/*")],
            conditions=[
                Condition("StringEquals", "ec2:CreateAction", "RunInstances"),
                # Other tags may mean something to somebody else's policies.
                Condition("ForAllValues:StringEquals", "aws:TagKeys", sorted(tag_keys)),
            ],
        ),
        Statement(
            "PassRole",
            ["iam:PassRole"],
            [launch.role_arn],
            conditions=[Condition("StringEquals", "iam:PassedToService", _ec2_names(cluster.place))],
        ),
        *_key_statements(cluster),
    ]


def _ec2_names(place: Place) -> list[str]:
    """What IAM calls EC2; in China either, as in AWS's own AWSEC2SpotServiceRolePolicy."""
    return ["ec2.amazonaws.com", *(["ec2.amazonaws.com.cn"] if place.partition == "aws-cn" else [])]


def _instance(cluster: Autoscaled, launch: Launch) -> list[Condition]:
    return [
        Condition("StringEquals", f"aws:RequestTag/{RAY_CLUSTER}", cluster.name),
        Condition("StringEquals", f"aws:RequestTag/{CLUSTER_TAG}", cluster.name),
        Condition("StringEquals", f"aws:RequestTag/{RAY_KIND}", launch.kind),
        Condition("StringEquals", f"aws:RequestTag/{RAY_NODE_TYPE}", launch.type_names),
        Condition("StringEquals", "ec2:InstanceType", launch.instance_types),
        Condition("StringEquals", "ec2:MetadataHttpTokens", "required"),
        Condition("ArnEquals", "ec2:InstanceProfile", launch.instance_profile_arn),
        Condition("StringEqualsIfExists", "ec2:Tenancy", "default"),
    ]


def _used(cluster: Autoscaled, launch: Launch) -> list[str]:
    """What a launch uses, beside subnets; images have no account in their ARN."""
    place = cluster.place
    key_pair = cluster.key_pair_name
    return [
        *(f"arn:{place.partition}:ec2:{place.region}::image/{image_id}" for image_id in launch.image_ids),
        cluster.ec2_arn(f"security-group/{launch.security_group_id}"),
        *([cluster.ec2_arn(f"key-pair/{key_pair}")] if key_pair is not None else []),
    ]


def _key_statements(cluster: Autoscaled) -> list[Statement]:
    """Use of the volumes' key, only through EC2, and grants of it only to AWS.

    https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html
    """
    by_ec2 = Condition("StringEquals", "kms:ViaService", f"ec2.{cluster.place.region}.amazonaws.com")
    for_aws = Condition("Bool", "kms:GrantIsForAWSResource", "true")
    use = ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncrypt*"]
    return [
        Statement("UseVolumeKey", use, [cluster.key_arn], conditions=[by_ec2]),
        Statement("GrantVolumeKey", ["kms:CreateGrant"], [cluster.key_arn], conditions=[by_ec2, for_aws]),
    ]


def _terminate_statement(cluster: Autoscaled, own: Sequence[Condition]) -> Statement:
    return Statement("TerminateOwn", ["ec2:TerminateInstances"], [cluster.ec2_arn("instance/*")], conditions=own)


def _stop_statement(cluster: Autoscaled, own: Sequence[Condition]) -> Statement:
    """Nodes that are not needed are stopped, and started again."""
    actions = ["ec2:StartInstances", "ec2:StopInstances"]
    return Statement("StopAndStartOwn", actions, [cluster.ec2_arn("instance/*")], conditions=own)


def _tagging(sid: str, cluster: Autoscaled, own: Sequence[Condition], keys: Sequence[str]) -> Statement:
    """Later changes of tags: Ray's own ones, which never make another kind of node of it."""
    kind = next(each.value for each in own if each.variable == f"aws:ResourceTag/{RAY_KIND}")
    conditions = [
        *own,
        Condition("ForAllValues:StringEquals", "aws:TagKeys", keys),
        *([Condition("StringEqualsIfExists", f"aws:RequestTag/{RAY_KIND}", kind)] if RAY_KIND in keys else []),
    ]
    return Statement(sid, ["ec2:CreateTags"], [cluster.ec2_arn("instance/*")], conditions=conditions)


def _tagged(key: str, value: str) -> Condition:
    return Condition("StringEquals", f"aws:ResourceTag/{key}", value)
