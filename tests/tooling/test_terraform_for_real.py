"""The wrapper around the real Terraform, on resources that need no provider."""

from __future__ import annotations

import fcntl
import json
import os
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from config.errors import UserError
from scripts.terraform.apply import apply
from scripts.terraform.cli_config import without_missing_file
from scripts.terraform.deployment import Deployment
from scripts.terraform.output import print_outputs, read_outputs
from scripts.terraform.plan import plan, plan_as_json
from scripts.terraform.run import read_terraform, run_terraform

pytestmark = pytest.mark.integration


def write_stack(deployment: Deployment, value: str, **lifecycle: Any) -> None:
    stack = {
        "terraform": {"backend": {"local": {}}},
        "resource": {"terraform_data": {"node": {"input": value, "lifecycle": lifecycle}}},
        "output": {
            "value": {"value": "${terraform_data.node.output}"},
            "token": {"value": "secret", "sensitive": True},
        },
    }
    deployment.configuration.write_text(json.dumps(stack))


@pytest.fixture
def real(tmp_path: Path) -> Deployment:
    variables = without_missing_file(os.environ)
    made = Deployment("demo", "aws", tmp_path / "stack", variables, tmp_path / "state/demo.tfstate")
    made.directory.mkdir()
    write_stack(made, "one")
    return made


def test_plan_apply_output(real: Deployment) -> None:
    plan(real)
    apply(real)
    assert not real.plan_file.exists()
    assert read_outputs(real) == {"token": "(sensitive)", "value": "one"}
    assert real.state_file is not None
    assert real.state_file.exists()


def test_without_an_apply_there_is_no_output(real: Deployment, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UserError, match=r"^demo is not applied yet; run: make plan ENV=demo && make apply ENV=demo$"):
        print_outputs(real, as_json=True)
    assert capsys.readouterr().out == ""


def test_a_second_plan_has_nothing_to_apply(real: Deployment, capsys: pytest.CaptureFixture[str]) -> None:
    plan(real)
    apply(real)
    plan(real)
    apply(real)
    assert "demo is up to date" in capsys.readouterr().out
    assert not real.plan_file.exists()


def test_a_stale_plan_without_changes_is_not_called_up_to_date(real: Deployment) -> None:
    plan(real)
    apply(real)
    plan(real)
    kept = real.plan_file.read_bytes(), real.plan_record.read_text()
    write_stack(real, "two")
    plan(real)
    apply(real)
    write_stack(real, "one")
    real.plan_file.write_bytes(kept[0])
    real.plan_record.write_text(kept[1])
    with pytest.raises(UserError, match=r"^the plan for demo is stale: its state has changed since"):
        apply(real)


def test_nobody_else_reads_a_saved_plan(real: Deployment) -> None:
    real.directory.chmod(0o755)
    plan(real)
    assert stat.S_IMODE(real.directory.stat().st_mode) == 0o700


def test_what_would_lead_terraform_elsewhere_is_dropped(real: Deployment, tmp_path: Path) -> None:
    elsewhere = {"TF_WORKSPACE": "other", "TF_DATA_DIR": str(tmp_path / "data"), "TF_CLI_ARGS_plan": "-destroy"}
    plan(replace(real, variables={**real.variables, **elsewhere}))
    assert not (tmp_path / "data").exists()
    assert json.loads(plan_as_json(real))["resource_changes"][0]["change"]["actions"] == ["create"]


def test_a_second_error_is_shown_beside_the_explained_one(
    real: Deployment, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scripts.terraform.run.explain", lambda *_: "explained")
    write_stack(real, "${path.nonesuch}${path.other}")
    with pytest.raises(UserError, match=r"^explained$"):
        plan(real)
    assert "other" in capsys.readouterr().err


def test_init_runs_once(real: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    plan(real)
    monkeypatch.setattr("scripts.terraform.initialize._initialize", lambda *_: pytest.fail("initialized again"))
    write_stack(real, "two")
    plan(real)


def test_a_plan_that_the_state_has_left_behind_is_refused(real: Deployment) -> None:
    plan(real)
    kept = real.plan_file.read_bytes(), real.plan_record.read_text()
    apply(real)
    real.plan_file.write_bytes(kept[0])
    real.plan_record.write_text(kept[1])
    with pytest.raises(
        UserError, match=r"^the plan for demo is stale: its state has changed since; run: make plan ENV=demo$"
    ):
        apply(real)


def test_a_held_lock_is_one_line(real: Deployment) -> None:
    plan(real)
    apply(real)
    assert real.state_file is not None
    lock = {"ID": "99a6ab25", "Who": "ann@laptop", "Created": "2026-11-21T08:02:41Z", "Operation": "OperationTypeApply"}
    (real.state_file.parent / f".{real.state_file.name}.lock.info").write_text(json.dumps(lock))
    with real.state_file.open("r+") as state:
        fcntl.lockf(state, fcntl.LOCK_EX)
        with pytest.raises(
            UserError, match=r"is locked by ann@laptop since 2026-11-21 08:02:41: wait .*force-unlock 99a6ab25$"
        ):
            plan(real)


def test_what_is_protected_stays(real: Deployment) -> None:
    write_stack(real, "one", prevent_destroy=True)
    plan(real)
    apply(real)
    with pytest.raises(UserError, match=r"^terraform_data.node is protected and would be destroyed"):
        run_terraform(real, "destroy", "-auto-approve", "-input=false")


def test_an_unknown_failure_keeps_terraforms_words(real: Deployment, capsys: pytest.CaptureFixture[str]) -> None:
    write_stack(real, "${path.nonesuch}")
    with pytest.raises(UserError, match=r"^terraform plan failed for demo: the lines above say why$"):
        plan(real)
    assert "nonesuch" in capsys.readouterr().err


def test_a_resource_can_be_made_anew(real: Deployment) -> None:
    plan(real)
    apply(real)
    plan(real, replace=["terraform_data.node"])
    shown = read_terraform(real, "show", "-no-color", str(real.plan_file.resolve()))
    assert "will be replaced, as requested" in shown
