"""Only reads can be declared or made, and none fails unseen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from scripts.inventory import patience, s3
from scripts.inventory.coverage import NOT_IN_REGION
from scripts.inventory.guard import Guard, StateObject
from scripts.inventory.inventory import COLLECTORS, Inventory
from scripts.inventory.reader import Coverage, Reader
from scripts.inventory.reading import NotAReadError, Read, Unreadable, readable
from scripts.inventory.session import Session, session_for
from scripts.inventory.shape_check import fits
from tests.inventory.replayed import model_of

LIST_THINGS = Read("ec2", "DescribeVpcs", items="Vpcs", absent=("Gone",))
GET_THING = Read("s3", "GetBucketPolicy", absent=("NoSuchBucketPolicy",))


class FakeClient:
    """Answers every call with the same result, or raises it."""

    def __init__(self, result: Any) -> None:
        self.result = result
        self.meta = self
        self.events = self
        self.calls = 0
        self.service_model = SimpleNamespace(protocol="ec2")
        self.method_to_api_mapping = {"describe_vpcs": "DescribeVpcs"}

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
        self.calls += 1
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


class FakeSession(Session):
    guard = None

    def __init__(self, result: Any) -> None:
        object.__setattr__(self, "fake", FakeClient(result))

    def client(self, service: str) -> Any:
        return self.__dict__["fake"]

    def read_only(self, guard: Guard) -> Session:
        return self

    def offers(self, service: str) -> bool:
        return service != "memorydb"


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
def test_what_changes_or_discloses_cannot_be_declared(operation: str) -> None:
    with pytest.raises(NotAReadError):
        Read("any", operation)


EMULATOR = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


@pytest.fixture(scope="module")
def locked() -> Session:
    """A session that only reads; every call that is not refused ends here, and nothing is sent."""
    return session_for(EMULATOR, "us-west-2").read_only(Guard(StateObject("states", "production.tfstate")))


class SentError(Exception):
    """The call passed the lock."""


def client_of(locked: Session, service: str) -> Any:
    def stop(**_: Any) -> None:
        raise SentError

    client = locked.client(service)
    client.meta.events.register_first("before-sign", stop)
    return client


@pytest.mark.parametrize(
    ("service", "method", "arguments"),
    [
        ("ec2", "run_instances", {"MinCount": 1, "MaxCount": 1}),
        ("ec2", "create_tags", {"Resources": ["i-1"], "Tags": []}),
        ("ec2", "get_password_data", {"InstanceId": "i-1"}),
        ("ec2", "describe_bundle_tasks", {}),  # a read, but no declared one
        ("iam", "create_access_key", {}),
        ("s3", "delete_bucket", {"Bucket": "states"}),
        ("s3", "get_object", {"Bucket": "models", "Key": "production.tfstate"}),
        ("s3", "get_object", {"Bucket": "states", "Key": "other.tfstate"}),
        ("secretsmanager", "get_secret_value", {"SecretId": "ray-token"}),
        ("sts", "get_session_token", {}),
    ],
)
def test_a_client_refuses_whatever_is_no_declared_read(
    locked: Session, service: str, method: str, arguments: dict[str, Any]
) -> None:
    with pytest.raises(NotAReadError):
        getattr(client_of(locked, service), method)(**arguments)


@pytest.mark.parametrize(
    ("service", "method", "arguments"),
    [
        ("ec2", "describe_vpcs", {}),
        ("s3", "get_bucket_policy", {"Bucket": "models"}),
        ("s3", "get_object", {"Bucket": "states", "Key": "production.tfstate"}),
    ],
)
def test_declared_reads_and_the_state_pass(
    locked: Session, service: str, method: str, arguments: dict[str, Any]
) -> None:
    with pytest.raises(SentError):
        getattr(client_of(locked, service), method)(**arguments)


def test_a_reader_locks_the_clients_that_it_uses() -> None:
    with Reader(session_for(EMULATOR, "us-west-2")) as reader, pytest.raises(NotAReadError):
        reader._clients.of("ec2").delete_vpc(VpcId="vpc-1")


def test_each_part_of_the_inventory_has_one_collector() -> None:
    parts = {field.name for field in fields(Inventory)} - {"coverage", "state", "answers", "ray", "kubernetes"}
    assert set(COLLECTORS) == parts


def test_a_read_is_made_once_a_round(reader_of: Callable[[Any], Reader]) -> None:
    reader = reader_of({})
    assert reader.start(GET_THING, Bucket="a") is reader.start(GET_THING, Bucket="a")
    reader.start(GET_THING, Bucket="b")
    assert (reader.coverage().made, reader._session.client("s3").calls) == (2, 2)


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
def test_a_failed_read_says_what_failed(
    monkeypatch: pytest.MonkeyPatch, reader_of: Callable[[Any], Reader], result: Any, code: str
) -> None:
    monkeypatch.setattr(patience, "PATIENCE_SECONDS", 0)
    reader = reader_of(result)
    answer = reader.start(GET_THING, Bucket="models")
    unreadable = answer.parse(lambda found: found["Policy"])
    assert unreadable == Unreadable("s3:GetBucketPolicy", code, "models")


@pytest.mark.parametrize(("service", "code"), [("s3", "EndpointConnectionError"), ("memorydb", NOT_IN_REGION)])
def test_a_service_that_the_region_lacks_is_told_from_a_broken_network(
    reader_of: Callable[[Any], Reader], service: str, code: str
) -> None:
    reader = reader_of(EndpointConnectionError(endpoint_url="https://x"))
    reader.start(Read(service, "ListThings"))
    assert [unreadable.code for unreadable in reader.coverage().unreadable] == [code]


def test_a_throttled_read_is_asked_again(monkeypatch: pytest.MonkeyPatch, reader_of: Callable[[Any], Reader]) -> None:
    waits: list[float] = []
    reader = reader_of({"Policy": "{}"})
    client = reader._session.client("s3")

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            client.result = {"Policy": "{}"}

    client.result = refusal("SlowDown")
    monkeypatch.setattr(patience, "sleep", wait)
    assert reader.start(GET_THING).parse(lambda answer: answer["Policy"]) == "{}"
    assert len(waits) == 3
    assert all(
        least <= seconds <= most for seconds, (least, most) in zip(waits, [(0.5, 1), (1, 2), (2, 4)], strict=True)
    )


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


def test_coverage_tells_refused_from_unsupported_from_failed() -> None:
    codes = ["AccessDenied", "UnauthorizedOperation", "UnsupportedOperation", "ThrottlingException", NOT_IN_REGION]
    coverage = Coverage(9, tuple(Unreadable(f"a:Get{number}", code) for number, code in enumerate(codes)))
    assert [len(part) for part in (coverage.refused, coverage.unsupported, coverage.failed)] == [2, 2, 1]
    assert str(coverage) == (
        "9 reads: 4 answered, 2 refused (a:Get0, a:Get1), 2 not supported (a:Get2, a:Get4), "
        "1 failed (a:Get3 ThrottlingException)"
    )


@pytest.mark.parametrize(
    ("key", "does"),
    [
        ({"KeyId": "1", "Enabled": True, "AWSAccountId": "2", "Unheard": 1}, True),
        ({}, True),
        ({"KeyId": 7}, False),
        ({"KeyId": None}, False),
        ({"Enabled": "yes"}, False),
        ({"EncryptionAlgorithms": ["RSAES_OAEP_SHA_1"]}, True),
        ({"EncryptionAlgorithms": [None]}, False),
        ({"EncryptionAlgorithms": "RSAES_OAEP_SHA_1"}, False),
        ({"PendingDeletionWindowInDays": 7}, True),
        ({"PendingDeletionWindowInDays": True}, False),
        ([], False),
    ],
)
def test_an_answer_has_the_types_that_aws_says(key: Any, does: bool) -> None:
    shape = model_of("kms").operation_model("DescribeKey").output_shape
    assert fits({"KeyMetadata": key}, shape) is does


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


def test_a_list_whose_next_page_cannot_be_asked_for_is_not_taken_for_the_whole() -> None:
    with Reader(FakeSession({"Vpcs": [1], "NextToken": "more"})) as reader:
        assert reader.start(LIST_THINGS).parse(tuple) == Unreadable(LIST_THINGS.name, "an answer of unknown shape")
