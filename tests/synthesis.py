"""Synthesizes environments for tests."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml.comments import CommentedMap

from config.ec2_cluster import Ec2ClusterConfig
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
    """An environment from settings, checked like a file."""
    given = {"flavour": flavour, "target": "local", "region": "us-west-2", **settings}
    checked = check_environment(YamlFile(ROOT / f"{name}.yaml", CommentedMap(given)), name=name)
    assert isinstance(checked, Ec2ClusterConfig)
    return checked


def synth(config: Ec2ClusterConfig) -> Synthesized:
    """Synthesize an environment."""
    with tempfile.TemporaryDirectory() as directory:
        synthesize(config, directory)
        file = Path(directory) / "stacks" / config.name / "cdk.tf.json"
        return Synthesized(json.loads(file.read_text(encoding="utf-8")))


@cache
def example(name: str, target: str | None = None) -> Synthesized:
    """Synthesize one of the example environments."""
    config = load_environment(name, target=target)
    assert isinstance(config, Ec2ClusterConfig)
    return synth(config)
