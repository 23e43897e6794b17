from __future__ import annotations

import json

import pytest

from config.errors import UserError
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


def test_a_plan_without_changes_needs_no_terraform(deployment: Deployment, capsys: pytest.CaptureFixture[str]) -> None:
    make_plan(deployment, changes=False)
    apply(deployment)
    assert capsys.readouterr().out == "demo is up to date: the plan has no changes\n"


def test_nothing_is_applied_where_nothing_is_synthesized(deployment: Deployment) -> None:
    deployment.configuration.unlink()
    with pytest.raises(UserError, match=r"^demo is not synthesized yet: make synth ENV=demo$"):
        apply(deployment)
