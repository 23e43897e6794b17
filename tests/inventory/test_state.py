"""The state gives addresses and ids, and keeps its secrets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from config.errors import UserError
from scripts import state as module
from scripts.inventory.scope import scope_of
from scripts.state import State, load_state, parse_state
from tests.audit.environments import load

STATE: dict[str, Any] = {
    "version": 4,
    "resources": [
        {"mode": "data", "type": "aws_ami", "name": "x", "instances": [{"attributes": {"id": "ami-1"}}]},
        {"mode": "managed", "type": "aws_vpc", "name": "main", "instances": [{"attributes": {"id": "vpc-1"}}]},
        {
            "mode": "managed",
            "module": "module.a",
            "type": "aws_subnet",
            "name": "s",
            "instances": [
                {"index_key": "b", "attributes": {"id": "subnet-2", "password": "hunter2"}},
                {"index_key": 0, "attributes": {"id": "subnet-1"}},
            ],
        },
    ],
}


def test_addresses_and_values() -> None:
    state = parse_state(json.dumps(STATE))
    addresses = [resource.address for resource in state.resources]
    assert addresses == ["aws_vpc.main", 'module.a.aws_subnet.s["b"]', "module.a.aws_subnet.s[0]"]
    assert state.values("aws_subnet") == ["subnet-1", "subnet-2"]
    assert state.values("aws_ami") == []


def test_a_resource_does_not_show_its_attributes() -> None:
    assert "hunter2" not in repr(parse_state(json.dumps(STATE)))


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"resources": [{}]}', '{"resources": 1}'])
def test_a_broken_state_is_one_line(text: str) -> None:
    with pytest.raises(UserError) as raised:
        parse_state(text)
    assert str(raised.value) == "the Terraform state is not one that can be read; look with: terraform state list"


@pytest.mark.parametrize("text", [None, '{"resources": []}'])
def test_never_applied(text: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "small.tfstate"
    if text is not None:
        path.write_text(text)
    monkeypatch.setattr(module, "local_state_file", lambda _name: path)
    with pytest.raises(UserError) as raised:
        load_state(load("small"))
    assert str(raised.value) == "small is not applied yet; run: make plan ENV=small && make apply ENV=small"


def test_an_apply_that_ended_early_is_one_line() -> None:
    with pytest.raises(UserError) as raised:
        scope_of(load("small"), State(()))
    assert str(raised.value).startswith("small has no VPC yet, its apply did not end; run: make plan ENV=small")


def test_an_existing_vpc_needs_none_in_the_state() -> None:
    assert scope_of(load("existing-vpc"), State(())).vpc_id == "vpc-0a1b2c3d4e5f60718"
