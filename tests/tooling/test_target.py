from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from moto import mock_aws

from config.errors import UserError
from scripts import target
from scripts.aws_endpoints import is_endpoint
from scripts.local_aws.client import environment_for
from scripts.target import aws_environment, emulator_account, require_no_endpoint

PRODUCTION: Any = SimpleNamespace(name="production", target="aws", region="us-west-2", account_id="123456789012")


@pytest.fixture
def _credentials(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with mock_aws():
        yield


@pytest.mark.usefixtures("_credentials")
def test_the_right_account_gets_the_users_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MARK", "1")
    assert aws_environment(PRODUCTION)["MARK"] == "1"


@pytest.mark.usefixtures("_credentials")
def test_another_account_is_refused() -> None:
    wrong: Any = SimpleNamespace(**{**vars(PRODUCTION), "account_id": "210987654321"})
    with pytest.raises(
        UserError, match=r"^the credentials are of account 123456789012, production wants 210987654321: choose"
    ):
        aws_environment(wrong)


@pytest.mark.parametrize(
    "variable", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_S3_ENDPOINT", "TF_AWS_IAM_ENDPOINT"]
)
def test_a_real_target_refuses_an_endpoint_override(variable: str) -> None:
    with pytest.raises(UserError, match=f"^production is on AWS, but {variable} leads elsewhere: unset {variable}$"):
        require_no_endpoint("production", {variable: "http://127.0.0.1:1"})
    require_no_endpoint("production", {variable: ""})


@pytest.mark.parametrize("setting", ["endpoint_url = http://127.0.0.1:1", "services = elsewhere"])
@pytest.mark.usefixtures("_credentials")
def test_a_real_target_refuses_an_endpoint_in_the_configuration_file(
    setting: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    (tmp_path / "config").write_text(f"[default]\n{setting}\n[services elsewhere]\ns3 =\n  endpoint_url = http://x\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    name = setting.split()[0]
    with pytest.raises(UserError, match=f"^production is on AWS, but {name} in the AWS configuration file may lead"):
        aws_environment(PRODUCTION)


def test_the_emulator_gets_no_other_endpoint() -> None:
    base = dict.fromkeys(["AWS_S3_ENDPOINT", "TF_AWS_STS_ENDPOINT", "AWS_ENDPOINT_URL_EC2", "AWS_REGION"], "x")
    led = environment_for("http://127.0.0.1:1", base)
    assert sorted(name for name in led if is_endpoint(name)) == ["AWS_ENDPOINT_URL"]
    assert led["AWS_REGION"] == "x"
    assert not is_endpoint("AWS_EC2_METADATA_SERVICE_ENDPOINT")


def test_missing_credentials_are_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    with pytest.raises(UserError, match=r"^no AWS credentials: set AWS_PROFILE"):
        aws_environment(PRODUCTION)
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(UserError, match=r"^The config profile \(nobody\) could not be found"):
        aws_environment(PRODUCTION)


@pytest.fixture
def endpoint() -> Iterator[str]:
    """Something on loopback that is not the embedded AWS, and says another account."""

    class Other(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<Account>210987654321</Account>")

        def log_message(self, *_: Any) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Other) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_local_refuses_every_account_but_the_emulators(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert emulator_account(endpoint) == "210987654321"
    monkeypatch.setattr("scripts.local_aws.client.ensure_running", lambda: endpoint)
    with pytest.raises(UserError, match="answers as account 210987654321, not as the embedded AWS"):
        target.aws_environment(SimpleNamespace(target="local"))  # type: ignore[arg-type]


def test_an_emulator_that_does_not_answer_is_one_line() -> None:
    with pytest.raises(UserError, match=r"^the embedded AWS at http://127.0.0.1:9 does not answer"):
        emulator_account("http://127.0.0.1:9")
