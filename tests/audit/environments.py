"""The environments that the audit is tested on."""

from __future__ import annotations

from pathlib import Path

from config.anyscale_cloud import AnyscaleCloudConfig
from config.ec2_cluster import Ec2ClusterConfig
from config.foundation import FoundationConfig
from config.kuberay_eks import KuberayEksConfig
from config.load import check_environment
from config.paths import ENVIRONMENTS, ROOT, environment_names
from config.yaml_file import read_yaml

_OWN = Path(__file__).parent
FILES = {
    "small": _OWN / "small.yaml",
    "rocksdb": _OWN / "rocksdb.yaml",
    "autoscaling-small": _OWN / "autoscaling.yaml",
    "ray-up": _OWN / "ray_up.yaml",
    "everything": ROOT / "tests/config/everything.yaml",
    "cloud-existing": _OWN / "cloud_existing.yaml",
    "everything-anyscale": ROOT / "tests/config/everything-anyscale.yaml",
    "everything-kuberay": ROOT / "tests/config/everything-kuberay.yaml",
    **{name: ENVIRONMENTS / f"{name}.yaml" for name in environment_names()},
}


def load_any(name: str) -> FoundationConfig:
    """Load one of them."""
    environment = check_environment(read_yaml(FILES[name]), name=name)
    assert isinstance(environment, FoundationConfig)
    return environment


def load(name: str) -> Ec2ClusterConfig:
    """Load one of a Ray cluster on EC2."""
    environment = load_any(name)
    assert isinstance(environment, Ec2ClusterConfig)
    return environment


def load_cloud(name: str) -> AnyscaleCloudConfig:
    """Load one of flavour `anyscale-cloud`."""
    environment = load_any(name)
    assert isinstance(environment, AnyscaleCloudConfig)
    return environment


def load_eks(name: str) -> KuberayEksConfig:
    """Load one of flavour `kuberay-eks`."""
    environment = load_any(name)
    assert isinstance(environment, KuberayEksConfig)
    return environment
