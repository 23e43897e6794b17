"""Names and tags: the only place where an AWS name is composed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

CLUSTER_TAG = "rayform:cluster"
"""Tag that every resource of an environment carries; the audit finds its scope by it."""

HEAD_HOST = "head"
"""Host name of the head in the private zone."""

_OWN_TAGS = frozenset({"project", "environment", "owner", "managedby", "name"})
"""Tags that Rayform sets itself."""
OWN_PREFIX = "rayform:"


def is_own_tag(key: str) -> bool:
    """Whether Rayform sets a tag itself; IAM tells keys apart without regard to case."""
    return key.casefold() in _OWN_TAGS or key.casefold().startswith(OWN_PREFIX)


@dataclass(frozen=True)
class Label:
    """Identity of one environment."""

    project: str
    environment: str
    owner: str

    @property
    def cluster(self) -> str:
        """Name of the cluster, and prefix of every AWS name: `ray-demo`."""
        return f"{self.project}-{self.environment}"

    def name(self, part: str) -> str:
        """AWS name of a part: `ray-demo-efs`."""
        return f"{self.cluster}-{part}"

    @property
    def private_zone(self) -> str:
        """Name of the zone in which nodes find each other: `demo.ray.internal`."""
        return f"{self.environment}.{self.project}.internal"

    @property
    def head_address(self) -> str:
        """Name under which nodes find the head."""
        return f"{HEAD_HOST}.{self.private_zone}"

    def tags(self, part: str, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """Tags of one resource; the provider adds `default_tags` to them."""
        return {**(extra or {}), "Name": self.name(part)}

    @property
    def default_tags(self) -> dict[str, str]:
        """Tags of every resource of the environment."""
        return {
            "Project": self.project,
            "Environment": self.environment,
            "Owner": self.owner,
            "ManagedBy": "rayform",
            CLUSTER_TAG: self.cluster,
        }
