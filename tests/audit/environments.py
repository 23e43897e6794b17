"""The environments that the audit is tested on."""

from __future__ import annotations

from pathlib import Path

from config.ec2_cluster import Ec2ClusterConfig
from config.load import check_environment
from config.paths import ENVIRONMENTS, ROOT, environment_names
from config.yaml_file import read_yaml

FILES = {
    "small": Path(__file__).parent / "small.yaml",
    "rocksdb": Path(__file__).parent / "rocksdb.yaml",
    "autoscaling-small": Path(__file__).parent / "autoscaling.yaml",
    "ray-up": Path(__file__).parent / "ray_up.yaml",
    "everything": ROOT / "tests/config/everything.yaml",
    **{name: ENVIRONMENTS / f"{name}.yaml" for name in environment_names()},
}


def load(name: str) -> Ec2ClusterConfig:
    """Load one of them."""
    environment = check_environment(read_yaml(FILES[name]), name=name)
    assert isinstance(environment, Ec2ClusterConfig)
    return environment
