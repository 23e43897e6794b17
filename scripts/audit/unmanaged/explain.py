"""Why something that is not in the state may be there all the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from config.foundation import FoundationConfig
from scripts.audit.unmanaged.kinds import KINDS
from scripts.audit.unmanaged.workers import cloud_of, eks_of, record_of, worker_of
from scripts.inventory.reading import Reading, Unreadable
from scripts.inventory.surroundings import Thing

PARENTS = ("instances", "gateways", "endpoints", "mount_targets", "lustre", "memorydb")
"""Kinds that bring network interfaces or volumes with them."""


_KINDS_OF_SERVICES: Mapping[str, tuple[str, ...]] = {
    "s3": ("buckets",),
    "secretsmanager": ("secrets",),
    "logs": ("log_groups",),
    "elasticfilesystem": ("access_points", "mount_targets"),
    "fsx": ("lustre",),
}
"""Where what the tagging API names is judged, by the service in its ARN."""
_SECRET_SUFFIX = 7
"""Characters that Secrets Manager adds to a name: `-AbC123`."""


class Scope:
    """Everything that was seen, and whose VPC it stands in."""

    def __init__(self, config: FoundationConfig, things: Mapping[str, Reading[tuple[Thing, ...]]]) -> None:
        self._config = config
        self._things = things
        self._ids = {kind: frozenset(_identities(kind, found)) for kind, found in things.items()}
        self._managed = {
            thing.id
            for kind, found in things.items()
            if kind != "tagged" and not isinstance(found, Unreadable)
            for thing in found
            if thing.managed
        }

    def of(self, kind: str) -> Reading[tuple[Thing, ...]] | None:
        """What is in the scope: in a VPC of others only what is tagged, named as ours, or came with what is ours.

        None when there was nothing to ask about.
        """
        found = self._things.get(kind)
        if (
            found is None
            or isinstance(found, Unreadable)
            or not (KINDS[kind].shared and self._config.network.existing is not None)
        ):
            return found
        return tuple(thing for thing in found if thing.managed or self._is_ours(thing))

    def explanation(self, kind: str, thing: Thing) -> str:
        """Who made it or what it came with, in words that many of its kind share; nothing when nobody can tell."""
        if thing.made_by:
            return thing.made_by
        if by_flavour := cloud_of(self._config, kind, thing) or eks_of(self._config, kind, thing):
            return by_flavour
        if kind == "instances":
            return worker_of(self._config, thing)
        if kind == "records":
            return record_of(self._config, thing)
        if kind == "tagged":
            return self._seen(thing)
        holder = self._kind_of(thing.holders, PARENTS)
        return f"came with {KINDS[holder].many}" if holder else ""

    def doubt(self, kind: str) -> Unreadable | None:
        """A parent that could not be read: what it brought cannot be told from what somebody made."""
        parents = {"interfaces": PARENTS, "volumes": ("instances",), "tagged": tuple(self._others())}.get(kind, ())
        unread = (self._things.get(parent) for parent in parents)
        return next((reading for reading in unread if isinstance(reading, Unreadable)), None)

    def _others(self) -> Iterable[str]:
        return (kind for kind in self._things if kind != "tagged")

    def _is_ours(self, thing: Thing) -> bool:
        named = thing.name.startswith(f"{self._config.label.cluster}-")
        return thing.tagged or thing.of_cloud or named or any(holder in self._managed for holder in thing.holders)

    def _seen(self, thing: Thing) -> str:
        """Where a thing with the tag is judged, if another check sees it."""
        if thing.id.startswith("arn:"):
            service, name = _service_and_name(thing.id)
            kind = self._kind_of((name,), _KINDS_OF_SERVICES.get(service, ()))
        else:
            kind = self._kind_of((thing.id,), tuple(self._others()))
        return f"judged among the {KINDS[kind].many}" if kind else ""

    def _kind_of(self, ids: Iterable[str], kinds: Iterable[str]) -> str:
        return next((kind for kind in kinds for id_ in ids if id_ in self._ids.get(kind, ())), "")


def _identities(kind: str, found: Reading[tuple[Thing, ...]]) -> Iterator[str]:
    for thing in () if isinstance(found, Unreadable) else found:
        yield thing.id
        # Kinds of MemoryDB share names; an interface knows its cluster by name.
        if kind == "memorydb" and thing.name:
            yield thing.name


def _service_and_name(arn: str) -> tuple[str, str]:
    parts = arn.split(":", 5)
    service, tail = parts[2], parts[-1].removesuffix(":*")
    if service == "secretsmanager":
        return service, tail.partition(":")[2][:-_SECRET_SUFFIX]
    return service, tail.partition(":")[2] if ":" in tail else tail.rpartition("/")[2]
