"""What a trap is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from types import ModuleType

from scripts.cluster_yaml.lint.cluster import Cluster
from scripts.cluster_yaml.lint.document import Place
from scripts.explained import Explained

RAY_SOURCE = "https://github.com/ray-project/ray/blob/ray-2.60.0/python/ray"
"""Ray 2.60.0 itself: what a trap says was read there."""


class Severity(Enum):
    """How much a trap matters; the highest comes first."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True)
class Hit:
    """One place where a trap is."""

    place: Place
    got: str
    """What stands there, never a secret."""
    subject: str = ""
    """Whose setting it is: `node type ray.worker.default`."""
    line: int | None = None
    """Where no setting has a place: of a comment, of a name that stands twice."""


Judge = Callable[[Cluster], Iterator[Hit]]


@dataclass(frozen=True)
class Trap(Explained):
    """A pure function from a cluster.yaml to the places where the trap is. Its id is never reused."""

    id: str
    severity: Severity
    source: str
    """Address of what proves it: Ray's source, documentation or an issue."""
    judge: Judge


def trap(id_: str, severity: Severity, source: str) -> Callable[[Judge], Trap]:
    """Make a trap of a function; a source without a scheme is a file of Ray."""
    address = source if source.startswith("https://") else f"{RAY_SOURCE}/{source}"
    return lambda judge: Trap(id_, severity, address, judge)


def traps_of(module: ModuleType) -> list[Trap]:
    """The traps of a file, in order."""
    return [value for value in vars(module).values() if isinstance(value, Trap)]
