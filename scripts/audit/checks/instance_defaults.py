"""What the account gives an instance that does not say otherwise."""

from __future__ import annotations

from collections.abc import Iterator

from config.foundation import FoundationConfig
from scripts.audit.registry import Severity, check
from scripts.audit.verdict import Verdict, expect
from scripts.inventory import Inventory
from scripts.inventory.reading import mapped


@check("instance_defaults.metadata_needs_token", severity=Severity.LOW)
def metadata_needs_token(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """The account's default is version 2 of the instance metadata service.

    Why: our nodes ask for it themselves; an instance that somebody starts beside them, in their subnet and with their
    role, does not.

    Fix: `aws ec2 modify-instance-metadata-defaults --http-tokens required`, once for the account and region.
    """
    tokens = mapped(inventory.instance_defaults, lambda defaults: defaults.metadata_tokens)
    resource = f"account {config.account_id} in {config.region}"
    yield expect(resource, "default of metadata tokens", tokens, "required")
