"""What `make bench-audit` measures with: the proxy, the thousand workers, the commands. No time is asserted here."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from scripts.aws_proxy.http import Request, Response
from scripts.aws_proxy.proxy import Proxy
from scripts.bench.audit.cli import command, one_after_the_other
from scripts.bench.audit.fleet import Fleet
from scripts.inventory.answers import Asked
from scripts.inventory.instances import DESCRIBE_INSTANCES
from scripts.inventory.s3 import GET_BUCKET_POLICY


class Upstream(BaseHTTPRequestHandler):
    """Counts, and says what it was asked."""

    asked = 0

    def do_POST(self) -> None:
        type(self).asked += 1
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(418 if b"broken" in body else 200)
        self.end_headers()
        self.wfile.write(b"you said " + body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def upstream() -> Iterator[str]:
    Upstream.asked = 0
    server = ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def ask(endpoint: str, body: str) -> str:
    request = urllib.request.Request(endpoint, data=body.encode())
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        return f"{error.code}: {error.read().decode()}"


def test_the_proxy_asks_once_and_then_answers_by_itself(upstream: str) -> None:
    with Proxy(upstream, delay_seconds=0) as proxy, ThreadPoolExecutor(20) as pool:
        assert ask(proxy.endpoint, "a") == "you said a"
        assert set(pool.map(lambda _: ask(proxy.endpoint, "a"), range(100))) == {"you said a"}
        assert ask(proxy.endpoint, "broken") == "418: you said broken"
        assert (Upstream.asked, len(proxy.forwarded)) == (2, 2)


def request_of(body: str, **headers: str) -> Request:
    return Request("POST", "/", headers, body.encode())


def test_calls_are_the_same_whenever_they_are_made_and_whoever_signs() -> None:
    signed = "AWS4-HMAC-SHA256 Credential=test/20261121/us-west-2/ec2/aws4_request, Signature=1"
    first = request_of("Action=GetMetricData&EndTime=2026-11-21T14%3A00%3A00Z", authorization=signed)
    later = request_of("Action=GetMetricData&EndTime=2026-11-21T15%3A30%3A00Z", authorization=signed[:-1] + "2")
    assert first.service == "ec2"
    assert first.key == later.key
    assert first.key != request_of("Action=GetMetricData&EndTime=2026-11-21T14%3A00%3A00Z").key
    assert request_of("a").key != request_of("b").key


WORKER = (
    "<item><reservationId>r-0123456789abcdef0</reservationId><instancesSet><item>"
    "<instanceId>i-0123456789abcdef0</instanceId><privateIpAddress>10.20.0.5</privateIpAddress>"
    "<tagSet><item><key>Name</key><value>ray-production-worker-cpu-0</value></item></tagSet></item></instancesSet></item>"
)
ANSWER = f"<R><requestId>1</requestId><reservationSet>{WORKER}</reservationSet></R>"


def test_a_thousand_workers_come_in_pages() -> None:
    recorded = {request_of("Action=DescribeInstances").key: Response(200, (), ANSWER.encode())}
    fleet = Fleet(recorded, workers=1000)
    first = fleet.substitute(request_of("Action=DescribeInstances&MaxResults=600"))
    second = fleet.substitute(request_of("Action=DescribeInstances&MaxResults=600&NextToken=600"))
    assert first is not None
    assert second is not None
    pages = [first.body.decode(), second.body.decode()]
    assert [page.count("<instanceId>") for page in pages] == [600, 401]
    assert ["<nextToken>600</nextToken>" in page for page in pages] == [True, False]
    ids = {part.split("<")[0] for page in pages for part in page.split("<instanceId>")[1:]}
    assert len(ids) == 1001
    assert fleet.substitute(request_of("Action=DescribeVpcs")) is None


def test_a_read_as_a_command() -> None:
    asked = Asked(GET_BUCKET_POLICY, {"Bucket": "models"}, None)
    found = command(Path("aws"), asked, "us-west-2")
    assert found[:3] == ["aws", "s3api", "get-bucket-policy"]
    assert json.loads(found[-1]) == {"Bucket": "models"}


def test_a_command_that_fails_counts_only_where_there_is_nothing(tmp_path: Path) -> None:
    aws = tmp_path / "aws"
    aws.write_text("#!/bin/sh\nexit 254\n")
    aws.chmod(0o755)
    asked = [Asked(GET_BUCKET_POLICY, {"Bucket": "models"}, None), Asked(DESCRIBE_INSTANCES, {}, ["one"])]
    done = one_after_the_other(aws, asked, {"PATH": "/usr/bin:/bin"}, "us-west-2")
    assert (done.answered, done.failed) == (1, ("ec2:DescribeInstances",))
