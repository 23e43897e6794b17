"""One thing on AWS, of whatever kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from config.label import CLUSTER_TAG
from scripts.inventory.anyscale import is_of_cloud
from scripts.inventory.eks_made import made_by_eks
from scripts.inventory.reader import Answer
from scripts.inventory.reading import Reading, joined, mapped
from scripts.inventory.scope import Scope
from scripts.inventory.shapes import name_of, ordered, tags_of


@dataclass(frozen=True)
class Thing:
    """Something that AWS has."""

    id: str
    """Id, or name or ARN where AWS has no other."""
    name: str = ""
    managed: bool = False
    """Whether it is in Terraform's state."""
    tagged: bool = False
    """Whether it carries the cluster's tag."""
    holders: tuple[str, ...] = ()
    """Ids of what AWS made it for, or of what it came with: an instance, an endpoint."""
    made_by: str = ""
    """Who made it, where AWS does so by itself: `AWS with the VPC`."""
    note: str = ""
    """More for a reader: what uses it, what it belongs to."""
    used_by_service: bool = False
    """Of an interface: a service of AWS uses it and deletes it with what it serves; `note` says which."""
    ray_node: str = ""
    """Of an instance: its tag `ray-node-type`, which Ray's autoscaler sets."""
    of_cloud: bool = False
    """Whether it carries the tag of the environment's Anyscale cloud, with which the control plane makes it."""


_TAGGED_IDS = (
    ("aws_key_pair", "key_pair_id"),
    ("aws_placement_group", "placement_group_id"),
    ("aws_instance", "spot_instance_request_id"),
    ("aws_eks_access_entry", "access_entry_arn"),
    ("aws_eks_pod_identity_association", "association_arn"),
)
"""What tags hang on, of what Terraform knows by a name, or made with something else, or by an ARN of another name."""

Parse = Callable[[Any], Iterable[Thing]]
"""From an answer of AWS to things."""
Later = Callable[[], Reading[tuple[Thing, ...]] | None]
"""Waits for answers and gives what they name; None when there was nothing to ask about."""
Things = Mapping[str, Later]
"""By kind."""


class Managed:
    """What the state knows, by the id or name that AWS uses."""

    def __init__(self, scope: Scope) -> None:
        self._environment = scope.environment
        self.cluster = scope.environment.label.cluster
        self.account_id = scope.environment.account_id
        self._of_others = scope.longer_prefixes
        self._state = scope.state
        self._known: dict[tuple[str, str], frozenset[str]] = {}

    def has(self, identity: str, *types: str, attribute: str = "id") -> bool:
        """Whether a resource of one of these types has this id."""
        return any(identity in self._values(type_, attribute) for type_ in types)

    def has_any(self, identity: str) -> bool:
        """Whether a resource of any type has this id or ARN."""
        known = identity in self._values("", "id") or identity in self._values("", "arn")
        return known or any(self.has(identity, type_, attribute=attribute) for type_, attribute in _TAGGED_IDS)

    def is_ours(self, name: str) -> bool:
        """Whether a name has the prefix of the environment, and not that of one whose name begins with this one's."""
        return name.startswith(f"{self.cluster}-") and not name.startswith(self._of_others)

    def is_tagged(self, pairs: Iterable[Mapping[str, str]] | None) -> bool:
        """Whether tags of AWS name the cluster."""
        return tags_of(pairs).get(CLUSTER_TAG) == self.cluster

    def of_ec2(self, answer: Mapping[str, Any], id_: str, *types: str, **more: Any) -> Thing:
        """A thing of EC2 with its tags."""
        tags = answer.get("Tags") or answer.get("TagSet") or []
        known, of_cloud = self.has(id_, *types), is_of_cloud(self._environment, tags_of(tags))
        made_by = more.pop("made_by", "") or made_by_eks(self._environment, tags_of(tags))
        name = name_of({"Tags": tags})
        return Thing(id_, name, known, self.is_tagged(tags), of_cloud=of_cloud, made_by=made_by, **more)

    def _values(self, type_: str, attribute: str) -> frozenset[str]:
        key = (type_, attribute)
        if key not in self._known:
            found = self._state.of_type(type_) if type_ else self._state.resources
            self._known[key] = frozenset(str(each.attributes.get(attribute)) for each in found)
        return self._known[key]


def parsed(parse: Parse, *answers: Answer) -> Later:
    """The things of the answers of one read, each once, in order."""
    if not answers:
        return lambda: None
    return lambda: _in_order(joined(answer.parse(lambda items: tuple(parse(items))) for answer in answers))


def together(*parts: Later) -> Later:
    """The things of several reads."""
    return lambda: _in_order(joined(found for part in parts if (found := part()) is not None))


def _in_order(found: Reading[tuple[Thing, ...]]) -> Reading[tuple[Thing, ...]]:
    return mapped(found, lambda things: ordered({thing.id: thing for thing in things}.values(), key=lambda t: t.id))
