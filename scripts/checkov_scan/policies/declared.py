"""What the environment file says, as far as policies need it to tell a mistake from a wish."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_SETS = ("open_ranges", "containers", "launchers", "api_ranges")


@dataclass(frozen=True)
class RayPort:
    """One port of the port table, or a range of them."""

    name: str
    first: int
    last: int


@dataclass(frozen=True)
class ApiUser:
    """One entry of `access.entries`: who may use the Kubernetes API."""

    principal: str
    policy: str
    """Last part of the ARN of the access policy."""
    namespaces: tuple[str, ...]
    """The whole cluster when empty."""
    groups: tuple[str, ...]
    """Kubernetes groups."""


@dataclass(frozen=True)
class Declared:
    """The part of an environment that policies ask for; the defaults open nothing."""

    account_id: str = ""
    """Account of the environment; empty when it names none."""
    ray_ports: tuple[RayPort, ...] = ()
    open_ranges: frozenset[str] = field(default_factory=frozenset)
    """Ranges that may be as wide as they are: those of the access section, with `access.allow_public`."""
    all_traffic: bool = False
    """Whether nodes may reach each other on every port (`access.intra_cluster`; in an Anyscale cloud they do)."""
    open_egress: bool = False
    """Whether nodes may reach every port of the internet (`access.open_egress`)."""
    public_nodes: bool = False
    containers: frozenset[str] = field(default_factory=frozenset)
    """Nodes with `containers: true`: `head`, and names of worker groups."""
    launchers: frozenset[str] = field(default_factory=frozenset)
    """Who may take on the launcher's role (`iam.launcher_principal_arns`)."""
    control_plane_account: str | None = None
    """Account of Anyscale's control plane, the only other one that may take on a role; None without Anyscale."""
    external_id: str | None = None
    """What it then shows (`anyscale.external_id`)."""
    cloud_id: str | None = None
    """The cloud whose nodes it may stop and change, once that is known (`anyscale.cloud_id`)."""
    cluster_name: str = ""
    """The EKS cluster; empty without one."""
    api_ranges: frozenset[str] = field(default_factory=frozenset)
    """Who may reach the public endpoint of the Kubernetes API (`access.public_api_cidrs`)."""
    api_users: tuple[ApiUser, ...] = ()
    key_arn: str | None = None
    """The key that is there already (`kms.existing_key_arn`); None when one is made."""
    permissions_boundary: str | None = None
    protect: bool = True

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Declared:
        """Read what `to_json` gave."""
        ports = tuple(RayPort(*port) for port in document["ray_ports"])
        users = tuple(ApiUser(*each[:2], *map(tuple, each[2:])) for each in document["api_users"])
        sets = {name: frozenset(document[name]) for name in _SETS}
        return cls(**{**document, "ray_ports": ports, "api_users": users, **sets})

    def to_json(self) -> dict[str, Any]:
        """Plain JSON, for the process that scans."""
        return {
            **vars(self),
            "ray_ports": [[port.name, port.first, port.last] for port in self.ray_ports],
            "api_users": [[each.principal, each.policy, each.namespaces, each.groups] for each in self.api_users],
            **{name: sorted(getattr(self, name)) for name in _SETS},
        }
