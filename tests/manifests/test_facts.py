"""Terraform's outputs, and what stands in their place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import scripts.state
from config.errors import UserError
from scripts.manifests.facts import applied_facts, load_facts
from tests.manifests.rendered import STORAGE, outputs
from tests.synthesis import kube


def _state(directory: Path, found: dict[str, Any]) -> Path:
    state = {"version": 4, "outputs": {name: {"value": value} for name, value in found.items()}, "resources": []}
    file = directory / "test.tfstate"
    file.write_text(json.dumps(state))
    return file


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the state of the environment would be."""
    monkeypatch.setattr(scripts.state, "local_state_file", lambda name: tmp_path / f"{name}.tfstate")
    return tmp_path


def test_before_an_apply_there_are_placeholders(state: Path) -> None:
    facts = load_facts(kube(**STORAGE))
    assert not facts.applied
    assert facts.efs is not None
    assert facts.efs.file_system_id == "fs-00000000000000000"


def test_after_a_destroy_there_are_placeholders_again(state: Path) -> None:
    _state(state, {})
    assert not load_facts(kube(**STORAGE)).applied


def test_after_an_apply_outputs_are_taken(state: Path) -> None:
    environment = kube(**STORAGE)
    _state(state, outputs(environment))
    facts = load_facts(environment)
    assert facts.applied
    assert facts.api_address == "172.20.0.1"
    assert facts.bucket_names == {"models": "real-models", "results": "real-results"}
    assert facts.memorydb_address == "clustercfg.real.abc123.memorydb.us-west-2.amazonaws.com"


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ({"efs_id": None}, "efs_id"),
        ({"bucket_names": {"models": "m"}}, "bucket_names.results"),
        ({"service_cidr": None}, "service_cidr"),
    ],
)
def test_an_output_that_is_missing_is_named(missing: dict[str, Any], said: str) -> None:
    environment = kube(**STORAGE)
    left = {name: value for name, value in {**outputs(environment), **missing}.items() if value is not None}
    with pytest.raises(UserError) as error:
        applied_facts(environment, left)
    run = "make plan ENV=test && make apply ENV=test"
    assert str(error.value) == f"test is not applied as its file says, output {said} is missing; run: {run}"


def test_roles_are_asked_for_irsa_alone() -> None:
    plain, irsa = kube(), kube(eks={"service_account_roles": "irsa"})
    left = {name: value for name, value in outputs(plain).items() if name != "service_account_role_arns"}
    assert applied_facts(plain, left).role_arns == {}
    with pytest.raises(UserError, match="service_account_role_arns"):
        applied_facts(irsa, left)
