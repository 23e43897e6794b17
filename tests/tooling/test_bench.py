from __future__ import annotations

import sys
from pathlib import Path

import pytest

from config.errors import UserError
from config.paths import ROOT
from scripts.bench.clone import empty_clone
from scripts.bench.limits import Measurement
from scripts.bench.measure import median_seconds, peak_memory, seconds


def python(code: str) -> list[str]:
    return [sys.executable, "-S", "-c", code]


def test_a_limit_can_be_missed() -> None:
    assert Measurement("ratio", 0.1, 0.15, "×").ok
    assert not Measurement("ratio", 0.2, 0.15, "×").ok


def test_time_is_that_of_the_whole_command(tmp_path: Path) -> None:
    command = python("import time; time.sleep(0.2)")
    assert seconds(command, tmp_path, {}) >= 0.2
    assert median_seconds(command, tmp_path, {}, runs=1) >= 0.2


def test_a_command_that_fails_measures_nothing(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such thing"):
        seconds(python("raise SystemExit('no such thing')"), tmp_path, {})
    with pytest.raises(UserError, match="exit code 3"):
        peak_memory(python("raise SystemExit(3)"), tmp_path, {})


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_is_that_of_children_too(tmp_path: Path) -> None:
    child = "block = bytearray(60 << 20); import time; time.sleep(0.5)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-S', '-c', {child!r}])"
    memory = peak_memory(python(parent), tmp_path, {})
    assert memory.largest > 60  # no upper bound: Linux counts what the process was forked from
    assert 60 < memory.together < 200


def test_a_clone_has_the_sources_and_nothing_that_was_built() -> None:
    with empty_clone() as clone:
        assert (clone / "Makefile").read_text() == (ROOT / "Makefile").read_text()
        assert not (clone / ".venv").exists()
        assert not (clone / "build").exists()
    assert not clone.exists()
