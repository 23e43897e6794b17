from __future__ import annotations

from pathlib import Path

import pytest

from scripts.terraform.deployment import Deployment


@pytest.fixture
def deployment(tmp_path: Path) -> Deployment:
    """A deployment with a synthesized stack and nothing else."""
    (tmp_path / "cdk.tf.json").write_text("{}")
    return Deployment(name="demo", target="aws", directory=tmp_path, variables={})
