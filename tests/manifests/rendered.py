"""Rendered documents for tests, read back from YAML."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ruamel.yaml import YAML

from config.kuberay_eks import KuberayEksConfig
from scripts.manifests.facts import ManifestFacts, applied_facts, placeholder_facts
from scripts.manifests.render import render_manifests
from tests.synthesis import kube

Document = Mapping[str, Any]
GPU = {"instance_type": "g6.12xlarge", "spot": True, "cpus": 10, "memory_gib": 40, "gpus": 1}
EXISTING = {
    "network": {
        "existing": {
            "vpc_id": "vpc-0a1b2c3d4e5f60718",
            "private_subnets": {"us-west-2a": "subnet-0a1b2c3d4e5f60711", "us-west-2b": "subnet-0a1b2c3d4e5f60712"},
        }
    },
    "eks": {"existing_cluster": {"name": "shared"}, "system_nodes": None, "cluster_autoscaler": False},
}
STORAGE = {
    "buckets": {
        "models": {"mount_path": "/mnt/models", "node_access": "read_only"},
        "results": {"mount_path": "/mnt/results"},
        "private": {},
    },
    "efs": {},
    "fsx": {"storage_class": True},
    "memorydb": {},
    "ray": {"head_storage": "memorydb"},
}
WORK = {
    "jobs": {
        "train": {"entrypoint": "python train.py", "workers": ["cpu"], "retries": 2, "timeout_seconds": 3600},
        "nightly": {"entrypoint": "python -m nightly", "schedule": "0 3 * * *"},
    },
    "services": {"embed": {"import_path": "embed:app", "working_dir": "https://example.com/embed.zip"}},
}
CPU = {"instance_type": "m7i.4xlarge"}
VARIATIONS: dict[str, dict[str, Any]] = {
    "plain": {},
    "all": {**STORAGE, **WORK, "workers": {"cpu": CPU, "gpu": GPU}, "kuberay": {"pod_monitor": True}, "prometheus": {}},
    "no_autoscaler": {**WORK, "autoscaler": {"enabled": False}, "workers": {"cpu": {**CPU, "min_replicas": 1}}},
    "no_network_policy": {**WORK, "kuberay": {"network_policy": False}},
    "existing": {**WORK, **EXISTING, "prometheus": {}},
    "arm": {"head": {"instance_type": "m7g.xlarge"}, "workers": {"cpu": {"instance_type": "c7g.4xlarge"}}},
    "irsa": {"eks": {"service_account_roles": "irsa"}},
    "own_resources": {"head": {"resources": {"door": 1}}, "workers": {"cpu": {**CPU, "resources": {"disk": 1000000}}}},
}


@dataclass(frozen=True)
class Pod:
    """The template of one group's pods."""

    group: str
    template: Document
    cluster: Document
    """Spec of the Ray cluster."""

    @property
    def spec(self) -> Document:
        found: Document = self.template["spec"]
        return found

    @property
    def container(self) -> Document:
        found: Document = self.spec["containers"][0]
        return found


def files(facts: ManifestFacts | None = None, **settings: Any) -> dict[str, str]:
    """Rendered files of an environment from settings."""
    environment = kube(**settings)
    return render_manifests(environment, facts or placeholder_facts(environment))


def parsed(text: str) -> list[Document]:
    """Documents of a file; a key that is there twice is an error."""
    return [document for document in YAML(typ="safe").load_all(text) if document is not None]


def documents(**settings: Any) -> list[Document]:
    """All documents of an environment from settings, rendered once for all tests of a process: none changes them."""
    return _documents(json.dumps(settings))


@cache
def _documents(settings: str) -> list[Document]:
    return [document for text in files(**json.loads(settings)).values() for document in parsed(text)]


def of_kind(kind: str, found: list[Document]) -> list[Document]:
    return [document for document in found if document["kind"] == kind]


def named(kind: str, name: str, found: list[Document]) -> Document:
    (document,) = [each for each in of_kind(kind, found) if each["metadata"]["name"] == name]
    return document


def ray_clusters(found: list[Document]) -> Iterator[Document]:
    """Specs of Ray clusters, whatever they are in."""
    for document in found:
        spec = document.get("spec", {})
        if document["kind"] == "RayCluster":
            yield spec
        elif document["kind"] == "RayService":
            yield spec["rayClusterConfig"]
        elif document["kind"] in {"RayJob", "RayCronJob"}:
            yield spec.get("jobTemplate", spec)["rayClusterSpec"]


def ray_pods(found: list[Document]) -> Iterator[Pod]:
    """Templates of heads and workers."""
    for cluster in ray_clusters(found):
        yield Pod("head", cluster["headGroupSpec"]["template"], cluster)
        for group in cluster["workerGroupSpecs"]:
            yield Pod(group["groupName"], group["template"], cluster)


def pod_templates(found: list[Document]) -> Iterator[Document]:
    """Templates of all pods of Ray's namespace: those of Ray, and those that submit jobs."""
    yield from (pod.template for pod in ray_pods(found))
    for document in found:
        spec = document.get("spec", {})
        job = spec.get("jobTemplate", spec)
        if "submitterPodTemplate" in job:
            yield job["submitterPodTemplate"]


def outputs(environment: KuberayEksConfig) -> dict[str, Any]:
    """What an apply of it leaves, of what the documents use."""
    arn = "arn:aws:iam::123456789012:role/real-"
    return {
        "service_cidr": "172.20.0.0/16",
        "key_arn": "arn:aws:kms:us-west-2:123456789012:key/real",
        "service_account_role_arns": {part: arn + part for part in ("ray-head", "ray-worker", "cluster-autoscaler")},
        "bucket_names": {name: f"real-{name}" for name in environment.all_buckets},
        "efs_id": "fs-0real",
        "efs_access_point_id": "fsap-0real",
        "fsx_id": "fs-0lustre",
        "fsx_dns_name": "fs-0lustre.fsx.us-west-2.amazonaws.com",
        "fsx_mount_name": "abcdefgh",
        "fsx_subnet_id": "subnet-0real",
        "fsx_security_group_id": "sg-0real",
        "memorydb_address": "clustercfg.real.abc123.memorydb.us-west-2.amazonaws.com",
    }


def real_facts(environment: KuberayEksConfig) -> ManifestFacts:
    return applied_facts(environment, outputs(environment))
