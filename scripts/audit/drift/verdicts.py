"""From differences to what the audit says."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from scripts.audit.drift.compare import Difference, compared
from scripts.audit.drift.deployed import Deployed
from scripts.audit.drift.translator import Translator
from scripts.audit.drift.types import KNOWN_TYPES, TRANSLATORS
from scripts.audit.verdict import Verdict
from scripts.inventory import Inventory
from scripts.inventory.reading import Unreadable
from scripts.state import Resource

Said = Callable[[Resource, Difference], bool]
"""Whether another check says it already."""


def of_service(
    service: str, inventory: Inventory, *, said: Said = lambda _resource, _difference: False
) -> Iterator[Verdict]:
    """One verdict for each resource that is as intended, else one for each difference and each missing answer."""
    translators, deployed = TRANSLATORS[service], Deployed(inventory)
    for resource in inventory.state.resources:
        if resource.type in translators:
            yield from _of_resource(resource, translators[resource.type], deployed, said)


def without_translator(inventory: Inventory) -> Iterator[Verdict]:
    """UNKNOWN for each resource of a type that nobody compares."""
    for resource in inventory.state.resources:
        if resource.type not in KNOWN_TYPES:
            unknown = Unreadable(f"drift of {resource.type}", "no comparison for this type", resource.address)
            yield Verdict(_name(resource), unknown, str(unknown), resource.address)


def _of_resource(resource: Resource, translator: Translator, deployed: Deployed, said: Said) -> Iterator[Verdict]:
    name, found = _name(resource), False
    for each in compared(resource, translator, deployed):
        if isinstance(each, Difference) and said(resource, each):
            continue
        found = True
        if isinstance(each, Unreadable):
            yield Verdict(name, each, str(each), resource.address)
        else:
            yield _different(name, resource.address, each)
    if not found:
        yield Verdict(name, True, f"is there, {len(translator.same)} attributes as intended", resource.address)


def _different(name: str, address: str, difference: Difference) -> Verdict:
    what = f"{difference.attribute}: " if difference.attribute else ""
    detail = f"{what}intended {difference.intended}, deployed {difference.deployed}"
    if difference.beside:
        detail += "; Terraform does not see it and no plan takes it back: delete it by hand"
    return Verdict(name, False, detail, address, difference.attribute, difference.intended, difference.deployed)


def _name(resource: Resource) -> str:
    """The Name tag, else the id."""
    tags = resource.attributes.get("tags") or {}
    return str(tags.get("Name") or resource.attributes.get("id") or resource.address)
