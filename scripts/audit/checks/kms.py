"""The key of the environment."""

from __future__ import annotations

from collections.abc import Iterator

from config.static_ec2 import StaticEc2Config
from scripts.audit import applies
from scripts.audit.policies import principals
from scripts.audit.registry import Severity, check
from scripts.audit.verdict import Verdict, expect
from scripts.inventory import Inventory
from scripts.inventory.reading import mapped


@check("kms.key_usable", severity=Severity.HIGH)
def key_usable(inventory: Inventory, _config: StaticEc2Config) -> Iterator[Verdict]:
    """The key is enabled; a key that waits for its deletion takes all data with it.

    Fix: `aws kms cancel-key-deletion` and `aws kms enable-key`, today.
    """
    for key in inventory.keys:
        yield expect(key.arn, "state", key.state, "Enabled")


@check("kms.customer_managed", severity=Severity.MEDIUM)
def customer_managed(inventory: Inventory, _config: StaticEc2Config) -> Iterator[Verdict]:
    """The key is managed in this account, so that its policy can be narrowed and its use can be revoked.

    Fix: `kms.existing_key_arn`.
    """
    for key in inventory.keys:
        yield expect(key.arn, "manager", key.manager, "CUSTOMER")


@check("kms.rotation_on", severity=Severity.MEDIUM, applies=applies.own_key)
def rotation_on(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """The key's material is rotated as often as declared.

    Fix: `kms.rotation_days`, then apply.
    """
    for key in inventory.keys:
        days = mapped(key.rotation, lambda rotation: rotation.days if rotation.enabled else None)
        yield expect(key.arn, "days between rotations", days, config.kms.rotation_days)


@check("kms.alias_there", severity=Severity.LOW, applies=applies.own_key)
def alias_there(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """The key is found under the name of the cluster.

    Fix: apply again.
    """
    for key in inventory.keys:
        yield expect(key.arn, "aliases", key.aliases, (f"alias/{config.label.cluster}",))


@check("kms.not_for_everybody", severity=Severity.HIGH, applies=applies.own_key)
def not_for_everybody(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """The key's policy lets in no other account.

    Fix: apply again.
    """
    account = f":{config.account_id}:"
    for key in inventory.keys:
        others = mapped(
            key.policy,
            lambda policy: tuple(who for type_, who in principals(policy) if type_ != "Service" and account not in who),
        )
        yield expect(key.arn, "others in the policy", others, ())
