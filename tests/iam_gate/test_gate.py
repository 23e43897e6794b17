"""The proxy: who passes, what is noted, and the process of its own."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.parse
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from config.paths import ROOT
from tests.iam_gate import Decision, Gate, Principal, StatementId, read_log
from tests.iam_gate.conftest import TRUST, Clients
from tests.iam_gate.policies import REGION, allow, document

LOOK = document(allow("Look", "ec2:DescribeVpcs"))


def test_only_registered_keys_pass(gate: Gate, clients: Clients) -> None:
    with pytest.raises(ClientError, match="UnauthorizedOperation"):
        clients("ec2", "AKIANOBODY").describe_vpcs()
    with pytest.raises(ClientError, match="AccessDenied"):
        clients("sts", "AKIANOBODY").get_caller_identity()
    assert {each.reason for each in gate.denied()} == {"unknown access key"}


def test_the_administrator_passes_and_leaves_no_line(gate: Gate, clients: Clients) -> None:
    assert clients("memorydb", "test").describe_clusters()["Clusters"] == []
    assert gate.decisions() == []


def test_requests_without_a_signature_are_denied(gate: Gate) -> None:
    address = urllib.parse.urlsplit(gate.endpoint).netloc
    for method, path in (("POST", "/moto-api/reset"), ("GET", "/_rayform/identity"), ("HEAD", "/bucket")):
        with closing(http.client.HTTPConnection(address)) as connection:
            connection.request(method, path)
            assert connection.getresponse().status == 403
    assert [each.principal for each in gate.denied()] == ["nobody"] * 3


def test_an_empty_policy_denies_and_a_statement_flips_it(gate: Gate, clients: Clients) -> None:
    ec2 = clients("ec2", "AKIALOOK")
    gate.register("AKIALOOK", Principal("looker", {}))
    with pytest.raises(ClientError, match=r"looker is not authorized to perform: ec2:DescribeVpcs on resource: \*"):
        ec2.describe_vpcs()
    gate.register("AKIALOOK", Principal("looker", {"p": LOOK}))
    assert ec2.describe_vpcs()["Vpcs"]
    gate.register("AKIALOOK", Principal("looker", {"p": LOOK}).without("Look"))
    with pytest.raises(ClientError, match="UnauthorizedOperation"):
        ec2.describe_vpcs()
    assert [each.allowed for each in gate.decisions()] == [False, True, False]
    assert gate.used_statements() == gate.needed_statements() == {StatementId("looker", "p", "Look")}


def test_who_may_do_everything_may_not_do_what_is_not_understood(gate: Gate, clients: Clients) -> None:
    gate.register("AKIAALL", Principal("all", {"p": document(allow("All", "*"))}))
    assert clients("ec2", "AKIAALL").describe_vpcs()["Vpcs"]
    for service, call in (("ec2", "create_internet_gateway"), ("memorydb", "describe_clusters"), ("iam", "list_users")):
        with pytest.raises(ClientError, match="not translated"):
            getattr(clients(service, "AKIAALL"), call)()
    assert [each.request for each in gate.denied()][0::2] == ["ec2:CreateInternetGateway", "iam:ListUsers"]


def test_a_statement_that_is_not_alone_is_not_needed(gate: Gate, clients: Clients) -> None:
    two = document(allow("Look", "ec2:DescribeVpcs"), allow("LookAgain", "ec2:Describe*"))
    gate.register("AKIALOOK", Principal("looker", {"p": two}))
    clients("ec2", "AKIALOOK").describe_vpcs()
    assert {each.sid for each in gate.used_statements()} == {"Look", "LookAgain"}
    assert gate.needed_statements() == set()


def test_a_role_is_taken_from_iam(gate: Gate, clients: Clients) -> None:
    iam = clients("iam", "test")
    iam.create_role(RoleName="real", Path="/app/", AssumeRolePolicyDocument=TRUST, Tags=[{"Key": "a", "Value": "b"}])
    iam.put_role_policy(RoleName="real", PolicyName="inline", PolicyDocument=json.dumps(LOOK))
    managed = iam.create_policy(PolicyName="managed", PolicyDocument=json.dumps(document(allow("S", "s3:*"))))
    iam.attach_role_policy(RoleName="real", PolicyArn=managed["Policy"]["Arn"])
    found = Principal.of_role(iam, "real")
    assert found.arn == "arn:aws:iam::123456789012:role/app/real"
    assert {(each.policy, each.sid) for each in found.statement_ids} == {("inline", "Look"), ("managed", "S")}
    assert found.tags == {"a": "b"}


def test_an_emulator_that_is_gone_is_no_denial() -> None:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        upstream = f"http://127.0.0.1:{free.getsockname()[1]}"
    with Gate(upstream, {"AKIALOOK": Principal("looker", {"p": LOOK})}) as gate:
        with client(gate.endpoint) as ec2, pytest.raises(ResponseParserError, match="the emulator does not answer"):
            ec2.describe_vpcs()
        assert [each.allowed for each in gate.decisions()] == [True]


def client(endpoint: str) -> Any:
    return closing(
        boto3.client(
            "ec2",
            endpoint_url=endpoint,
            region_name=REGION,
            aws_access_key_id="AKIALOOK",
            aws_secret_access_key="any",
            config=Config(retries={"total_max_attempts": 1}),
        )
    )


def write(file: Path, principals: dict[str, Any]) -> None:
    new = file.with_suffix(".new")
    new.write_text(json.dumps(principals), encoding="utf-8")
    new.rename(file)


@pytest.fixture
def process(emulator: str, tmp_path: Path) -> Iterator[str]:
    """Endpoint of a gate that runs by itself."""
    write(tmp_path / "principals.json", {})
    files = ["--principals", str(tmp_path / "principals.json"), "--log", str(tmp_path / "log.jsonl")]
    command = [sys.executable, "-m", "tests.iam_gate", "--listen", "127.0.0.1:0", "--upstream", emulator, *files]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
    ) as running:
        assert running.stdout is not None
        yield running.stdout.readline().split()[1]
        running.send_signal(signal.SIGTERM)
        assert running.wait(timeout=30) == 0


def test_a_process_of_its_own_follows_its_file(process: str, tmp_path: Path) -> None:
    with client(process) as ec2:
        with pytest.raises(ClientError, match="unknown access key"):
            ec2.describe_vpcs()
        write(tmp_path / "principals.json", {"AKIALOOK": Principal("looker", {"p": LOOK}).to_dict()})
        assert ec2.describe_vpcs()["Vpcs"]
        (tmp_path / "principals.json").write_text("{", encoding="utf-8")
        with pytest.raises(ClientError, match="not translated"):
            ec2.describe_vpcs()
    found = read_log(tmp_path / "log.jsonl")
    assert [each.allowed for each in found] == [False, True, False]
    look = StatementId("looker", "p", "Look")
    assert found[1] == Decision(2, "ec2:DescribeVpcs", "looker", "ec2:DescribeVpcs", "*", True, (look,))
    assert found[1].context["aws:requestedregion"] == [REGION]
