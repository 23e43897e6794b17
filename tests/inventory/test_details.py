"""Tags in each service's form, and reads that follow from the state alone."""

from __future__ import annotations

from typing import Any, cast

import pytest

from scripts.inventory import details
from scripts.inventory.details import collect_details, default_parameter_group
from scripts.inventory.reader import Reader
from scripts.inventory.reading import Read
from scripts.inventory.scope import Scope
from scripts.state import Resource, State
from tests.audit.environments import load

TAGS = {"Name": "x", "Owner": "me"}
PAIRS = [{"Key": "Owner", "Value": "me"}, {"Key": "Name", "Value": "x"}]
ANSWERS: dict[str, Any] = {
    "kms:ListResourceTags": [{"TagKey": "Owner", "TagValue": "me"}, {"TagKey": "Name", "TagValue": "x"}],
    "logs:ListTagsForResource": {"tags": {"Owner": "me", "Name": "x"}},
    "memorydb:ListTags": PAIRS,
    "route53:ListTagsForResource": {"ResourceTagSet": {"Tags": PAIRS}},
}
STATE = State(
    tuple(
        Resource(f"{type_}.x", type_, {"id": "id-1", **attributes})
        for type_, attributes in {
            "aws_kms_key": {"arn": "arn:key"},
            "aws_kms_alias": {"name": "alias/x"},
            "aws_cloudwatch_log_group": {"arn": "arn:logs"},
            "aws_memorydb_user": {"arn": "arn:user"},
            "aws_memorydb_parameter_group": {"arn": "arn:group", "name": "x", "family": "memorydb_redis7"},
            "aws_route53_zone": {"zone_id": "Z1"},
            "aws_vpc": {},
            "aws_s3_bucket": {"bucket": "b"},
            "aws_ebs_volume": {},
            "aws_key_pair": {"key_name": "k"},
            "aws_placement_group": {"name": "p"},
        }.items()
    )
)


class Recorder:
    """In the place of a reader: answers at once, and remembers what was asked."""

    def __init__(self, answer: Any = None) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self._answer = answer

    def start(self, read: Read, **arguments: Any) -> Any:
        self.asked.append((read.name, arguments))
        return _Answered(ANSWERS.get(read.name) if self._answer is None else self._answer)


class _Answered:
    def __init__(self, value: Any) -> None:
        self._value = value

    def parse(self, parse: Any) -> Any:
        return parse(self._value)


def collected(recorder: Recorder) -> details.Details:
    return collect_details(cast("Reader", recorder), Scope(load("small"), STATE, "vpc-1"))


def test_tags_of_every_service_have_one_form() -> None:
    found = collected(Recorder()).tags
    assert set(found) == {"arn:key", "arn:logs", "arn:user", "arn:group", "Z1"}
    assert all(tags == TAGS and list(tags) == ["Name", "Owner"] for tags in cast("dict[str, Any]", found).values())


def test_what_is_gone_has_no_tags() -> None:
    recorder = Recorder(answer=[])
    assert set(map(len, cast("dict[str, Any]", collected(recorder).tags).values())) == {0}


def test_every_read_follows_from_the_state() -> None:
    recorder = Recorder()
    collected(recorder)
    asked = dict(recorder.asked)
    assert asked["kms:DescribeKey"] == {"KeyId": "alias/x"}
    assert asked["memorydb:DescribeParameters"] == {"ParameterGroupName": "default.memorydb-redis7"}
    assert asked["s3:GetBucketReplication"] == {"Bucket": "b"}
    assert asked["ec2:DescribeVolumes"] == {"Filters": [{"Name": "volume-id", "Values": ["id-1"]}]}
    assert asked["ec2:DescribeVpcAttribute"]["Attribute"] == "enableNetworkAddressUsageMetrics"
    assert len(recorder.asked) == 14


@pytest.mark.parametrize(("family", "group"), [("memorydb_valkey7", "default.memorydb-valkey7")])
def test_defaults_of_a_family(family: str, group: str) -> None:
    assert default_parameter_group(family) == group
