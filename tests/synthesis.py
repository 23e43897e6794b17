"""Synthesizes environments for tests."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml.comments import CommentedMap

from config.anyscale_cloud import AnyscaleCloudConfig
from config.ec2_cluster import Ec2ClusterConfig
from config.environment import Environment
from config.kuberay_eks import KuberayEksConfig
from config.load import check_environment, load_environment
from config.paths import ROOT
from config.yaml_file import YamlFile
from main import synthesize

GENERATED = "//"
PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBBZtNYo1zs3eIG01MHvlhBJQ4hMDFzLhKDQLAd6dwmm"
"""A whole key, whose private half is nowhere."""


@dataclass(frozen=True)
class Synthesized:
    """The JSON of a stack."""

    document: dict[str, Any]

    def of(self, resource_type: str) -> dict[str, dict[str, Any]]:
        """Resources of a type by name; empty when there are none."""
        found: dict[str, dict[str, Any]] = self.document["resource"].get(resource_type, {})
        return found

    def only(self, resource_type: str) -> dict[str, Any]:
        """The one resource of a type."""
        (resource,) = self.of(resource_type).values()
        return resource

    def data(self, data_type: str) -> dict[str, dict[str, Any]]:
        """Data sources of a type by name."""
        found: dict[str, dict[str, Any]] = self.document["data"].get(data_type, {})
        return found

    def statements(self, name: str) -> list[dict[str, Any]]:
        """Statements of a policy document."""
        found: list[dict[str, Any]] = self.data("aws_iam_policy_document")[name]["statement"]
        return found

    @property
    def addresses(self) -> list[str]:
        """Terraform addresses of all resources and data sources, sorted."""
        managed = [f"{kind}.{name}" for kind, names in self.document["resource"].items() for name in names]
        read = [f"data.{kind}.{name}" for kind, names in self.document.get("data", {}).items() for name in names]
        return sorted(managed + read)


def environment(name: str = "test", flavour: str = "static-ec2", **settings: Any) -> Ec2ClusterConfig:
    """A cluster on EC2 from settings, checked like a file."""
    checked = _checked(name, flavour, settings)
    assert isinstance(checked, Ec2ClusterConfig)
    return checked


def cloud(name: str = "test", **settings: Any) -> AnyscaleCloudConfig:
    """An Anyscale cloud from settings, checked like a file."""
    known = {"external_id": "org_1a2b3c4d5e6f-9f2c61d07b", "cloud_id": "cld_1a2b3c4d5e6f"}
    checked = _checked(name, "anyscale-cloud", {"anyscale": known, **settings})
    assert isinstance(checked, AnyscaleCloudConfig)
    return checked


def kube(name: str = "test", **settings: Any) -> KuberayEksConfig:
    """Ray on EKS from settings, checked like a file."""
    checked = _checked(name, "kuberay-eks", {"workers": {"cpu": {"instance_type": "m7i.4xlarge"}}, **settings})
    assert isinstance(checked, KuberayEksConfig)
    return checked


def _checked(name: str, flavour: str, settings: dict[str, Any]) -> Environment:
    given = {"flavour": flavour, "target": "local", "region": "us-west-2", **settings}
    return check_environment(YamlFile(ROOT / f"{name}.yaml", CommentedMap(given)), name=name)


def synth(config: Environment) -> Synthesized:
    """Synthesize an environment."""
    with tempfile.TemporaryDirectory() as directory:
        synthesize(config, directory)
        file = Path(directory) / "stacks" / config.name / "cdk.tf.json"
        return Synthesized(json.loads(file.read_text(encoding="utf-8")))


@cache
def example(name: str, target: str | None = None) -> Synthesized:
    """Synthesize one of the example environments."""
    return synth(load_environment(name, target=target))
