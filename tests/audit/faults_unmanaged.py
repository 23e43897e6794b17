"""Faults of the checks on what is not in the state: one more thing of each kind."""

from __future__ import annotations

from typing import Any

from scripts.inventory.surroundings import Thing

_THINGS = "surroundings.things"
_KINDS = {
    "no_security_groups": "security_groups",
    "no_instances": "instances",
    "no_interfaces": "interfaces",
    "no_network_parts": "gateways",
    "no_endpoints": "endpoints",
    "no_volumes": "volumes",
    "no_file_system_parts": "access_points",
    "no_buckets": "buckets",
    "no_roles": "roles",
    "no_key_users": "grants",
    "no_logs": "flow_logs",
    "no_secrets": "secrets",
    "no_memorydb": "memorydb",
    "no_records": "records",
    "nothing_else_tagged": "tagged",
}
BY_HAND = (Thing("by-hand-1", "by-hand"),)

FAULTS: dict[str, tuple[str, Any]] = {
    f"unmanaged.{check}": (f"{_THINGS}.{kind}", BY_HAND) for check, kind in _KINDS.items()
}

MORE_FAULTS: tuple[tuple[str, str, Any], ...] = (
    *(
        ("unmanaged.no_network_parts", f"{_THINGS}.{kind}", BY_HAND)
        for kind in ("subnets", "route_tables", "network_acls")
    ),
    ("unmanaged.no_volumes", f"{_THINGS}.snapshots", BY_HAND),
    ("unmanaged.no_interfaces", f"{_THINGS}.addresses", BY_HAND),
    ("unmanaged.no_file_system_parts", f"{_THINGS}.mount_targets", BY_HAND),
    ("unmanaged.no_roles", f"{_THINGS}.instance_profiles", BY_HAND),
    ("unmanaged.no_key_users", f"{_THINGS}.aliases", BY_HAND),
    ("unmanaged.no_logs", f"{_THINGS}.log_groups", BY_HAND),
    # What came with something that nobody knows is as unknown as that.
    ("unmanaged.no_interfaces", f"{_THINGS}.interfaces", (Thing("eni-9", holders=("i-9",)),)),
    # An instance that carries the tags of the autoscaler, in a flavour that has none.
    ("unmanaged.no_instances", f"{_THINGS}.instances", (Thing("i-9", tagged=True, ray_node="worker"),)),
)
