"""Synthesis as the Makefile and the cdktf CLI call it, and how every command ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import main
from config.errors import report_user_errors
from config.paths import ROOT, synth_directory


def test_without_node_synth_ends_in_one_line(tmp_path: Path) -> None:
    command = [sys.executable, "main.py", "--env", "demo"]
    variables = {**os.environ, "PATH": "", "RAYFORM_WORK": str(tmp_path)}
    done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "error: node is not there, and CDKTF needs it: install Node.js 20 or newer\n"


@pytest.mark.parametrize(
    ("arguments", "directory"),
    [(["--env", "demo"], str(synth_directory("local"))), ([], "/elsewhere")],
)
def test_only_the_cdktf_cli_chooses_the_directory(
    arguments: list[str], directory: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen: list[str] = []
    monkeypatch.setenv("CDKTF_OUTDIR", "/elsewhere")
    monkeypatch.delenv("ENV", raising=False)
    monkeypatch.delenv("TARGET", raising=False)
    monkeypatch.setattr("sys.argv", ["main.py", *arguments])
    monkeypatch.setattr(main, "synthesize", lambda _, where: chosen.append(where))
    assert main.main() == 0
    assert chosen == [directory]


def test_a_file_that_cannot_be_used_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "none"

    @report_user_errors
    def read() -> int:
        return len(file.read_text())

    assert read() == 2
    assert capsys.readouterr().err == f"error: {file}: No such file or directory\n"


def test_a_reader_that_has_gone_is_no_error() -> None:
    program = (
        "import sys; from config.errors import report_user_errors\n"
        "sys.exit(report_user_errors(lambda: print('x' * 100000) or 0)())"
    )
    command = f'{sys.executable} -c "$PROGRAM" | true; exit "${{PIPESTATUS[0]}}"'
    variables = {**os.environ, "PROGRAM": program}
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (141, "")
