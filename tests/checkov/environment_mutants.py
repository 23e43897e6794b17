"""Mutants of the files of `production` and `eks`: one setting is changed, and our own validation must refuse it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

File = dict[str, Any]


@dataclass(frozen=True)
class EnvironmentMutant:
    """One setting that opens or loses something."""

    name: str
    setting: str
    """Dotted path in the file."""
    value: Any
    """What it is set to; None takes it out."""
    refused_at: str = ""
    """The setting that the error names, when it is another one."""
    environment: str = "production"

    def change(self, file: File) -> None:
        """Change the content of the file."""
        *sections, last = self.setting.split(".")
        target = file
        for section in sections:
            target = target.setdefault(section, {})
        if self.value is None:
            del target[last]
        else:
            target[last] = self.value


def _eks(name: str, setting: str, value: Any, refused_at: str = "") -> EnvironmentMutant:
    return EnvironmentMutant(name, setting, value, refused_at, "eks")


_new: Callable[..., EnvironmentMutant] = EnvironmentMutant

ENVIRONMENT_MUTANTS = [
    _new("clients from everywhere", "access.client_cidrs", ["0.0.0.0/0"]),
    _new("clients from the halves of the internet", "access.client_cidrs", ["0.0.0.0/1", "128.0.0.0/1"]),
    _new("clients from everywhere in IPv6", "access.client_cidrs", ["::/0"]),
    _new("SSH from everywhere", "access.ssh_cidrs", ["0.0.0.0/0"]),
    _new("clients without a token", "access.allow_unauthenticated", True),
    _new("public nodes without a public subnet", "network.public_subnets", "none"),
    _new("Ray without tokens", "ray.version", "2.51.0"),
    _new("MemoryDB without replicas, declared", "memorydb.replicas", 0),
    _new("MemoryDB without snapshots, declared", "memorydb.snapshot_retention_days", 0),
    _new("MemoryDB in one zone", "network.zones", 1, refused_at="memorydb"),
    _new("MemoryDB left out, but used", "memorydb", None, refused_at="ray.head_storage"),
    _new("MemoryDB without TLS, declared", "memorydb.tls", False),
    _new("a file system without encryption, declared", "efs.encrypted", False),
    _new("flow logs for no time", "network.flow_logs", {"retention_days": 0}),
    _new("flow logs switched off", "network.flow_logs", False),
    _new("nodes that write the access logs", "buckets.logs.node_access", "read_write"),
    _new("a managed policy by its name", "iam.worker_managed_policy_arns", ["AmazonS3FullAccess"]),
    _new("a key that is rotated too seldom", "kms.rotation_days", 10000),
    _new("no account", "account_id", None),
    _new("two heads", "head.count", 2),
    _eks("the Kubernetes API open to the world, declared", "access.public_api_cidrs", ["0.0.0.0/0"]),
    _eks("clients of the Kubernetes API from everywhere, declared", "access.client_cidrs", ["0.0.0.0/0"]),
    _eks("a public endpoint for the halves of the internet", "access.public_api_cidrs", ["0.0.0.0/1", "128.0.0.0/1"]),
    _eks("SSH to Kubernetes nodes", "access.ssh_cidrs", ["10.0.0.0/8"]),
    _eks("public Kubernetes nodes", "access.public_nodes", True),
    _eks("Ray on Kubernetes without a token", "access.allow_unauthenticated", True),
    _eks("everybody is let in", "access.entries.all", {"principal_arn": "*"}),
    _eks("a Kubernetes version without support, declared", "eks.version", "1.27"),
    _eks("aws-auth, declared", "eks.authentication_mode", "CONFIG_MAP"),
    _eks("an add-on of the day, declared", "eks.addons", {"vpc-cni": {"version": "latest"}}),
    _eks("images whose tags move, declared", "ecr.image_tag_mutability", "MUTABLE"),
    _eks("Prometheus that keeps logs for no time", "prometheus.log_retention_days", 0),
]
