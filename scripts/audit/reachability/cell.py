"""One cell of the port matrix."""

from __future__ import annotations

from dataclasses import dataclass

from scripts.inventory.reading import Unreadable


@dataclass(frozen=True)
class Cell:
    """One port of one tier, seen from one source."""

    source: str
    """`internet`, a range of the access section, or a tier: head, worker, cloud, efs, memorydb, endpoints."""
    destination: str
    """A tier, or beyond the tiers: `s3`, `internet`."""
    port: str
    """Its name in the port table, `ssh`, `efs`, `redis`, `https`, `http`, or `other` for all that have no name."""
    ports: str
    """`tcp 6379`, or `tcp 10002-19999`."""
    open: bool | Unreadable
    """Whether the whole path is there; Unreadable when that could not be computed."""
    declared: bool
    """Whether the environment wants it open: of an open one, whether it wants all that is open."""
    hops: tuple[str, ...]
    """The path; when it is closed, the last one names what stops it."""
    needed: bool = False
    """Whether the cluster does not work without it."""
