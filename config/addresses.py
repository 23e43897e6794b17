"""How many addresses the subnets have for workers that come and go."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network
from math import ceil

from config.autoscaling_ec2 import AutoscalingEc2Config

_KEPT_BY_AWS = 5
"""Network, router, DNS, future, broadcast: https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html"""


def worker_addresses(environment: AutoscalingEc2Config) -> Mapping[str, int]:
    """Addresses left for workers in the private subnets, by zone; empty where the subnets are not ours."""
    subnets = environment.layout.private
    return {
        zone: max(0, cidr.num_addresses - _KEPT_BY_AWS - _taken(environment, zone))
        for zone, cidr in subnets.items()
        if isinstance(cidr, IPv4Network)
    }


def _taken(environment: AutoscalingEc2Config, zone: str) -> int:
    """Addresses of what lasts: interface endpoints, mount target, MemoryDB, head, bastion."""
    zones = list(environment.layout.private)
    database = environment.memorydb
    return (
        len(environment.network.endpoints)
        + (environment.efs is not None)
        + (ceil((1 + database.replicas) / len(zones)) if database is not None else 0)
        + (zone == (environment.head.zone or zones[0]))
        + (zone == zones[0] and environment.access.bastion == "ssm")
    )


def workers_in(environment: AutoscalingEc2Config, zones: frozenset[str]) -> int:
    """Most workers that can only be in some of these zones."""
    most = sum(
        worker.max_workers * (1 + worker.on_demand_fallback)
        for worker in environment.workers.values()
        if zones.issuperset(worker.zones or environment.node_zones)
    )
    return min(most, environment.max_workers)
