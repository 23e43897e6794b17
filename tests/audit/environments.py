"""The environments that the audit is tested on."""

from __future__ import annotations

from pathlib import Path

from config.load import check_environment
from config.paths import ENVIRONMENTS, ROOT, environment_names
from config.static_ec2 import StaticEc2Config
from config.yaml_file import read_yaml

FILES = {
    "small": Path(__file__).parent / "small.yaml",
    "rocksdb": Path(__file__).parent / "rocksdb.yaml",
    "everything": ROOT / "tests/config/everything.yaml",
    **{name: ENVIRONMENTS / f"{name}.yaml" for name in environment_names()},
}


def load(name: str) -> StaticEc2Config:
    """Load one of them."""
    environment = check_environment(read_yaml(FILES[name]), name=name)
    assert isinstance(environment, StaticEc2Config)
    return environment
