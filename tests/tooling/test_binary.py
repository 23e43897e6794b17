from __future__ import annotations

import json
from pathlib import Path

import pytest

from config.errors import UserError
from scripts.terraform import binary
from scripts.terraform.binary import terraform_binary


def fake_terraform(path: Path, version: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    answer = json.dumps({"terraform_version": version})
    path.write_text(f"#!/bin/sh\necho run >> {path}.log\necho '{answer}'\n")
    path.chmod(0o755)
    return path


@pytest.fixture(autouse=True)
def _scratch(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(binary, "FETCHED", tmp_path / "fetched/terraform")
    monkeypatch.setattr(binary, "KNOWN_VERSIONS", tmp_path / "versions.json")
    monkeypatch.delenv("TERRAFORM", raising=False)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")


def test_the_one_on_path_is_found(tmp_path: Path) -> None:
    made = fake_terraform(tmp_path / "bin/terraform", "1.11.4")
    assert terraform_binary() == made


def test_the_fetched_one_goes_before_the_path(tmp_path: Path) -> None:
    fake_terraform(tmp_path / "bin/terraform", "1.9.0")
    fetched = fake_terraform(tmp_path / "fetched/terraform", "1.11.4")
    assert terraform_binary() == fetched


def test_the_users_choice_goes_before_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_terraform(tmp_path / "fetched/terraform", "1.11.4")
    tofu = fake_terraform(tmp_path / "bin/tofu", "1.12.0-beta1")
    monkeypatch.setenv("TERRAFORM", "tofu")
    assert terraform_binary() == tofu


def test_a_missing_terraform_names_the_command_that_fetches_it() -> None:
    with pytest.raises(UserError, match=r"^terraform is not installed: make terraform "):
        terraform_binary()


def test_a_wrong_choice_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERRAFORM", "nonesuch")
    with pytest.raises(UserError, match=r"^TERRAFORM=nonesuch is no program"):
        terraform_binary()


def test_an_old_terraform_is_refused(tmp_path: Path) -> None:
    fake_terraform(tmp_path / "bin/terraform", "1.10.5")
    with pytest.raises(UserError, match=r"is version 1.10.5, 1.11 or newer is needed: make terraform$"):
        terraform_binary()


def test_an_enterprise_release_is_understood(tmp_path: Path) -> None:
    made = fake_terraform(tmp_path / "bin/terraform", "1.11.4+ent")
    assert terraform_binary() == made


def test_a_broken_terraform_is_refused(tmp_path: Path) -> None:
    made = fake_terraform(tmp_path / "bin/terraform", "1.11.4")
    made.write_text("#!/bin/sh\nexit 1\n")
    with pytest.raises(UserError, match="is no working Terraform"):
        terraform_binary()


def test_the_version_is_asked_once_for_each_binary(tmp_path: Path) -> None:
    made = fake_terraform(tmp_path / "bin/terraform", "1.11.4")
    terraform_binary()
    terraform_binary()
    assert Path(f"{made}.log").read_text() == "run\n"
    fake_terraform(made, "1.12.10")
    terraform_binary()
    assert Path(f"{made}.log").read_text() == "run\nrun\n"
