"""The lazy binding gives what the stock one gives, byte for byte."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from config.paths import ROOT

NAMES = ("production", "eks")
"""Together they have nearly all resources."""
SYNTHESIZE = """
import sys
from config.load import load_environment
from main import synthesize
for name in sys.argv[2:]:
    synthesize(load_environment(name), sys.argv[1])
"""


def _synthesize(directory: Path, **variables: str) -> list[bytes]:
    env = {**os.environ, "CDKTF_HOME": str(directory), **variables}
    subprocess.run([sys.executable, "-c", SYNTHESIZE, str(directory), *NAMES], cwd=ROOT, env=env, check=True)
    return [(directory / "stacks" / name / "cdk.tf.json").read_bytes() for name in NAMES]


def test_lazy_and_stock_synthesize_the_same(tmp_path: Path) -> None:
    lazy = _synthesize(tmp_path / "lazy")
    stock = _synthesize(tmp_path / "stock", RAYFORM_STOCK_BINDING="1")
    assert all(len(each) > 100_000 for each in lazy)
    assert lazy == stock
