"""The memorydb section: where the head keeps its state."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from config.change import Change
from config.section import Section
from config.text import Form

NodeType = Annotated[
    str,
    Form(
        r"db\.(t4g\.(small|medium)|r[67]g\.(large|xlarge|(2|4|8|12|16)xlarge)|r6gd\.(xlarge|(2|4|8)xlarge))",
        "a MemoryDB node type such as db.t4g.small or db.r7g.large",
    ),
]
"""Source: https://docs.aws.amazon.com/memorydb/latest/devguide/nodes.supportedtypes.html"""

ACCESS_STRING = "on ~* &* +@all -@dangerous +info +keys +cluster|slots +cluster|shards +cluster|nodes"
"""What the head may do: everything but what administers the server, and what a Redis cluster's client asks first.
https://docs.aws.amazon.com/memorydb/latest/devguide/clusters.acls.html"""

STORE_PART = "gcs"
"""Last part of the AWS names of the cluster and of what belongs to it."""

_TIME = r"([01]\d|2[0-3]):[0-5]\d"
_WEEKDAY_TIME = f"(mon|tue|wed|thu|fri|sat|sun):{_TIME}"


class MemoryDbConfig(Section):
    """A MemoryDB cluster over TLS. Ray needs exactly one shard."""

    node_type: Annotated[NodeType, Change.IN_PLACE] = "db.t4g.small"
    """Node type."""
    engine_version: Annotated[Literal["7.0", "7.1"], Change.IN_PLACE] = "7.1"
    """Version of the Redis-compatible engine."""
    shards: Annotated[Literal[1], Change.NEVER] = 1
    """Always 1: the GCS keeps keys of different slots in one transaction."""
    replicas: Annotated[int, Field(ge=1, le=5), Change.IN_PLACE] = 1
    """Replicas of the shard, in other zones than the primary."""
    maxmemory_policy: Annotated[
        Literal["allkeys-lru", "volatile-lru", "allkeys-lfu", "volatile-lfu", "noeviction"], Change.IN_PLACE
    ] = "allkeys-lru"
    """What happens when memory is full. `allkeys-lru` (Ray deployment guides' value) drops the least used keys: writes
    go on, but a dropped GCS key is an actor or a node that a restarted head no longer knows. `noeviction` keeps every
    key and refuses writes: the head stops taking new work until there is room. On most clusters
    GCS data is a few MiB."""
    snapshot_retention_days: Annotated[int, Field(ge=1, le=35), Change.IN_PLACE] = 7
    """Days that daily snapshots are kept."""
    final_snapshot: Annotated[bool, Change.IN_PLACE] = True
    """Take a snapshot `<project>-<environment>-gcs-final` at destruction; remove an older one of that name
    first."""
    snapshot_window: Annotated[str, Form(f"{_TIME}-{_TIME}", "hours such as 03:00-04:00"), Change.IN_PLACE] = (
        "03:00-04:00"
    )
    """Hours (UTC) of the daily snapshot."""
    maintenance_window: Annotated[
        str,
        Form(
            f"{_WEEKDAY_TIME}-{_WEEKDAY_TIME}",
            "a window such as sun:05:00-sun:06:00",
        ),
        Change.IN_PLACE,
    ] = "sun:05:00-sun:06:00"
    """Hours (UTC) of maintenance."""
