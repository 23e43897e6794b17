from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.errors import UserError
from config.paths import ROOT
from scripts.operate.command_line import JOB_ARGUMENTS, read_command_line, split_command_line
from scripts.operate.job import job_arguments

ODD = ["--epochs", "3", "plan", "clean", "lr=0.1", "PY=3", "SHELL=zsh", "ENV=nope", "a:b", "s3://x/y", "README.md"]


@pytest.mark.parametrize(
    ("line", "ours", "job"),
    [
        (["make", "submit", "JOB=a b.py"], ["submit", "JOB=a b.py"], []),
        (["make", "submit", "JOB=x", "--", *ODD], ["submit", "JOB=x"], ODD),
        (["make", "-C", "dir", "-j", "4", "submit"], ["submit"], []),
        (["make", "-j", "submit", "-sk", "--no-print-directory"], ["submit"], []),
        (["make", "-f", "Makefile", "plan", "submit", "--", "--", "-x"], ["plan", "submit"], ["--", "-x"]),
    ],
)
def test_what_stands_after_the_dashes_is_for_the_job(line: list[str], ours: list[str], job: list[str]) -> None:
    assert split_command_line(line) == (ours, job)


def test_the_command_line_of_a_process_is_read_word_by_word() -> None:
    code = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code, "a b", ""], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        words = read_command_line(process.pid)
        process.kill()
    assert words[3:] == ["a b", ""]


def test_arguments_come_as_a_shells_words_and_after_the_dashes() -> None:
    after = {JOB_ARGUMENTS: json.dumps(["plan", "it's"])}
    assert job_arguments(after, "--name 'a b' lr=0.1") == ("--name", "a b", "lr=0.1", "plan", "it's")
    assert job_arguments({}, None) == ()
    with pytest.raises(UserError, match="ARGS: got 'a, want words as in a shell: no closing quotation"):
        job_arguments({}, "'a")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The Makefile with a Python that writes down what it was called with, in the place of the environment."""
    for name in ("Makefile", "scripts", "environments", "requirements.txt", "requirements-dev.txt"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "requirements-uv.txt").symlink_to(ROOT / "requirements-uv.txt")
    (tmp_path / "README.md").touch()
    python = tmp_path / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(
        f"#!{sys.executable}\n"
        "import json, os, runpy, sys\n"
        "if sys.argv[1] == '-m':\n"
        "    with open('called', 'a') as file:\n"
        f"        print(json.dumps([sys.argv[2:], os.environ.get('{JOB_ARGUMENTS}')]), file=file)\n"
        "    sys.exit(os.path.exists('fail') and 5)\n"
        "else:\n"
        "    sys.argv = sys.argv[1:]\n"
        "    runpy.run_path(sys.argv[0], run_name='__main__')\n"
    )
    python.chmod(0o755)
    (tmp_path / ".venv/.ready").touch()
    return tmp_path


def make(checkout: Path, *words: str, cwd: Path | None = None, **variables: str) -> tuple[int, list[list[object]], str]:
    """Run make; return its exit status, the calls of Python, and what it printed."""
    unset = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")
    env = {name: value for name, value in os.environ.items() if name not in unset} | variables
    done = subprocess.run(["make", *words], cwd=cwd or checkout, env=env, capture_output=True, text=True, check=False)
    called = checkout / "called"
    calls = [json.loads(line) for line in called.read_text().splitlines()] if called.exists() else []
    return done.returncode, calls, done.stdout + done.stderr


@pytest.mark.parametrize("goal", ["submit", "job"])
def test_make_takes_nothing_after_the_dashes_for_its_own(checkout: Path, goal: str) -> None:
    words = [goal, "ENV=lab", "JOB=it's $a.py", "--", *ODD, "x y", "q\"$'"]
    code, calls, printed = make(checkout, *words)
    want = ["scripts.operate", goal, "--env", "lab", "--job=it's $a.py"]
    assert (code, printed) == (0, "")
    assert calls == [[want, json.dumps([*ODD, "x y", "q\"$'"])]]


def test_goals_before_the_dashes_are_still_goals(checkout: Path) -> None:
    code, calls, _ = make(checkout, "dump", "submit", "JOB=x.py", "ARGS=--lr=0.1 'a b'", "--", "plan")
    assert code == 0
    assert [call[0][:2] for call in calls if isinstance(call[0], list)] == [
        ["scripts.dump", "--env"],
        ["scripts.operate", "submit"],
    ]
    assert calls[1] == [
        ["scripts.operate", "submit", "--env", "demo", "--job=x.py", "--args=--lr=0.1 'a b'"],
        json.dumps(["plan"]),
    ]


def test_another_directory_and_options_of_make_are_no_matter(checkout: Path, tmp_path: Path) -> None:
    code, calls, _ = make(checkout, "-C", checkout.name, "-s", "submit", "JOB=x", "--", "-n", cwd=checkout.parent)
    assert code == 0
    assert calls == [[["scripts.operate", "submit", "--env", "demo", "--job=x"], '["-n"]']]


def test_a_job_that_fails_fails_make(checkout: Path) -> None:
    (checkout / "fail").touch()
    code, calls, _ = make(checkout, "submit", "JOB=x", "--", "plan")
    assert code == 2
    assert len(calls) == 1


def test_variables_of_the_process_environment_are_no_options(checkout: Path) -> None:
    code, calls, _ = make(checkout, "logs", "NODE=worker-cpu-0", LINES="50", BASTION="x", VIA="ssh")
    assert code == 0
    assert calls == [[["scripts.operate", "logs", "--env", "demo", "--node=worker-cpu-0"], None]]


def test_each_option_arrives(checkout: Path) -> None:
    _, calls, _ = make(checkout, "logs", "FOLLOW=1", "LINES=9", "VIA=ssh", "BASTION=a@b", "SSH_KEY=~/k", "TARGET=local")
    which = ["--env", "demo", "--target", "local", "--via=ssh", "--bastion=a@b", "--ssh-key=~/k", "--lines=9"]
    assert calls == [[["scripts.operate", "logs", *which, "--follow"], None]]


@pytest.mark.parametrize(
    "command",
    [
        "ray  status",
        "it's \"quoted\" and 'quoted'",
        "echo $HOME $(hostname) $$ ${X:-y} `id`",
        "echo $(shell touch made-by-make) $(error no)",
        "two\nlines\n\tindented",
        "é 語 # \\ % ! * ; &",
        "@echo",
    ],
)
def test_a_command_arrives_as_it_was_typed(checkout: Path, command: str) -> None:
    code, calls, printed = make(checkout, "exec", "NODE=a b", f"CMD={command}")
    assert (code, printed) == (0, "")
    assert calls == [[["scripts.operate", "exec", "--env", "demo", "--node=a b", f"--cmd={command}"], None]]
    assert not (checkout / "made-by-make").exists()


def test_a_command_of_the_process_environment_is_none(checkout: Path) -> None:
    _, calls, _ = make(checkout, "exec", CMD="rm -rf /", RAYFORM_COMMAND="rm -rf /")
    assert calls == [[["scripts.operate", "exec", "--env", "demo", "--cmd="], None]]


@pytest.mark.parametrize("goal", ["up", "down", "attach"])
def test_the_ways_to_a_node_are_options_of_all(checkout: Path, goal: str) -> None:
    _, calls, _ = make(checkout, goal, "VIA=ssh", "BASTION=a@b", "SSH_KEY=~/k")
    words = ["scripts.operate", goal, "--env", "demo", "--via=ssh", "--bastion=a@b", "--ssh-key=~/k"]
    assert calls == [[words, None]]
