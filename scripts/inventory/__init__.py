"""What is deployed: each service read once, all reads at the same time, into frozen models."""

from scripts.inventory.inventory import Inventory, collect_inventory

__all__ = ["Inventory", "collect_inventory"]
