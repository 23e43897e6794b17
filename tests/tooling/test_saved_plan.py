from __future__ import annotations

import json
import os
from dataclasses import replace

import pytest

from config.errors import UserError
from config.load import load_environment
from scripts.terraform.__main__ import main
from scripts.terraform.apply import apply
from scripts.terraform.deployment import Deployment
from scripts.terraform.saved_plan import discard_plan, record_plan, require_fresh_plan


def make_plan(deployment: Deployment, *, changes: bool = True) -> None:
    deployment.plan_file.write_text("a plan")
    record_plan(deployment, changes=changes)


def test_a_fresh_plan_is_accepted(deployment: Deployment) -> None:
    make_plan(deployment)
    assert require_fresh_plan(deployment).changes


def test_without_a_plan_nothing_is_applied(deployment: Deployment) -> None:
    with pytest.raises(UserError, match=r"^there is no plan for demo; run: make plan ENV=demo$"):
        require_fresh_plan(deployment)


def test_a_changed_configuration_makes_the_plan_stale(deployment: Deployment) -> None:
    make_plan(deployment)
    deployment.configuration.write_text('{"resource": {}}')
    with pytest.raises(
        UserError,
        match=r"^the plan for demo is stale: the configuration has changed since .*; run: make plan ENV=demo$",
    ):
        require_fresh_plan(deployment)


@pytest.mark.parametrize("record", ["", "{", json.dumps({"made_at": "?"})])
def test_an_unreadable_record_counts_as_no_plan(deployment: Deployment, record: str) -> None:
    make_plan(deployment)
    deployment.plan_record.write_text(record)
    with pytest.raises(UserError, match="there is no plan"):
        require_fresh_plan(deployment)


def test_a_discarded_plan_is_gone(deployment: Deployment) -> None:
    make_plan(deployment)
    discard_plan(deployment)
    with pytest.raises(UserError, match="there is no plan"):
        require_fresh_plan(deployment)


def test_another_plan_in_its_place_is_refused(deployment: Deployment) -> None:
    make_plan(deployment)
    deployment.plan_file.write_text("another plan")
    with pytest.raises(UserError, match=r"^the saved plan of demo is not the one that was shown at "):
        require_fresh_plan(deployment)


def test_what_commands_write_is_for_the_user_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    before = os.umask(0o022)
    try:
        monkeypatch.setattr("sys.argv", ["terraform", "plan", "--env", "no-such-environment"])
        assert main() == 2
        assert os.umask(0o022) == 0o077
    finally:
        os.umask(before)


def test_a_rehearsal_is_told_commands_for_the_rehearsal(deployment: Deployment) -> None:
    rehearsal = replace(deployment, target="local", overrides_target=True)
    with pytest.raises(UserError, match=r"; run: make plan ENV=demo TARGET=local$"):
        require_fresh_plan(rehearsal)


@pytest.mark.parametrize(("target", "overrides"), [(None, False), ("aws", False), ("local", True)])
def test_an_environment_knows_when_it_is_rehearsed(target: str | None, overrides: bool) -> None:
    assert load_environment("production", target=target).overrides_target is overrides


def test_nothing_is_applied_where_nothing_is_synthesized(deployment: Deployment) -> None:
    deployment.configuration.unlink()
    with pytest.raises(UserError, match=r"^demo is not synthesized yet: make synth ENV=demo$"):
        apply(deployment)
