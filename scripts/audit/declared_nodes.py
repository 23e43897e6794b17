"""Which instance is which declared node: by its Name tag."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from config.nodes import NodeConfig
from config.ports import Tier
from config.static_ec2 import StaticEc2Config
from scripts.inventory import Inventory
from scripts.inventory.instances import Instance
from scripts.inventory.reading import readable


@dataclass(frozen=True)
class Declaration:
    """A node that the environment wants."""

    tier: Tier
    settings: NodeConfig
    zone: str
    spot: bool


@dataclass(frozen=True)
class DeclaredNode:
    """An instance, and what the environment wants of it."""

    instance: Instance
    tier: Tier
    settings: NodeConfig
    zone: str
    spot: bool

    @property
    def name(self) -> str:
        """Name tag."""
        return self.instance.name


def declared_names(config: StaticEc2Config) -> dict[str, Declaration]:
    """The nodes of the environment by name."""
    head = Declaration("head", config.head, config.head_zone(), spot=False)
    workers = {
        config.label.name(f"worker-{name}-{index}"): Declaration(
            "worker", group, config.worker_zone(group, index), group.spot
        )
        for name, group in config.workers.items()
        for index in range(group.count)
    }
    return {config.label.name("head-node"): head, **workers}


def declared_nodes(inventory: Inventory, config: StaticEc2Config) -> Iterator[DeclaredNode]:
    """The instances that the environment wants; others are the business of `nodes.no_other_nodes`."""
    declared = declared_names(config)
    for instance in readable(inventory.nodes.instances):
        wanted = declared.get(instance.name)
        if wanted is not None:
            yield DeclaredNode(instance, wanted.tier, wanted.settings, wanted.zone, wanted.spot)
