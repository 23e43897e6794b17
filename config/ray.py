"""The ray section."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from config.change import Change
from config.ray_ports import RayPortsConfig
from config.section import Section
from config.text import Form

PinnedPackage = Annotated[
    str,
    Form(
        r"[A-Za-z0-9][A-Za-z0-9._-]*(\[[A-Za-z0-9,_-]+\])?==[A-Za-z0-9.+!-]+", "a pinned package such as numpy==2.3.4"
    ),
]


S3Prefix = Annotated[
    str,
    Form(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._-]+)*", "a prefix such as s3://my-wheels/ray-2.60"),
]


class RayConfig(Section):
    """What is installed on every node."""

    version: Annotated[str, Form(r"\d+\.\d+\.\d+", "a release such as 2.60.0"), Change.REPLACES] = "2.60.0"
    """Version of Ray, at least 2.52 (the first with token authentication), with flavour `autoscaling-ec2` at least
    2.56. A change replaces every node that Terraform makes: nodes of two versions do not work together."""
    python_version: Annotated[Literal["3.10", "3.11", "3.12", "3.13"], Change.REPLACES] = "3.12"
    """Version of Python; that of your jobs."""
    extras: Annotated[
        list[Literal["default", "data", "train", "tune", "serve", "rllib", "client"]], Change.REPLACES
    ] = ["default"]
    """Extras of the package; `default` (dashboard, jobs) is always in."""
    packages: Annotated[
        list[PinnedPackage],
        Change.REPLACES,
    ] = []
    """More Python packages for every node, pinned: `numpy==2.3.4`."""
    wheel_source: Annotated[S3Prefix | None, Change.REPLACES] = None
    """Prefix in S3 from which nodes take all Python packages (wheels; `make wheels` fills it), and no index is asked:
    for subnets without a way out. A bucket with a KMS key of its own must let the nodes' roles use it."""
    head_storage: Annotated[Literal["none", "memorydb", "rocksdb"], Change.REPLACES] = "none"
    """Where the head keeps its state (GCS): nowhere; in `memorydb`, from which a new head takes it up; or in `rocksdb`
    on an EBS volume that outlives the head, which Ray calls alpha."""
    ports: Annotated[RayPortsConfig, Change.REPLACES] = RayPortsConfig()
    """Ports that Ray listens on."""
    object_store_memory_gib: Annotated[int | None, Field(ge=1, le=4096), Change.REPLACES] = None
    """Size of the object store of a node; Ray takes 30 % of memory when it is left out."""

    @property
    def release(self) -> tuple[int, int]:
        """Major and minor version, to compare."""
        major, minor, _patch = self.version.split(".")
        return int(major), int(minor)


TOKEN_VERSION = (2, 52)
"""First with token authentication: https://docs.ray.io/en/latest/ray-security/token-auth.html"""
OLDEST_VERSION = (2, 49)
"""Oldest that knows every flag that nodes are started with."""
ROCKSDB_VERSION = (2, 57)
"""First with the RocksDB store: https://docs.ray.io/en/master/ray-core/fault_tolerance/gcs.html"""
AUTOSCALER_VERSION = (2, 56)
"""First whose autoscaler knows all that node types are given: the priority came last.
https://github.com/ray-project/ray/pull/62997"""
