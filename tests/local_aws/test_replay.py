from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scripts.local_aws.replay import REMEMBERED, Environ, Replay, StartResponse
from tests.local_aws.conftest import Clients


class Counting:
    """An application that says how often it was asked."""

    def __init__(self, status: str = "200 OK") -> None:
        self.calls = 0
        self.status = status

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        self.calls += 1
        start_response(self.status, [("X-Call", str(self.calls))])
        return [str(self.calls).encode()]


def ask(replay: Replay, application: Counting, identity: str | None) -> tuple[str, list[tuple[str, str]], bytes]:
    answers: list[tuple[str, list[tuple[str, str]]]] = []
    environ = {"HTTP_AMZ_SDK_INVOCATION_ID": identity} if identity else {}
    body = replay.once(environ, lambda *given: answers.append(given[:2]), application)
    return (*answers[-1], b"".join(body))


def test_a_repeated_request_is_done_once_and_answered_alike() -> None:
    replay, application = Replay(), Counting()
    assert ask(replay, application, "a") == ask(replay, application, "a") == ("200 OK", [("X-Call", "1")], b"1")
    assert ask(replay, application, "b")[2] == b"2"


def test_requests_without_an_id_are_never_the_same() -> None:
    replay, application = Replay(), Counting()
    assert [ask(replay, application, None)[2] for _ in range(2)] == [b"1", b"2"]


def test_what_failed_on_our_side_is_tried_again() -> None:
    replay, application = Replay(), Counting("500 Internal Server Error")
    assert [ask(replay, application, "a")[2] for _ in range(2)] == [b"1", b"2"]


def test_memory_is_bounded() -> None:
    replay, application = Replay(), Counting()
    for number in range(REMEMBERED + 1):
        ask(replay, application, str(number))
    assert ask(replay, application, "0")[2] == str(REMEMBERED + 2).encode()


def test_the_second_attempt_of_an_sdk_gives_the_same_flow_log(aws: Clients) -> None:
    ec2: Any = aws("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    role = aws("iam").create_role(RoleName="replayed-flow-logs", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    ec2.meta.events.register("before-send.ec2.CreateFlowLogs", _fixed_id)
    wanted = {"ResourceIds": [vpc], "ResourceType": "VPC", "TrafficType": "ALL"}
    try:
        found = [
            ec2.create_flow_logs(**wanted, LogGroupName="replayed", DeliverLogsPermissionArn=role)["FlowLogIds"]
            for _ in range(2)
        ]
    finally:
        ec2.meta.events.unregister("before-send.ec2.CreateFlowLogs", _fixed_id)
    assert found[0] == found[1]


TRUST = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",'
    '"Principal":{"Service":"vpc-flow-logs.amazonaws.com"}}]}'
)


def _fixed_id(request: Any, **_: Any) -> None:
    request.headers["amz-sdk-invocation-id"] = "the-same"
