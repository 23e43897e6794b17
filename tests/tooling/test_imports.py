"""`environments/<name>.imports.tf`; that Terraform imports by it is proven in tests/register/test_move.py."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from config import load, paths
from config.errors import UserError
from config.load import load_environment
from scripts.terraform.deployment import Deployment, deployment_of
from scripts.terraform.imports import let_go, take_imports
from scripts.terraform.saved_plan import record_plan, require_fresh_plan

BLOCKS = """
# resource "none" {}
import { # one { brace
  to = aws_subnet.network_private["a"]
  id = "subnet-1}" // resource "x" {
}
/* variable "x" {} */
removed {
  from = aws_vpc.old
  lifecycle { destroy = false }
}
"""


@pytest.fixture
def importing(deployment: Deployment, tmp_path: Path) -> Deployment:
    """A deployment whose environment has import blocks."""
    file = tmp_path / "demo.imports.tf"
    file.write_text(BLOCKS)
    return replace(deployment, imports_file=file)


def test_the_blocks_are_copied_and_the_copy_goes_with_them(importing: Deployment) -> None:
    assert importing.imports is not None
    take_imports(importing)
    assert importing.imports_copy.read_text() == BLOCKS
    importing.imports.unlink()
    take_imports(importing)
    assert not importing.imports_copy.exists()


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ('resource "aws_vpc" "x" {}', 1, "resource"),
        ('import {}\n"a" {}', 2, '"a"'),
        ('/* a */ import { id = "x" }\nlocals { a = 1 }', 2, "locals"),
        ("import { id = <<E\n${1}\nE\n}\na = 1", 5, "a"),
    ],
)
def test_anything_else_is_one_line(importing: Deployment, text: str, line: int, word: str) -> None:
    assert importing.imports_file is not None
    importing.imports_file.write_text(text)
    with pytest.raises(UserError, match=rf"demo\.imports\.tf:{line}: got {word}, want only import and removed blocks$"):
        take_imports(importing)
    assert not importing.imports_copy.exists()


def test_what_is_let_go_is_known(importing: Deployment) -> None:
    assert let_go(importing) == {"aws_vpc.old"}
    assert let_go(replace(importing, overrides_target=True)) == set()


def test_other_blocks_make_the_plan_stale(importing: Deployment) -> None:
    assert importing.imports_file is not None
    take_imports(importing)
    importing.plan_file.write_text("a plan")
    record_plan(importing, changes=True)
    assert require_fresh_plan(importing).changes
    for change in (lambda file: file.write_text(BLOCKS + "\n"), lambda file: file.unlink()):
        change(importing.imports_file)
        with pytest.raises(UserError, match=r"^the plan for demo is stale: its import blocks have changed since "):
            require_fresh_plan(importing)


def test_a_rehearsal_imports_nothing(importing: Deployment, capsys: pytest.CaptureFixture[str]) -> None:
    take_imports(importing)
    rehearsal = replace(importing, target="local", overrides_target=True)
    take_imports(rehearsal)
    assert not importing.imports_copy.exists()
    assert capsys.readouterr().err.endswith("demo.imports.tf is left out of this rehearsal\n")
    rehearsal.plan_file.write_text("a plan")
    record_plan(rehearsal, changes=True)
    assert require_fresh_plan(rehearsal).changes


def test_they_stand_beside_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "ENVIRONMENTS", tmp_path)
    monkeypatch.setattr(paths, "ENVIRONMENTS", tmp_path)
    monkeypatch.setattr("scripts.terraform.deployment.aws_environment", lambda _: {})
    (tmp_path / "lab.yaml").write_text("{flavour: static-ec2, target: local, region: us-west-2}")
    (tmp_path / "lab.imports.tf").write_text(BLOCKS)
    assert deployment_of(load_environment("lab")).imports == tmp_path / "lab.imports.tf"
    assert paths.environment_names() == ["lab"]
