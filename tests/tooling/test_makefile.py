from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from config.paths import ROOT, environment_names
from scripts.docs.make_targets import read_targets, render_make_targets

MAKEFILE = (ROOT / "Makefile").read_text()


def make(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    # Not as the child of the make that runs these tests.
    env = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    env |= variables
    return subprocess.run(["make", *arguments], cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def phony_targets() -> set[str]:
    declared = re.search(r"^\.PHONY: ((?:.*\\\n)*.*)$", MAKEFILE, re.MULTILINE)
    assert declared
    return set(declared[1].replace("\\", " ").split())


def test_every_target_is_documented() -> None:
    assert phony_targets() == {target.name for target in read_targets(MAKEFILE)}


def test_every_target_is_in_help_and_in_the_docs() -> None:
    shown, page = make().stdout, render_make_targets()
    for name in phony_targets():
        assert f"  make {name} " in shown
        assert f"| `make {name}` |" in page


def test_every_target_has_something_to_run() -> None:
    for name in sorted(phony_targets()):
        assert "No rule" not in make("--dry-run", name).stderr


@pytest.mark.parametrize(
    ("argument", "line"),
    [
        ("ENV=nope", f"there is no environment 'nope', there are: {' '.join(environment_names())}."),
        (
            "ENV=demo production",
            f"there is no environment 'demo production', there are: {' '.join(environment_names())}.",
        ),
        ("TARGET=local aws", "there is no target 'local aws', there are: local aws."),
        ("TARGET=gcp", "there is no target 'gcp', there are: local aws."),
    ],
)
def test_a_wrong_choice_is_one_line_and_exit_code_2(argument: str, line: str) -> None:
    result = make("plan", argument)
    assert result.returncode == 2
    assert result.stdout == ""
    assert line in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_target_without_docs_is_noticed() -> None:
    assert read_targets("##@ Group\nplan: synth\n\t@true\n") == []
    assert read_targets("##@ Group\nplan: synth ## Show\n") == [("Group", "plan", "Show")]


def test_the_start_up_file_of_sh_is_no_environment() -> None:
    assert "--env demo" in make("--dry-run", "synth", ENV="/etc/profile").stdout
    assert "--env production" in make("--dry-run", "synth", "ENV=production", ENV="/etc/profile").stdout


def test_environments_elsewhere_are_found(tmp_path: Path) -> None:
    (tmp_path / "lab.yaml").touch()
    elsewhere = str(tmp_path)
    assert "--env lab" in make("--dry-run", "synth", "ENV=lab", RAYFORM_ENVIRONMENTS=elsewhere).stdout
    assert make("--dry-run", "synth", RAYFORM_ENVIRONMENTS=elsewhere).returncode == 2


@pytest.mark.parametrize("addresses", ["x;echo hi", 'aws_subnet.a["us-west-2a"]', "it's $(HOME) `id`"])
def test_addresses_reach_the_program_as_they_are(addresses: str) -> None:
    (line,) = [line for line in make("--dry-run", "plan", f"REPLACE={addresses}").stdout.splitlines() if "plan" in line]
    assert shlex.split(line)[-1] == f"--replace={addresses}"


def test_only_synth_itself_prints_to_the_output() -> None:
    command = "main.py --env demo"
    assert re.search(f"{command} *$", make("--dry-run", "synth").stdout, re.MULTILINE)
    for goal in ("plan", "apply", "output", "destroy"):
        assert re.search(f"{command} +>&2$", make("--dry-run", goal).stdout, re.MULTILINE)
