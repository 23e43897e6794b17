"""The environment whose cluster is booted, its addresses and its secrets: what Terraform would hand to the nodes."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml.comments import CommentedMap

from config.load import check_environment
from config.nodes import NodeConfig
from config.paths import BUILD, ROOT
from config.ports import Tier
from config.security_rules import Group
from config.static_ec2 import StaticEc2Config
from config.yaml_file import YamlFile
from scripts.rendering.bootstrap import render_bootstrap
from scripts.rendering.cluster_facts import ClusterFacts, HeadStore, StateVolume
from tests.ray.commands import run

WHEELS = BUILD / "ray-wheels"
TOOLS = BUILD / "ray-tools"
"""Both are made by scripts/setup/ray_tools.sh."""

REGION = "us-west-2"
RESOLVER = "10.0.0.2"
"""As in every VPC: the second address of its range."""

HEAD, NEW_HEAD = "10.0.0.10", "10.0.0.11"
WORKERS = {"worker-cpu-0": "10.0.0.21", "worker-cpu-1": "10.0.0.22"}
SECOND_HEAD = "10.0.0.30"
SECOND_WORKERS = {"worker-cpu-0": "10.0.0.41"}
STORE = "10.0.1.10"
OPERATOR = "192.168.77.10"
STRANGER = "203.0.113.66"
CLIENT_CIDR = "192.168.77.0/24"

STORE_NAME = "clustercfg.test-gcs.memorydb.internal"
WHEEL_SOURCE = "s3://test-wheels/ray-2.60"
STATE_VOLUME = "vol-0123456789abcdef0"


def node_python() -> str:
    """`3.11`: version of the distribution's Python, which nodes without a way out use."""
    return run("/usr/bin/python3", "-c", "import sys; print('%d.%d' % sys.version_info[:2])").strip()


def environment_of(storage: str, *, name: str = "test", python_version: str = "3.12") -> StaticEc2Config:
    """The environment, checked like a file."""
    given: dict[str, Any] = {
        "flavour": "static-ec2",
        "target": "local",
        "region": REGION,
        "access": {"client_cidrs": [CLIENT_CIDR], "ssh_cidrs": [CLIENT_CIDR]},
        "observability": {"cloudwatch_agent": False},
        "ray": {
            "python_version": python_version,
            "head_storage": storage,
            "wheel_source": WHEEL_SOURCE,
            "object_store_memory_gib": 1,
        },
        "head": {"instance_type": "m7i.large", "resources": {"CPU": 1}},
        "workers": {
            "cpu": {
                "instance_type": "m7i.large",
                "count": len(WORKERS),
                "spot": True,
                "resources": {"CPU": 2, "on_worker": 100},
            }
        },
    }
    if storage == "memorydb":
        given["memorydb"] = {}
    environment = check_environment(YamlFile(ROOT / f"{name}.yaml", CommentedMap(given)), name=name)
    assert isinstance(environment, StaticEc2Config)
    return environment


@dataclass
class Deployment:
    """One environment and what it has in Secrets Manager."""

    environment: StaticEc2Config
    head: str
    """Address of the head; changes when it gets another one."""
    workers: Mapping[str, str]
    """Addresses of the workers by name."""
    token: str = field(default_factory=lambda: secrets.token_hex(32))
    password: str = field(default_factory=lambda: secrets.token_hex(32))

    @property
    def members(self) -> dict[Group, list[str]]:
        """Addresses in each security group."""
        return {"head": [self.head], "worker": [*self.workers.values()], "memorydb": [STORE]}

    @property
    def head_name(self) -> str:
        """Name of the head in the private zone."""
        return f"head.{self.environment.name}.ray.internal"

    @property
    def token_secret(self) -> str:
        """Name of the secret with Ray's token."""
        return self.environment.label.name("ray-token")

    @property
    def password_secret(self) -> str:
        """Name of the secret with the store's password."""
        return self.environment.label.name("memorydb-password")

    @property
    def store_user(self) -> str:
        """User of the store."""
        return self.environment.label.name("gcs")

    def user_data(self, tier: Tier, name: str) -> str:
        """What a new instance of the tier is started with."""
        group = "head" if tier == "head" else "cpu"
        node: NodeConfig = self.environment.head if tier == "head" else self.environment.workers[group]
        return render_bootstrap(
            tier, node_name=name, node=node, ray=self.environment.ray, facts=self._facts, group=group
        )

    @property
    def _facts(self) -> ClusterFacts:
        label = self.environment.label
        stores: dict[str, HeadStore | StateVolume | None] = {
            "memorydb": HeadStore(STORE_NAME, self.store_user, self.password_secret, label.cluster),
            "rocksdb": StateVolume(STATE_VOLUME),
            "none": None,
        }
        return ClusterFacts(
            cluster=label.cluster,
            region=self.environment.region,
            head_address=self.head_name,
            token_secret=self.token_secret,
            log_group=None,
            metrics_namespace=f"Rayform/{label.cluster}",
            head_store=stores[self.environment.ray.head_storage],
        )
