"""An empty clone to measure in: nothing that is deployed or built here is touched, and nothing here helps."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.paths import ROOT


@contextmanager
def empty_clone() -> Iterator[Path]:
    """Copy what git knows or would add, uncommitted changes included."""
    with tempfile.TemporaryDirectory(prefix="rayform-bench-") as directory:
        clone = Path(directory)
        for name in _files():
            if (ROOT / name).is_file():
                (clone / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, clone / name)
        try:
            yield clone
        finally:
            _stop_emulator(clone)


def _files() -> list[str]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in listed.stdout.split("\0") if name]


def _stop_emulator(clone: Path) -> None:
    python = clone / ".venv/bin/python"
    if python.exists():
        subprocess.run([python, "-m", "scripts.local_aws", "down"], cwd=clone, capture_output=True, check=False)
