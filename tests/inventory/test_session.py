"""A session leads where its environment says, and leaves this process's environment alone."""

from __future__ import annotations

import json
import os
from datetime import datetime, timezone

import boto3
import pytest
from botocore.exceptions import DataNotFoundError
from botocore.loaders import Loader
from moto import mock_aws

from config.errors import UserError
from config.load import check_environment
from config.yaml_file import read_yaml
from scripts.inventory.model_loader import ModelLoader
from scripts.inventory.session import moment_of, session_for
from scripts.state import load_state
from tests.audit.environments import FILES

EMULATOR = {
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
}
VPC = {"mode": "managed", "type": "aws_vpc", "name": "v", "instances": [{"attributes": {"id": "vpc-1"}}]}
STATE = json.dumps({"resources": [VPC]})


def test_emulator_despite_what_the_user_has_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "not-there")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://elsewhere.example")
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example")
    monkeypatch.setenv("AWS_USE_FIPS_ENDPOINT", "true")
    before = dict(os.environ)
    client = session_for(EMULATOR, "us-west-2").client("s3")
    assert client.meta.endpoint_url == "http://127.0.0.1:9"
    assert client.meta.region_name == "us-west-2"
    assert client.meta.config.proxies == {}
    assert dict(os.environ) == before


def test_many_quick_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    config = session_for({}, "us-west-2").client("ec2").meta.config
    assert config.max_pool_connections == 64
    assert config.read_timeout <= 20


@mock_aws
def test_state_of_an_environment_on_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    environment = check_environment(read_yaml(FILES["production"]), name="production")
    session = session_for({}, environment.region)
    with pytest.raises(UserError, match="production is not applied yet; run: make plan ENV=production"):
        load_state(environment, session=session)
    s3 = boto3.client("s3", region_name=environment.region)
    place = {"LocationConstraint": environment.region}
    s3.create_bucket(Bucket=environment.state_bucket, CreateBucketConfiguration=place)  # type: ignore[arg-type]
    with pytest.raises(UserError, match="production is not applied yet"):
        load_state(environment, session=session)
    s3.put_object(Bucket=environment.state_bucket, Key=environment.state_key, Body=STATE)
    assert load_state(environment, session=session).values("aws_vpc") == ["vpc-1"]


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-21T14:15:23Z",
        "2026-11-21T14:15:23.000Z",
        "2026-11-21T14:15:23+00:00",
        "Sat, 21 Nov 2026 14:15:23 GMT",
        1795270523,
    ],
)
def test_a_time_is_read_in_every_form_that_aws_writes(text: object) -> None:
    assert moment_of(text) == datetime(2026, 11, 21, 14, 15, 23, tzinfo=timezone.utc)


def test_every_model_is_found_without_a_look_at_all_of_them() -> None:
    ours, theirs = ModelLoader(), Loader()
    for service in ("ec2", "s3control", "memorydb"):
        assert ours.load_service_model(service, "service-2") == theirs.load_service_model(service, "service-2")
    with pytest.raises(DataNotFoundError):
        ours.load_service_model("nothing-of-aws", "service-2")
