"""`make wheels`: wheels of the right machine, uploaded once, and one line when something is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from config.errors import UserError
from config.load import load_environment
from config.static_ec2 import StaticEc2Config
from scripts.wheels.__main__ import architectures, fill
from scripts.wheels.download import download, platforms
from scripts.wheels.upload import upload

PREFIX = "s3://team-wheels/ray"


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        made = boto3.client("s3", region_name="us-east-1")
        made.create_bucket(Bucket="team-wheels")
        yield made


def wheel(directory: Path, name: str, content: bytes = b"wheel") -> Path:
    file = directory / name
    file.write_bytes(content)
    return file


def test_platforms_are_those_of_the_images() -> None:
    assert platforms("arm64")[0] == "manylinux_2_34_aarch64"
    assert "manylinux2014_x86_64" in platforms("x86_64")
    assert not any("aarch64" in name for name in platforms("x86_64"))


def test_architectures_are_those_of_head_and_workers() -> None:
    environment = load_environment("existing-vpc")
    assert isinstance(environment, StaticEc2Config)
    assert architectures(environment) == ["arm64"]


def test_only_what_is_missing_or_different_is_uploaded(client: Any, tmp_path: Path) -> None:
    files = [wheel(tmp_path, "a-1-py3-none-any.whl"), wheel(tmp_path, "b-1-py3-none-any.whl")]
    assert upload(client, files, PREFIX) == [file.name for file in files]
    assert upload(client, files, PREFIX) == []
    wheel(tmp_path, "b-1-py3-none-any.whl", b"another wheel")
    assert upload(client, files, PREFIX) == ["b-1-py3-none-any.whl"]
    keys = [each["Key"] for each in client.list_objects_v2(Bucket="team-wheels")["Contents"]]
    assert keys == ["ray/a-1-py3-none-any.whl", "ray/b-1-py3-none-any.whl"]


def test_a_bucket_that_is_not_there_is_one_line(client: Any, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"s3://other/ray cannot be written: .*NoSuchBucket.*: name a bucket of yours"):
        upload(client, [wheel(tmp_path, "a-1-py3-none-any.whl")], "s3://other/ray")


def test_an_environment_without_a_source_needs_no_wheels() -> None:
    environment = load_environment("demo")
    assert isinstance(environment, StaticEc2Config)
    with pytest.raises(UserError, match=r"demo has no ray.wheel_source"):
        fill(environment)


@pytest.mark.integration
def test_wheels_of_another_machine_are_fetched(tmp_path: Path) -> None:
    files = download(["MarkupSafe==3.0.2"], architecture="arm64", python_version="3.12", directory=tmp_path)
    assert [file.name for file in files if "aarch64" in file.name and "cp312" in file.name]


@pytest.mark.integration
def test_a_package_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no wheels for x86_64 and Python 3.12: .*six==0.0.99.*: change ray.packages"):
        download(["six==0.0.99"], architecture="x86_64", python_version="3.12", directory=tmp_path)
