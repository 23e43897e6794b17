"""What set-up runs around the package installer."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from config.paths import ROOT
from scripts.setup.compile_bytecode import compile_packages


@pytest.mark.parametrize(
    ("variables", "index"),
    [
        ({"PIP_INDEX_URL": "mirror"}, "mirror"),
        ({"PIP_INDEX_URL": "mirror", "UV_DEFAULT_INDEX": "users"}, "users"),
        ({"PIP_INDEX_URL": "mirror", "UV_INDEX_URL": "users"}, ""),
        ({}, "of-pip"),
    ],
)
def test_uv_takes_pips_index_unless_it_has_one(variables: dict[str, str], index: str, tmp_path: Path) -> None:
    pip = tmp_path / "python"
    pip.write_text("#!/bin/sh\necho of-pip\n")
    pip.chmod(0o755)
    ours = ("PIP_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX_URL")
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    script = f'. scripts/setup/uv_environment.sh; use_pip_index {pip}; echo "${{UV_DEFAULT_INDEX:-}}"'
    command = ["sh", "-euc", script]
    done = subprocess.run(command, cwd=ROOT, env={**kept, **variables}, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == index


def test_bytecode_is_written_for_what_is_imported(tmp_path: Path) -> None:
    for name in ("used", "mypy"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("x = 1\n")
    compile_packages(tmp_path)
    assert len(list((tmp_path / "used/__pycache__").iterdir())) == 1
    assert not (tmp_path / "mypy/__pycache__").exists()
