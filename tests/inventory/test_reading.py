"""Only reads can be declared or made, and none fails unseen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from scripts.inventory import (
    dns,
    efs,
    endpoints,
    iam,
    images,
    instances,
    kms,
    logs,
    memorydb,
    network,
    s3,
    secrets,
    security_groups,
)
from scripts.inventory.reader import Reader, refuse_changes
from scripts.inventory.reading import NotAReadError, Read, Unreadable, readable
from scripts.inventory.session import Session

MODULES = (dns, efs, endpoints, iam, images, instances, kms, logs, memorydb, network, s3, secrets, security_groups)
READS = [read for module in MODULES for read in vars(module).values() if isinstance(read, Read)]
LIST_THINGS = Read("ec2", "DescribeVpcs", items="Vpcs", absent=("Gone",))
GET_THING = Read("s3", "GetBucketPolicy", absent=("NoSuchBucketPolicy",))


class FakeClient:
    """Answers every call with the same result, or raises it."""

    def __init__(self, result: Any) -> None:
        self.result = result
        self.meta = self
        self.events = self
        self.hooks: list[Callable[..., None]] = []

    def register(self, _event: str, hook: Callable[..., None]) -> None:
        self.hooks.append(hook)

    def can_paginate(self, _method: str) -> bool:
        return isinstance(self.result, list)

    def get_paginator(self, _method: str) -> FakeClient:
        return self

    def paginate(self, **_: Any) -> list[Any]:
        pages: list[Any] = self.result
        return pages

    def __getattr__(self, _method: str) -> Callable[..., Any]:
        return self._answer

    def _answer(self, **_: Any) -> Any:
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


class FakeSession(Session):
    def __init__(self, result: Any) -> None:
        object.__setattr__(self, "fake", FakeClient(result))

    def client(self, service: str) -> Any:
        return self.__dict__["fake"]


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code}}, "Operation")


@pytest.fixture
def reader_of() -> Iterator[Callable[[Any], Reader]]:
    made: list[Reader] = []

    def make(result: Any) -> Reader:
        made.append(Reader(FakeSession(result)))
        return made[-1]

    yield make
    for reader in made:
        reader.__exit__()


@pytest.mark.parametrize(
    "operation",
    ["RunInstances", "PutBucketPolicy", "DeleteVpc", "CreateTags", "GetSecretValue", "GetObject", "GetParameter"],
)
def test_what_changes_or_discloses_cannot_be_declared_or_called(operation: str) -> None:
    with pytest.raises(NotAReadError):
        Read("any", operation)
    with pytest.raises(NotAReadError):
        refuse_changes(model=type("Model", (), {"name": operation}))


def test_every_declared_read_only_reads() -> None:
    assert len(READS) > 35
    assert {read.operation for read in READS if not read.operation.startswith(("Describe", "Get", "List"))} == set()


def test_a_client_refuses_a_change_before_it_is_sent(reader_of: Callable[[Any], Reader]) -> None:
    reader = reader_of({})
    reader.start(GET_THING).parse(str)
    assert reader._session.client("s3").hooks == [refuse_changes]


def test_pages_are_joined(reader_of: Callable[[Any], Reader]) -> None:
    reader = reader_of([{"Vpcs": [1]}, {}, {"Vpcs": [2, 3]}])
    assert reader.start(LIST_THINGS).parse(tuple) == (1, 2, 3)


@pytest.mark.parametrize(
    ("result", "code"),
    [
        (refusal("AccessDenied"), "AccessDenied"),
        (refusal("ThrottlingException"), "ThrottlingException"),
        (ReadTimeoutError(endpoint_url="https://x"), "ReadTimeoutError"),
        (RuntimeError("anything"), "RuntimeError"),
        ({"Garbage": 1}, "an answer of unknown shape"),
    ],
)
def test_a_failed_read_says_what_failed(reader_of: Callable[[Any], Reader], result: Any, code: str) -> None:
    reader = reader_of(result)
    answer = reader.start(GET_THING, Bucket="models")
    unreadable = answer.parse(lambda found: found["Policy"])
    assert unreadable == Unreadable("s3:GetBucketPolicy", code, "models")


def test_absent_is_an_answer(reader_of: Callable[[Any], Reader]) -> None:
    assert reader_of(refusal("NoSuchBucketPolicy")).start(GET_THING).parse(lambda found: found) is None
    assert reader_of(refusal("Gone")).start(LIST_THINGS).parse(tuple) == ()


def test_coverage_counts_what_failed(reader_of: Callable[[Any], Reader]) -> None:
    reader = reader_of(refusal("AccessDenied"))
    reader.start(GET_THING, Bucket="a")
    reader.start(GET_THING, Bucket="b")
    coverage = reader.coverage()
    assert coverage.made == 2
    assert [unreadable.about for unreadable in coverage.unreadable] == ["a", "b"]


def test_coverage_counts_an_answer_that_nobody_understands_once(reader_of: Callable[[Any], Reader]) -> None:
    reader = reader_of({"Garbage": 1})
    answer = reader.start(GET_THING, Bucket="a")
    for _ in range(2):
        answer.parse(lambda found: found["Policy"])
    assert [str(each) for each in reader.coverage().unreadable] == [
        "s3:GetBucketPolicy a gave an answer of unknown shape"
    ]


RULE = {"ID": "x", "Status": "Enabled"}
TAGS = [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]


@pytest.mark.parametrize(
    ("rule", "filters"),
    [
        ({"Filter": {"Prefix": ""}}, ()),
        ({"Filter": {}}, ()),
        ({"Prefix": ""}, ()),
        ({"Prefix": "old/"}, ("Prefix old/",)),
        ({"Filter": {"Prefix": "x/"}}, ("Prefix x/",)),
        ({"Filter": {"Tag": TAGS[0]}}, ("tag a=1",)),
        ({"Filter": {"ObjectSizeGreaterThan": 5}}, ("ObjectSizeGreaterThan 5",)),
        ({"Filter": {"And": {"Prefix": "x/", "Tags": TAGS}}}, ("Prefix x/", "tag a=1", "tag b=2")),
    ],
)
def test_what_narrows_a_lifecycle_rule_is_read(
    rule: dict[str, Any], filters: tuple[str, ...], reader_of: Callable[[Any], Reader]
) -> None:
    assert rule_of(rule, reader_of).filters == filters


@pytest.mark.parametrize(
    ("rule", "others"),
    [
        ({"Expiration": {"Days": 5}}, ()),
        ({"Expiration": {"Date": "2026-12-01"}}, ("Expiration.Date 2026-12-01",)),
        ({"Expiration": {"ExpiredObjectDeleteMarker": True}}, ("Expiration.ExpiredObjectDeleteMarker True",)),
        ({"Transitions": [{"Date": "2026-12-01", "StorageClass": "GLACIER"}]}, ("move to GLACIER on 2026-12-01",)),
        (
            {"NoncurrentVersionTransitions": [{"NoncurrentDays": 30, "StorageClass": "GLACIER"}]},
            ("move old versions to GLACIER after 30",),
        ),
    ],
)
def test_what_a_lifecycle_rule_does_beside_days_is_read(
    rule: dict[str, Any], others: tuple[str, ...], reader_of: Callable[[Any], Reader]
) -> None:
    assert rule_of(rule, reader_of).others == others


def rule_of(rule: dict[str, Any], reader_of: Callable[[Any], Reader]) -> s3.LifecycleRule:
    answer = reader_of({"Rules": [{**RULE, **rule}]}).start(s3.GET_BUCKET_LIFECYCLE, Bucket="a")
    (found,) = readable(answer.parse(s3._lifecycle))
    return found
