"""What the nodes of a cluster share."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class EfsMount:
    """The shared file system of a node; ids may be tokens."""

    file_system_id: str
    access_point_id: str
    path: str


@dataclass(frozen=True)
class HeadStore:
    """Redis in which the head keeps its state; the address may be a token."""

    address: str
    user_name: str
    password_secret: str
    namespace: str


@dataclass(frozen=True)
class StateVolume:
    """EBS volume on which the head keeps its state (RocksDB); the id may be a token."""

    volume_id: str


@dataclass(frozen=True)
class Autoscaling:
    """How Ray's autoscaler on the head is fed."""

    config_secret: str | None
    """Name of the secret with its configuration, which the head reads each minute; None where `ray up` brings it."""
    zone_id: str | None
    """Route 53 zone in which a head that `ray up` made writes its own address; None where Terraform does."""

    @property
    def by_ray_up(self) -> bool:
        """Whether `ray up` makes the head."""
        return self.config_secret is None


@dataclass(frozen=True)
class ClusterFacts:
    """What the nodes of a cluster share."""

    cluster: str
    region: str
    head_address: str
    token_secret: str | None
    """Name of the secret with Ray's token; None runs Ray without token authentication."""
    log_group: str | None
    """CloudWatch log group of the nodes; None runs no agent."""
    metrics_namespace: str
    efs: EfsMount | None = None
    head_store: HeadStore | StateVolume | None = None
    autoscaling: Autoscaling | None = None
    """None where Terraform makes the workers."""
