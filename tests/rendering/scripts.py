"""Boot scripts of the nodes that the tests look at."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Literal

from config.autoscaler import WorkerTypeConfig
from config.nodes import HeadConfig, WorkerGroupConfig
from config.ray import RayConfig
from config.ray_ports import RayPortsConfig
from scripts.rendering.bootstrap import render_bootstrap
from scripts.rendering.cluster_facts import Autoscaling, ClusterFacts, EfsMount, HeadStore, StateVolume
from scripts.rendering.node_type import RayType

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


def head(
    *, ray: RayConfig | None = None, hook: str | None = None, ray_type: RayType | None = None, **settings: Any
) -> str:
    """Boot script of a head."""
    return render_bootstrap(
        "head",
        node_name="head-node",
        node=HeadConfig(),
        ray=ray or RayConfig(),
        facts=facts(**settings),
        group="head",
        hook=hook,
        ray_type=ray_type,
    )


def worker(*, ray: RayConfig | None = None, spot: bool = False, **settings: Any) -> str:
    """Boot script of a worker."""
    node = WorkerGroupConfig(resources={"CPU": 4, "custom": 5}, labels={"accelerator": "l4"}, spot=spot)
    ray = ray or RayConfig(packages=["numpy==2.3.4"], extras=["data"], object_store_memory_gib=2)
    return render_bootstrap(
        "worker", node_name="worker-gpu-0", node=node, ray=ray, facts=facts(**settings), group="gpu"
    )


def known_type(name: str, market_type: Literal["spot", "on-demand"] = "on-demand") -> RayType:
    """A node type as Ray knows it."""
    basics = {"CPU": 8, "memory": 24051816857}
    return RayType(
        name=name,
        resources={**basics, "GPU": 1, "accelerator_type:L4": 1, "custom": 5},
        told_resources={**basics, "custom": 5},
        labels={"ray.io/node-group": name},
        market_type=market_type,
        region="us-west-2",
    )


def launched_worker(name: str, market_type: Literal["spot", "on-demand"], **settings: Any) -> str:
    """Boot script of a worker that Ray's autoscaler launches, of a type with a fallback."""
    node = WorkerTypeConfig(resources={"custom": 5}, labels={"accelerator": "l4"}, spot=True, on_demand_fallback=True)
    return render_bootstrap(
        "worker",
        node_name=name,
        node=node,
        ray=RayConfig(),
        facts=facts(autoscaling=FED, **settings),
        group="gpu",
        ray_type=known_type(name, market_type),
    )


FED = Autoscaling(config_secret="ray-test-autoscaling", zone_id=None)
BY_RAY_UP = Autoscaling(config_secret=None, zone_id="Z0123456789ABCDEFGHIJ")
BARE: dict[str, Any] = {"efs": None, "head_store": None, "log_group": None}

SCRIPTS: dict[str, Callable[[], str]] = {
    "head": head,
    "worker": worker,
    "bare-head": lambda: head(token_secret=None, **BARE),
    "rocksdb-head": lambda: head(hook=HOOK, **{**BARE, "head_store": StateVolume("vol-0123456789abcdef0")}),
    "offline-spot-worker": lambda: worker(
        spot=True, ray=RayConfig(wheel_source="s3://my-wheels/ray", ports=RayPortsConfig(gcs=7379)), **BARE
    ),
    "autoscaling-head": lambda: head(ray_type=known_type("head"), autoscaling=FED),
    "ray-up-head": lambda: head(ray_type=known_type("head"), autoscaling=BY_RAY_UP, **BARE),
    "launched-spot-worker": lambda: launched_worker("gpu", "spot"),
    "launched-fallback-worker": lambda: launched_worker("gpu-on-demand", "on-demand", **BARE),
}


def written(script: str) -> dict[str, str]:
    """Files that a boot script writes, by name."""
    found = re.findall(r"^write (\S+) \d{4} <<'RAYFORM_EOF'\n(.*?)^RAYFORM_EOF$", script, re.DOTALL | re.MULTILINE)
    return {path.rpartition("/")[2]: content for path, content in found}
