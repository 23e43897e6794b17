"""The sections of what runs in Kubernetes: ray, kuberay, autoscaler, jobs, services, ecr, prometheus."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from config.change import Change
from config.eks import Namespace
from config.fsx import MountPath
from config.retention import RetentionDays
from config.s3 import BucketConfig
from config.section import Section, Slug
from config.text import Form

OPERATOR_VERSION: Literal["1.7.0"] = "1.7.0"
"""Version of KubeRay that manifests are written and checked for."""
Image = Annotated[
    str,
    Form(
        r"[a-z0-9.-]+(:\d+)?(/[a-z0-9._-]+)+(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@sha256:[0-9a-f]{64})?",
        "an image with its registry or organization, such as rayproject/ray:2.60.0-py312",
    ),
]
CronSchedule = Annotated[
    str, Form(r"(\S+ ){4}\S+|@(hourly|daily|weekly|monthly|yearly)", "a schedule such as 0 3 * * * or @daily")
]
ImportPath = Annotated[str, Form(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*", "an application of Ray Serve such as my_module:app")]
WorkingDir = Annotated[
    str,
    Form(
        r"(s3|https)://[^\s/?#]+/[^\s?#]+\.zip",
        "an address that ends in .zip, such as s3://my-bucket/jobs/train.zip",
    ),
]
"""Other archives are not for every Ray: https://docs.ray.io/en/latest/ray-core/handling-dependencies.html#remote-uris"""
_INT32 = 2**31 - 1
"""The most that the definitions of KubeRay take for seconds."""


class RayImageConfig(Section):
    """Ray in its pods."""

    instead = {
        "packages": "image, an image of your own",
        "wheel_source": "image, an image of your own",
        "extras": "image, an image of your own",
        "ports": "none: each pod has an address of its own",
    }

    version: Annotated[str, Form(r"\d+\.\d+\.\d+", "a release such as 2.60.0"), Change.IN_PLACE] = "2.60.0"
    """Version of Ray, which must be that of the image; at least 2.52, the first with token authentication. A change
    makes the RayCluster anew."""
    python_version: Annotated[Literal["3.10", "3.11", "3.12", "3.13"], Change.IN_PLACE] = "3.12"
    """Python of Ray's own image; that of your jobs."""
    image: Annotated[Image | None, Change.IN_PLACE] = None
    """Image of head and workers; Ray's own for version, Python and GPUs when left out. Its user must not be root."""
    user_id: Annotated[int, Field(ge=1, le=65535), Change.IN_PLACE] = 1000
    """User that the image runs as."""
    group_id: Annotated[int, Field(ge=1, le=65535), Change.IN_PLACE] = 100
    """Group that the image runs as."""
    head_storage: Annotated[Literal["none", "memorydb"], Change.IN_PLACE] = "none"
    """Where the head keeps its state (GCS): nowhere, or in `memorydb`, from which a new head takes it up."""

    @property
    def release(self) -> tuple[int, int]:
        """Major and minor version, to compare."""
        major, minor, _patch = self.version.split(".")
        return int(major), int(minor)


class KuberayConfig(Section):
    """The KubeRay operator and what it watches."""

    operator_version: Annotated[Literal["1.7.0"], Change.IN_PLACE] = OPERATOR_VERSION
    """Version of operator, chart and custom resources."""
    install_operator: Annotated[bool, Change.IN_PLACE] = True
    """Let `make deploy` install the operator; turn it off where the cluster has one of this version."""
    operator_namespace: Annotated[Namespace, Change.IN_PLACE] = "kuberay-operator"
    """Namespace of the operator."""
    namespace: Annotated[Namespace, Change.IN_PLACE] = "ray"
    """Namespace of Ray: cluster, jobs, services, their accounts and volumes."""
    network_policy: Annotated[bool, Change.IN_PLACE] = True
    """Let only Ray's own pods, the operator and the node itself reach Ray's pods, on the ports that each needs."""
    pod_monitor: Annotated[bool, Change.IN_PLACE] = False
    """Also render PodMonitors and Grafana dashboards, for a Prometheus operator that the cluster has."""


class RayAutoscalerConfig(Section):
    """Ray's autoscaler (v2), which adds and removes workers."""

    instead = dict.fromkeys(("max_workers",), "max_replicas of each worker group")

    enabled: Annotated[bool, Change.IN_PLACE] = True
    """Whether it runs; without it each group has `min_replicas` workers."""
    idle_timeout_seconds: Annotated[int, Field(ge=0, le=86400), Change.IN_PLACE] = 60
    """How long a worker may idle before it is ended."""
    upscaling: Annotated[Literal["Default", "Aggressive", "Conservative"], Change.IN_PLACE] = "Default"
    """How fast workers are added, in KubeRay's words."""


class RayJobConfig(Section):
    """A job with a cluster of its own, which ends with it: a RayJob, or with a schedule a RayCronJob."""

    entrypoint: Annotated[str, Field(min_length=1, max_length=4096), Change.REPLACES]
    """Command, run where `working_dir` is unpacked."""
    working_dir: Annotated[WorkingDir | None, Change.REPLACES] = None
    """Archive with the job's code, in a bucket of the environment that pods may read, or at an https:// address;
    without one the code is in the image."""
    schedule: Annotated[CronSchedule | None, Change.IN_PLACE] = None
    """When it runs, in UTC; once, at `make deploy`, when left out."""
    workers: Annotated[list[Slug] | None, Change.REPLACES] = None
    """Worker groups that its cluster has; all when left out."""
    retries: Annotated[int, Field(ge=0, le=10), Change.IN_PLACE] = 0
    """How often it is tried again, each time with a new cluster."""
    timeout_seconds: Annotated[int | None, Field(ge=60, le=_INT32), Change.IN_PLACE] = None
    """Most seconds that it may take; none when left out."""
    keep_seconds: Annotated[int, Field(ge=0, le=604800), Change.IN_PLACE] = 600
    """Seconds that its cluster is kept when it has ended, for its logs."""


class RayServiceConfig(Section):
    """An application of Ray Serve with a cluster of its own: a RayService."""

    import_path: Annotated[ImportPath, Change.IN_PLACE]
    """Module and name of the application."""
    working_dir: Annotated[WorkingDir | None, Change.IN_PLACE] = None
    """Archive with the application's code, as of a job; without one the code is in the image."""
    route_prefix: Annotated[
        str, Form(r"/|(/[\w.-]+)+", "a path such as / or /embed, without a / at its end"), Change.IN_PLACE
    ] = "/"
    """Where it answers."""
    workers: Annotated[list[Slug] | None, Change.IN_PLACE] = None
    """Worker groups that its cluster has; all when left out."""


class KubeBucketConfig(BucketConfig):
    """A private, versioned, encrypted bucket with TLS only, mounted on request."""

    mount_path: Annotated[MountPath | None, Change.IN_PLACE] = None
    """Where Ray's pods mount it, by Mountpoint for Amazon S3: whole objects, written once, readable for the pods'
    user. Without one pods reach it by S3's API alone."""


class EcrConfig(Section):
    """A repository for images of your own: encrypted, scanned, tags that never move."""

    keep_untagged_days: Annotated[int, Field(ge=1, le=3650), Change.IN_PLACE] = 14
    """Days that images without a tag are kept."""


class PrometheusConfig(Section):
    """A workspace of Amazon Managed Service for Prometheus, and a scraper that reads Ray's pods."""

    log_retention_days: Annotated[RetentionDays, Change.IN_PLACE] = 365
    """Days that the workspace's own logs are kept."""
