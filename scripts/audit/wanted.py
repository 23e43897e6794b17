"""What the environment wants of more than one service."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from config.foundation import FoundationConfig
from scripts.audit.verdict import Verdict, shown
from scripts.inventory import Inventory
from scripts.inventory.reading import Reading, Unreadable, mapped, readable
from scripts.inventory.shapes import Tags


def tagged(
    resource: str, tags: Reading[Tags], config: FoundationConfig, *, more: Mapping[str, str] | None = None
) -> Verdict:
    """Judge that a resource carries every tag of the environment, and `more`, with their values."""
    if isinstance(tags, Unreadable):
        return Verdict(resource, tags, str(tags))
    wanted = {**config.default_tags, **(more or {})}
    wrong = [
        f"{key} is {shown(tags.get(key))}, want {value}" for key, value in wanted.items() if tags.get(key) != value
    ]
    return Verdict(resource, not wrong, "; ".join(wrong) or f"all {len(wanted)} tags are there")


def encrypted_with_our_key(resource: str, key: Reading[str | None], inventory: Inventory) -> Verdict:
    """Judge that a resource is encrypted with the key of the environment, named in any of AWS's ways."""
    ours = mapped(key, lambda reference: reference is not None and reference in _key_references(inventory))
    if isinstance(ours, Unreadable):
        return Verdict(resource, ours, str(ours))
    detail = f"key is {shown(readable(key))}"
    return Verdict(resource, ours, detail if ours else f"{detail}, want {shown([key.arn for key in inventory.keys])}")


def group_names(inventory: Inventory) -> dict[str, str]:
    """Names of the environment's security groups by id."""
    return {group.group_id: group.name for group in readable(inventory.security_groups.groups)}


def node_subnet_ids(inventory: Inventory, config: FoundationConfig) -> dict[str, str]:
    """Zones of the declared subnets for nodes that are there, by subnet id."""
    wanted = config.layout.node_subnets(public=config.access.public_nodes)
    return {
        subnet.subnet_id: subnet.zone
        for subnet in readable(inventory.network.subnets)
        if str(wanted.get(subnet.zone)) in (subnet.cidr, subnet.subnet_id)
    }


def present(kind: str, names: set[str], wanted: set[str]) -> Iterator[Verdict]:
    """Judge that everything wanted is there."""
    for name in sorted(wanted):
        yield Verdict(name, name in names, f"{kind} is {'there' if name in names else 'missing'}")


def _key_references(inventory: Inventory) -> set[str]:
    arns = [key.arn for key in inventory.keys]
    ids = [arn.rpartition("/")[2] for arn in arns]
    aliases = [alias for key in inventory.keys if not isinstance(key.aliases, Unreadable) for alias in key.aliases]
    alias_arns = [f"{arns[0].rpartition(':')[0]}:{alias}" for alias in aliases]
    return {*arns, *ids, *aliases, *alias_arns}
