"""One cloud, applied once by real Terraform."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.anyscale_cloud import AnyscaleCloudConfig
from config.load import check_environment
from config.yaml_file import read_yaml
from scripts.state import parse_state
from tests.integration.workspace import Workspace
from tests.verify.deployment import Deployment

NAME = "verified"
FILE = Path(__file__).parent / f"{NAME}.yaml"


@pytest.fixture(scope="session")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A workspace in which it is applied."""
    workspace = Workspace(tmp_path_factory.mktemp("verify"))
    workspace.environments.mkdir()
    shutil.copy(FILE, workspace.environments)
    workspace.local_aws("up").succeeded()
    workspace.terraform("plan", NAME).succeeded()
    workspace.terraform("apply", NAME).succeeded()
    yield workspace
    workspace.local_aws("reset")


@pytest.fixture(scope="session")
def deployment(applied: Workspace) -> Deployment:
    """The cloud within reach."""
    environment = check_environment(read_yaml(FILE), name=NAME)
    assert isinstance(environment, AnyscaleCloudConfig)
    state = applied.directory / f".local-aws/terraform/{NAME}.tfstate"
    endpoint = f"http://127.0.0.1:{applied.emulator['port']}"
    return Deployment(environment, parse_state(state.read_text(encoding="utf-8")), endpoint)
