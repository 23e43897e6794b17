"""Boot scripts of the nodes that the tests look at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from config.nodes import HeadConfig, WorkerGroupConfig
from config.ray import RayConfig
from config.ray_ports import RayPortsConfig
from scripts.rendering.bootstrap import render_bootstrap
from scripts.rendering.cluster_facts import ClusterFacts, EfsMount, HeadStore, StateVolume

HOOK = "#!/bin/bash\necho hooked"


def facts(**settings: Any) -> ClusterFacts:
    """Facts of a cluster that has everything, unless a setting says otherwise."""
    given: dict[str, Any] = {
        "cluster": "ray-test",
        "region": "us-west-2",
        "head_address": "head.test.ray.internal",
        "token_secret": "ray-test-ray-token",
        "log_group": "/ray/test/nodes",
        "metrics_namespace": "Rayform/ray-test",
        "efs": EfsMount("fs-0123456789abcdef0", "fsap-0123456789abcdef0", "/mnt/efs"),
        "head_store": HeadStore("gcs.example.com", "ray-test-gcs", "ray-test-memorydb-password", "ray-test"),
        **settings,
    }
    return ClusterFacts(**given)


def head(*, ray: RayConfig | None = None, hook: str | None = None, **settings: Any) -> str:
    """Boot script of a head."""
    return render_bootstrap(
        "head",
        node_name="head-node",
        node=HeadConfig(),
        ray=ray or RayConfig(),
        facts=facts(**settings),
        group="head",
        hook=hook,
    )


def worker(*, ray: RayConfig | None = None, spot: bool = False, **settings: Any) -> str:
    """Boot script of a worker."""
    node = WorkerGroupConfig(resources={"CPU": 4, "custom": 5}, labels={"accelerator": "l4"}, spot=spot)
    ray = ray or RayConfig(packages=["numpy==2.3.4"], extras=["data"], object_store_memory_gib=2)
    return render_bootstrap(
        "worker", node_name="worker-gpu-0", node=node, ray=ray, facts=facts(**settings), group="gpu"
    )


BARE: dict[str, Any] = {"efs": None, "head_store": None, "log_group": None}

SCRIPTS: dict[str, Callable[[], str]] = {
    "head": head,
    "worker": worker,
    "bare-head": lambda: head(token_secret=None, **BARE),
    "rocksdb-head": lambda: head(hook=HOOK, **{**BARE, "head_store": StateVolume("vol-0123456789abcdef0")}),
    "offline-spot-worker": lambda: worker(
        spot=True, ray=RayConfig(wheel_source="s3://my-wheels/ray", ports=RayPortsConfig(gcs=7379)), **BARE
    ),
}
