"""Everything of the region that carries the cluster's tag, wherever it stands and whatever service it is of.

One call to EC2 for all of its kinds, and the tagging API for the other services.
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeTags.html
https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from config.label import CLUSTER_TAG
from scripts.inventory import details
from scripts.inventory.endpoints import DESCRIBE_VPC_ENDPOINTS
from scripts.inventory.filters import one_of
from scripts.inventory.instances import DESCRIBE_INSTANCES
from scripts.inventory.instances import ENDED as ENDED_INSTANCE
from scripts.inventory.network import DESCRIBE_NAT_GATEWAYS
from scripts.inventory.reader import Answer, Reader
from scripts.inventory.reading import Read, Reading, Unreadable
from scripts.inventory.scope import Scope
from scripts.inventory.surroundings.network import ENDED
from scripts.inventory.surroundings.thing import Later, Managed, Thing, Things, parsed, together

DESCRIBE_TAGS = Read("ec2", "DescribeTags", items="Tags", page_size=1000)
GET_TAGGED_RESOURCES = Read("resourcegroupstaggingapi", "GetResources", items="ResourceTagMappingList", page_size=100)

_SERVICES = (
    "acm", "apigateway", "athena", "backup", "cloudformation", "cloudwatch", "dynamodb", "ecr", "ecs", "eks",
    "elasticache", "elasticfilesystem", "elasticloadbalancing", "elasticmapreduce", "fsx", "glue", "kinesis", "kms",
    "lambda", "logs", "rds", "redshift", "s3", "sagemaker", "secretsmanager", "sns", "sqs", "ssm", "states",
)  # fmt: skip
"""All but EC2, whose thousand workers would fill twenty pages. A name that AWS does not know fails the whole call.

https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/supported-services.html
"""
_BACKUP_OF_FSX = re.compile(r"arn:[a-z-]+:fsx:[a-z0-9-]+:\d{12}:backup/.+")
_ENDING = "PendingDeletion"
_JUDGED_AS_RULES = "security-group-rule"
"""Rules are compared with the declared ones, whatever their tags."""


def start_tags(reader: Reader, scope: Scope, managed: Managed) -> Things:
    """Start the two reads."""
    cluster = [*one_of("key", [CLUSTER_TAG]), *one_of("value", [managed.cluster])]
    lingering = (
        reader.start(DESCRIBE_INSTANCES, Filters=scope.vpc_filter),
        reader.start(DESCRIBE_NAT_GATEWAYS, Filter=scope.vpc_filter),
        reader.start(DESCRIBE_VPC_ENDPOINTS, Filters=scope.vpc_filter),
    )
    filters = [{"Key": CLUSTER_TAG, "Values": [managed.cluster]}]

    def of_ec2(answer: list[Any]) -> Iterator[Thing]:
        ended = _ended(lingering)
        for tag in answer:
            id_, kind = tag["ResourceId"], tag["ResourceType"]
            if kind != _JUDGED_AS_RULES and id_ not in ended:
                yield Thing(id_, managed=managed.has_any(id_), tagged=True, note=kind.replace("-", " "))

    def of_others(answer: list[Any]) -> Iterator[Thing]:
        for resource in answer:
            arn = resource["ResourceARN"]
            # CloudWatch's ARNs of log groups end in `:*` in one place and not in the other.
            known = managed.has_any(arn) or managed.has_any(arn.removesuffix(":*"))
            # It copies the tags of what it backs up.
            made_by = "AWS Backup made it" if ":recovery-point:" in arn else ""
            made_by = "FSx made it by the schedule of backups" if _BACKUP_OF_FSX.fullmatch(arn) else made_by
            yield Thing(arn, managed=known, tagged=True, made_by=made_by, note=arn.split(":")[2])

    return {
        "tagged": together(
            parsed(of_ec2, reader.start(DESCRIBE_TAGS, Filters=cluster)),
            _told_apart(
                reader,
                parsed(
                    of_others,
                    reader.start(GET_TAGGED_RESOURCES, TagFilters=filters, ResourceTypeFilters=list(_SERVICES)),
                ),
            ),
        )
    }


def _told_apart(reader: Reader, found: Later) -> Later:
    """The things with those keys explained that KMS is about to delete: they stay for weeks, with their tags."""

    def things() -> Reading[tuple[Thing, ...]] | None:
        listed = found()
        if listed is None or isinstance(listed, Unreadable):
            return listed
        keys = [thing.id for thing in listed if thing.note == "kms" and not thing.managed]
        started = {key: reader.start(details.DESCRIBE_ALIASED_KEY, KeyId=key) for key in keys}
        states = {key: answer.parse(_key_state) for key, answer in started.items()}
        unread = next((state for state in states.values() if isinstance(state, Unreadable)), None)
        ending = {key for key, state in states.items() if state == _ENDING}
        explained = (
            replace(each, made_by="KMS is about to delete it") if each.id in ending else each for each in listed
        )
        return unread or tuple(explained)

    return things


def _key_state(answer: Mapping[str, Any] | None) -> str:
    """One that is not found was deleted since."""
    return str(answer["KeyMetadata"]["KeyState"]) if answer else _ENDING


def _ended(answers: Iterable[Answer]) -> frozenset[str]:
    """What is gone: EC2 shows it and its tags for about an hour."""
    found = (answer.parse(lambda items: frozenset(_gone(items))) for answer in answers)
    return frozenset(id_ for ids in found if not isinstance(ids, Unreadable) for id_ in ids)


def _gone(items: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Ids from the answer of instances, of NAT gateways or of endpoints."""
    for item in items:
        for instance in item.get("Instances", ()):
            if instance["State"]["Name"] in ENDED_INSTANCE:
                yield instance["InstanceId"]
        if str(item.get("State", "")).lower() in ENDED:
            yield item.get("NatGatewayId") or item.get("VpcEndpointId") or ""
