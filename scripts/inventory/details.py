"""What only the comparison with Terraform's state asks for: tags that AWS tells apart, and settings nobody judges.

The answers are among the inventory's `answers`; the ids come from the state, so that no read waits for another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scripts.inventory.filters import in_batches
from scripts.inventory.instances import DESCRIBE_VOLUMES
from scripts.inventory.memorydb import DESCRIBE_PARAMETERS
from scripts.inventory.network import DESCRIBE_VPC_ATTRIBUTE
from scripts.inventory.reader import Answer, Reader
from scripts.inventory.reading import Read, Reading
from scripts.inventory.scope import Scope
from scripts.inventory.shapes import Tags, tags_of

LIST_KEY_TAGS = Read("kms", "ListResourceTags", items="Tags", absent=("NotFoundException",))
DESCRIBE_ALIASED_KEY = Read("kms", "DescribeKey", absent=("NotFoundException",))
"""Asked by the name of an alias: tells where it points, even when that is no key of ours any more."""
LIST_LOG_GROUP_TAGS = Read("logs", "ListTagsForResource", absent=("ResourceNotFoundException",))
LIST_MEMORYDB_TAGS = Read(
    "memorydb",
    "ListTags",
    items="TagList",
    absent=(
        "ClusterNotFoundFault",
        "ACLNotFoundFault",
        "UserNotFoundFault",
        "ParameterGroupNotFoundFault",
        "SubnetGroupNotFoundFault",
    ),
)
DESCRIBE_PARAMETER_GROUPS = Read(
    "memorydb", "DescribeParameterGroups", items="ParameterGroups", absent=("ParameterGroupNotFoundFault",)
)
GET_HOSTED_ZONE = Read("route53", "GetHostedZone", absent=("NoSuchHostedZone",))
LIST_ZONE_TAGS = Read("route53", "ListTagsForResource", absent=("NoSuchHostedZone",))
GET_BUCKET_REPLICATION = Read(
    "s3", "GetBucketReplication", absent=("NoSuchBucket", "ReplicationConfigurationNotFoundError")
)
DESCRIBE_KEY_PAIRS = Read("ec2", "DescribeKeyPairs", items="KeyPairs")
DESCRIBE_PLACEMENT_GROUPS = Read("ec2", "DescribePlacementGroups", items="PlacementGroups")

_MEMORYDB_TYPES = (
    "aws_memorydb_cluster",
    "aws_memorydb_acl",
    "aws_memorydb_user",
    "aws_memorydb_parameter_group",
    "aws_memorydb_subnet_group",
)


@dataclass(frozen=True)
class Details:
    """The tags of what shows them only when asked for them."""

    tags: Mapping[str, Reading[Tags]]
    """By ARN; by id for a hosted zone."""


def collect_details(reader: Reader, scope: Scope) -> Details:
    """Start all of these reads; what is gone has no tags."""
    tags = _start_tags(reader, scope)
    _start_settings(reader, scope)
    return Details({about: answer.parse(_tags) for about, answer in tags.items()})


def default_parameter_group(family: str) -> str:
    """The group with AWS's own values of a family: `default.memorydb-redis7`."""
    return f"default.{family.replace('_', '-')}"


def _start_tags(reader: Reader, scope: Scope) -> dict[str, Answer]:
    values = scope.state.values
    return {
        **{arn: reader.start(LIST_KEY_TAGS, KeyId=arn) for arn in values("aws_kms_key", "arn")},
        **{
            arn: reader.start(LIST_LOG_GROUP_TAGS, resourceArn=arn) for arn in values("aws_cloudwatch_log_group", "arn")
        },
        **{
            arn: reader.start(LIST_MEMORYDB_TAGS, ResourceArn=arn)
            for type_ in _MEMORYDB_TYPES
            for arn in values(type_, "arn")
        },
        **{
            zone: reader.start(LIST_ZONE_TAGS, ResourceId=zone, ResourceType="hostedzone")
            for zone in values("aws_route53_zone", "zone_id")
        },
    }


def _start_settings(reader: Reader, scope: Scope) -> None:
    values = scope.state.values
    for vpc in values("aws_vpc"):
        reader.start(DESCRIBE_VPC_ATTRIBUTE, VpcId=vpc, Attribute="enableNetworkAddressUsageMetrics")
    for alias in values("aws_kms_alias", "name"):
        reader.start(DESCRIBE_ALIASED_KEY, KeyId=alias)
    for zone in values("aws_route53_zone", "zone_id"):
        reader.start(GET_HOSTED_ZONE, Id=zone)
    for family in values("aws_memorydb_parameter_group", "family"):
        reader.start(DESCRIBE_PARAMETERS, ParameterGroupName=default_parameter_group(family))
    for group in values("aws_memorydb_parameter_group", "name"):
        reader.start(DESCRIBE_PARAMETER_GROUPS, ParameterGroupName=group)
    for bucket in values("aws_s3_bucket", "bucket"):
        reader.start(GET_BUCKET_REPLICATION, Bucket=bucket)
    _start_parts_of_nodes(reader, scope)


def _start_parts_of_nodes(reader: Reader, scope: Scope) -> None:
    started = (
        (DESCRIBE_KEY_PAIRS, "key-name", scope.state.values("aws_key_pair", "key_name")),
        (DESCRIBE_PLACEMENT_GROUPS, "group-name", scope.state.values("aws_placement_group", "name")),
        # By id: a volume that somebody has detached is no instance's any more.
        (DESCRIBE_VOLUMES, "volume-id", scope.state.values("aws_ebs_volume")),
    )
    for read, name, values in started:
        for filters in in_batches(name, values):
            reader.start(read, Filters=filters)


def _tags(answer: Any) -> Tags:
    """Each service has a form of its own: a list of pairs, a map, or a document that holds one of them."""
    if answer is None:
        return {}
    if isinstance(answer, list):
        return tags_of([{"Key": pair.get("Key", pair.get("TagKey")), "Value": _value(pair)} for pair in answer])
    if "ResourceTagSet" in answer:
        return tags_of(answer["ResourceTagSet"].get("Tags"))
    return dict(sorted(answer.get("tags", {}).items()))


def _value(pair: Mapping[str, str]) -> str:
    return pair.get("Value", pair.get("TagValue", ""))
