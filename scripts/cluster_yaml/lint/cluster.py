"""A cluster.yaml with the questions that traps ask; each has an answer whatever the file holds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from scripts.cluster_yaml.lint.document import Document, Place
from scripts.cluster_yaml.lint.secret_kinds import secret_kinds

DEFAULT_MAX_WORKERS = 2
"""Ray's, when the file names no global `max_workers` (autoscaler/aws/defaults.yaml)."""
DEFAULT_HEAD_TYPE = "ray.head.default"
_LONGEST_SHOWN = 60


def mapping(value: object) -> dict[str, Any]:
    """A mapping with names as text; anything else is an empty one."""
    return {_name(key): item for key, item in value.items()} if isinstance(value, dict) else {}


def _name(key: object) -> str:
    """A name as text; one that is itself a list (`[a, b]: 1`) as YAML writes it."""
    return f"[{', '.join(map(_name, key))}]" if isinstance(key, tuple) else str(key)


def listing(value: object) -> list[Any]:
    """A list; anything else is an empty one."""
    return value if isinstance(value, list) else []


def text(value: object) -> str:
    """Text; anything else is empty."""
    return value if isinstance(value, str) else ""


def number(value: object, default: float = 0) -> float:
    """A number; anything else is the default."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else default


def shown(value: object) -> str:
    """A value on one line, cut where it is long, withheld where it looks like a secret."""
    line = value if isinstance(value, str) else _as_json(value)
    if any(secret_kinds(part) for part in line.splitlines()):
        return "a value that looks like a secret"
    line = "".join(char if char.isprintable() else " " for char in line) or '""'
    return line if len(line) <= _LONGEST_SHOWN else f"{line[: _LONGEST_SHOWN - 1]}…"


def _as_json(value: object) -> str:
    if isinstance(value, dict | list):
        return f"a {'mapping' if isinstance(value, dict) else 'list'} of {len(value)}"
    return json.dumps(value, default=str, ensure_ascii=False)


@dataclass(frozen=True)
class NodeType:
    """One of `available_node_types`."""

    name: str
    fields: dict[str, Any]
    is_head: bool

    @property
    def subject(self) -> str:
        """As messages name it."""
        return f"node type {shown(self.name)}"

    @property
    def place(self) -> Place:
        """Where it stands."""
        return ("available_node_types", self.name)

    def at(self, *parts: str | int) -> Place:
        """Where a setting of its node_config stands."""
        return (*self.place, "node_config", *parts)

    @cached_property
    def config(self) -> dict[str, Any]:
        """Its node_config: what RunInstances gets."""
        return mapping(self.fields.get("node_config"))

    @property
    def instance_type(self) -> str:
        """`m7i.large`; empty where it names none of that form."""
        name = text(self.config.get("InstanceType"))
        family, _, size = name.partition(".")
        return name if family and size else ""

    @property
    def has_template(self) -> bool:
        """Whether a launch template gives what the file does not."""
        return "LaunchTemplate" in self.config

    @property
    def market(self) -> dict[str, Any]:
        """Its InstanceMarketOptions."""
        return mapping(self.config.get("InstanceMarketOptions"))

    @property
    def is_spot(self) -> bool:
        """Whether it asks for spot instances."""
        return self.market.get("MarketType") == "spot"

    def volumes(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Its EBS volumes, with their position in the list."""
        for position, device in enumerate(listing(self.config.get("BlockDeviceMappings"))):
            if "Ebs" in mapping(device):
                yield position, mapping(mapping(device)["Ebs"])


@dataclass(frozen=True)
class Cluster:
    """A whole file."""

    document: Document

    @cached_property
    def fields(self) -> dict[str, Any]:
        """The settings at the top."""
        return mapping(self.document.content)

    @cached_property
    def provider(self) -> dict[str, Any]:
        """The section `provider`."""
        return mapping(self.fields.get("provider"))

    @cached_property
    def auth(self) -> dict[str, Any]:
        """The section `auth`."""
        return mapping(self.fields.get("auth"))

    @cached_property
    def docker(self) -> dict[str, Any]:
        """The section `docker`."""
        return mapping(self.fields.get("docker"))

    @property
    def head_type(self) -> str:
        """Name of the head's node type, with Ray's default."""
        return str(self.fields.get("head_node_type", DEFAULT_HEAD_TYPE))

    @cached_property
    def node_types(self) -> tuple[NodeType, ...]:
        """All node types."""
        types = mapping(self.fields.get("available_node_types"))
        return tuple(NodeType(name, mapping(fields), name == self.head_type) for name, fields in types.items())

    @property
    def head(self) -> NodeType | None:
        """The head's node type."""
        return next((node for node in self.node_types if node.is_head), None)

    @property
    def workers(self) -> list[NodeType]:
        """The other node types."""
        return [node for node in self.node_types if not node.is_head]

    @property
    def max_workers(self) -> float:
        """The global limit, with Ray's default."""
        return number(self.fields.get("max_workers"), DEFAULT_MAX_WORKERS)

    @property
    def caches_stopped_nodes(self) -> bool:
        """Whether Ray stops nodes and does not terminate them, which is its default."""
        return bool(self.provider.get("cache_stopped_nodes", True))

    @property
    def has_updaters(self) -> bool:
        """Whether Ray sets nodes up over SSH, which is its default."""
        return not self.provider.get("disable_node_updaters", False)
