"""Launch templates that carry the cluster's tag. Rayform makes none here: somebody else did."""

from __future__ import annotations

from collections.abc import Iterator

from config.foundation import FoundationConfig
from scripts.audit.registry import Severity, check
from scripts.audit.verdict import Verdict, expect
from scripts.inventory import Inventory
from scripts.inventory.instance_defaults import InstanceDefaults
from scripts.inventory.reading import Reading, Unreadable, readable


@check(
    "launch_templates.metadata_needs_token",
    severity=Severity.HIGH,
    standards=("FSBP EC2.170", "Config ec2-launch-template-imdsv2-check"),
    optional=True,
)
def metadata_needs_token(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """The default version asks for version 2 of the instance metadata service, by itself or by the account's default.

    Why: whatever is started from it gives its role's credentials to a forged request.

    Fix: a new version of the template with `HttpTokens=required`, made the default one.
    """
    for template in readable(inventory.launch_templates):
        tokens: Reading[str | None] = template.metadata_tokens
        if tokens is None:
            tokens = _account_default(inventory.instance_defaults)
        yield expect(f"{template.name} version {template.version}", "metadata tokens", tokens, "required")


@check(
    "launch_templates.no_public_address",
    severity=Severity.HIGH,
    standards=("FSBP EC2.25", "Config ec2-launch-template-public-ip-disabled"),
    setting="access.public_nodes",
    optional=True,
)
def no_public_address(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """The default version gives no public address, unless nodes have one.

    Why: a node with a public address is one rule away from the internet.

    Fix: a new version of the template without one, made the default one; `access.public_nodes: true` if it is wanted.
    """
    for template in readable(inventory.launch_templates):
        ok = config.access.public_nodes or not template.asks_for_public_address
        detail = f"public address is {'' if template.asks_for_public_address else 'not '}asked for"
        yield Verdict(f"{template.name} version {template.version}", ok, detail)


@check(
    "launch_templates.volumes_encrypted",
    severity=Severity.MEDIUM,
    standards=("FSBP EC2.181", "Config ec2-launch-templates-ebs-volume-encrypted"),
    optional=True,
)
def volumes_encrypted(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """The default version has no volume that is said to be unencrypted.

    Why: what Ray spills and what jobs write lies there in plain text, in every snapshot as well.

    Fix: a new version of the template with `Encrypted=true`, made the default one.
    """
    for template in readable(inventory.launch_templates):
        found = ", ".join(template.unencrypted_devices)
        detail = f"not encrypted: {found}" if found else "no volume is said to be unencrypted"
        yield Verdict(f"{template.name} version {template.version}", not found, detail)


def _account_default(defaults: Reading[InstanceDefaults]) -> Reading[str | None]:
    return defaults if isinstance(defaults, Unreadable) else defaults.metadata_tokens
