"""Secrets, by name."""

from __future__ import annotations

from collections.abc import Iterator

from config.static_ec2 import StaticEc2Config
from scripts.audit import applies
from scripts.audit.registry import Severity, check
from scripts.audit.verdict import Verdict
from scripts.audit.wanted import encrypted_with_our_key, present
from scripts.inventory import Inventory
from scripts.inventory.reading import each


@check("secrets.declared_secrets_there", severity=Severity.HIGH, applies=applies.has_secrets)
def declared_secrets_there(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """Ray's token where it is on and, with MemoryDB, its password are there and not about to be deleted.

    Fix: apply again.
    """
    parts = {"ray-token": config.has_token, "memorydb-password": applies.has_memorydb(config)}
    names = {secret.name for secret in each(inventory.secrets) if not secret.deleted}
    yield from present("the secret", names, {config.label.name(part) for part, declared in parts.items() if declared})


@check("secrets.encrypted_with_our_key", severity=Severity.MEDIUM, applies=applies.has_secrets)
def secrets_encrypted_with_our_key(inventory: Inventory, _config: StaticEc2Config) -> Iterator[Verdict]:
    """Secrets are encrypted with the key of the environment.

    Fix: apply again.
    """
    for secret in each(inventory.secrets):
        yield encrypted_with_our_key(secret.name, secret.kms_key, inventory)
