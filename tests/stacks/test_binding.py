"""The lazy binding gives what the stock one gives, byte for byte."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from config.paths import ROOT


def _synthesize(directory: Path, **variables: str) -> bytes:
    env = {**os.environ, "RAYFORM_WORK": str(directory), "CDKTF_HOME": str(directory), **variables}
    subprocess.run([sys.executable, "main.py", "--env", "production"], cwd=ROOT, env=env, check=True)
    return (directory / "build/aws/stacks/production/cdk.tf.json").read_bytes()


def test_lazy_and_stock_synthesize_the_same(tmp_path: Path) -> None:
    lazy = _synthesize(tmp_path / "lazy")
    stock = _synthesize(tmp_path / "stock", RAYFORM_STOCK_BINDING="1")
    assert len(lazy) > 100_000
    assert lazy == stock
