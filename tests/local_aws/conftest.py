"""A real emulator process for each module, in a folder of its own, stopped even when a test fails."""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from scripts.local_aws import client, daemon
from scripts.local_aws.identity import PORT_VARIABLE, Folder, Identity

Clients = Callable[..., Any]


def point_to(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """Make the client use a folder, with nothing of the caller's settings."""
    monkeypatch.setattr(client, "LOCAL_AWS", folder)
    monkeypatch.delenv(PORT_VARIABLE, raising=False)
    return Folder(folder.resolve())


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Folder]:
    """A folder without an emulator; what a test starts there is stopped."""
    found = point_to(tmp_path / "local-aws", monkeypatch)
    yield found
    end(found)


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One emulator for a module's tests, which use names of their own; what they leave must be fit to be saved."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        found = point_to(tmp_path_factory.mktemp("emulator") / "local-aws", monkeypatch)
        yield client.ensure_running()
        try:
            client.save()
        finally:
            end(found)


@pytest.fixture(scope="module")
def aws(endpoint: str) -> Clients:
    """boto3 clients of the module's emulator."""
    return lambda service, region="us-west-2": aws_client(endpoint, service, region)


@functools.cache  # kept, so that none is closed by the garbage collector, which warns
def aws_client(endpoint: str, service: str, region: str = "us-west-2") -> Any:
    """A boto3 client that does not try twice, nor check parameters: the emulator is to be seen."""
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}, read_timeout=30, parameter_validation=False),
    )


def noted(folder: Folder) -> Identity:
    """The emulator that a folder names."""
    found = Identity.parse(json.loads(folder.identity.read_text()))
    assert found is not None
    return found


def end(folder: Folder) -> None:
    """Kill whatever the folder names, answering or not."""
    try:
        pid = noted(folder).pid
    except (OSError, ValueError):
        return
    if pid != os.getpid() and daemon.is_alive(pid):  # some tests note themselves
        os.kill(pid, 9)
        while daemon.is_alive(pid):
            pass
