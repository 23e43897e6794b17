"""The hooks into moto fail loudly when moto is not what they expect; parts that need no server."""

from __future__ import annotations

import io
import threading
import types
from pathlib import Path
from typing import Any

import pytest

from config.errors import UserError
from scripts.local_aws import extensions, fault
from scripts.local_aws.extensions.plumbing import (
    AwsError,
    ExtensionError,
    need,
    op,
    wrap,
    wrap_function,
    wrap_property,
)
from scripts.local_aws.extensions.policies import check_policy
from scripts.local_aws.gate import Gate
from scripts.local_aws.middleware import is_change


class Owner:
    def present(self, value: int) -> int:
        return value

    @property
    def computed(self) -> int:
        return 1


def test_wrap_calls_the_original() -> None:
    @wrap(Owner, "present")
    def present(original: Any, self: Any, value: int) -> int:
        return int(original(self, value)) + 1

    assert Owner().present(1) == 2


def test_wrap_property_sees_the_value() -> None:
    @wrap_property(Owner, "computed")
    def computed(value: int, _self: Any) -> int:
        return value + 1

    assert Owner().computed == 2


@pytest.mark.parametrize("hook", [wrap(Owner, "gone"), wrap_property(Owner, "gone"), wrap_function(types, "gone")])
def test_hooks_refuse_what_moto_renamed(hook: Any) -> None:
    with pytest.raises(ExtensionError, match=r"moto lacks .*gone"):
        hook(lambda: None)


def test_op_refuses_what_moto_has_by_now() -> None:
    def present(_self: Any, _params: Any) -> None: ...

    with pytest.raises(ExtensionError, match=r"moto has Owner\.present"):
        op(Owner)(present)

    def absent(_self: Any, _params: Any) -> None: ...

    with pytest.raises(ExtensionError, match=r"moto lacks Owner\.absent"):
        op(Owner, replaces=True)(absent)


def test_another_moto_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extensions, "moto_version", lambda: "6.0.0")
    with pytest.raises(UserError, match=r"needs moto 5\.2\.5, found 6\.0\.0; run: make setup"):
        extensions.load()


def test_need_speaks_aws() -> None:
    with pytest.raises(AwsError, match="Gone: x not found"):
        need({}, "x", "Gone")


def test_every_operation_cites_its_documentation() -> None:
    for source in Path(extensions.__path__[0]).glob("*.py"):
        for operation in source.read_text().split("\n@op(")[1:]:
            docstring = operation.split('"""')[1]
            assert "https://docs.aws.amazon.com/" in docstring, (source.name, docstring)


def test_every_file_is_loaded() -> None:
    helpers = {"__init__", "plumbing", "policies", "wanted_ids"}
    helpers |= {
        "eks_network",
        "eks_node_refusals",
        "eks_nodes",
        "eks_refusals",
        "eks_scaling",
        "eks_templates",
        "fsx_refusals",
        "slow",
    }
    files = {source.stem for source in Path(extensions.__path__[0]).glob("*.py")}
    assert files - helpers == set(extensions.EXTENSIONS)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"Statement": "x"}', '{"Statement": [{"Effect": "Allow"}]}'])
def test_malformed_policies(text: str) -> None:
    with pytest.raises(AwsError, match="Malformed: Policy is malformed"):
        check_policy(text, "Malformed")


@pytest.mark.parametrize(
    ("environ", "changes"),
    [
        ({"REQUEST_METHOD": "GET"}, False),
        ({"REQUEST_METHOD": "PUT"}, True),
        ({"REQUEST_METHOD": "POST", "HTTP_X_AMZ_TARGET": "AmazonMemoryDB.DescribeClusters"}, False),
        ({"REQUEST_METHOD": "POST", "HTTP_X_AMZ_TARGET": "AmazonMemoryDB.CreateCluster"}, True),
        ({"REQUEST_METHOD": "POST"}, True),
    ],
)
def test_what_counts_as_a_change(environ: dict[str, Any], changes: bool) -> None:
    assert is_change(environ) is changes


@pytest.mark.parametrize(("action", "changes"), [("DescribeVpcs", False), ("CreateVpc", True)])
def test_form_is_read_and_put_back(action: str, changes: bool) -> None:
    body = f"Action={action}&Version=1".encode()
    environ = {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": "application/x-www-form-urlencoded; charset=utf-8",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }
    assert is_change(environ) is changes
    assert environ["wsgi.input"].read() == body  # type: ignore[attr-defined]


def test_gate_waits_for_requests() -> None:
    gate, order = Gate(), []
    inside, leave = threading.Event(), threading.Event()

    def request() -> None:
        with gate.alone():
            inside.set()
            leave.wait(5)
            order.append("request")

    def save() -> None:
        with gate.alone():
            order.append("save")

    threads = [threading.Thread(target=request), threading.Thread(target=save)]
    threads[0].start()
    inside.wait(5)
    threads[1].start()
    leave.set()
    for thread in threads:
        thread.join(5)
    assert order == ["request", "save"]


def test_fault_answers_in_the_callers_protocol(capsys: pytest.CaptureFixture[str]) -> None:
    began: list[Any] = []
    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": "/x", "CONTENT_TYPE": "application/x-amz-json-1.1"}
    body = b"".join(fault.answer(environ, lambda *given: began.append(given), NotImplementedError("new")))
    assert began[0][0] == "400 Bad Request"
    assert body == b'{"__type": "UnsupportedOperation", "message": "the embedded AWS lacks POST /x (new)"}'
    assert capsys.readouterr().err == "EMULATOR GAP POST /x: NotImplementedError('new')\n"
