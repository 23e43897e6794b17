"""Elastic IP addresses."""

from __future__ import annotations

from collections.abc import Iterator

from config.foundation import FoundationConfig
from scripts.audit import applies
from scripts.audit.registry import Severity, check
from scripts.audit.verdict import Verdict
from scripts.inventory import Inventory
from scripts.inventory.reading import readable


@check(
    "addresses.used",
    severity=Severity.LOW,
    applies=applies.has_nat,
    standards=("Config eip-attached",),
    setting="network.nat",
)
def used(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """Every Elastic IP address of the environment is in use.

    Why: one that is not is paid for all the same, and counts against a quota of five.

    Fix: apply again, or release the address.
    """
    for address in readable(inventory.addresses):
        if address.ours:
            detail = f"{address.public_ip} is {'' if address.association_id else 'not '}in use"
            yield Verdict(address.allocation_id, address.association_id is not None, detail)
