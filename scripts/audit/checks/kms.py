"""The key of the environment."""

from __future__ import annotations

from collections.abc import Iterator

from config.foundation import FoundationConfig
from scripts.audit import applies
from scripts.audit.registry import Severity, check
from scripts.audit.resource_policies import open_actions, strangers, unconfined_services
from scripts.audit.verdict import Verdict, expect
from scripts.inventory import Inventory
from scripts.inventory.reading import mapped


@check(
    "kms.key_usable",
    severity=Severity.HIGH,
    standards=("FSBP KMS.3", "Config kms-cmk-not-scheduled-for-deletion"),
    setting="kms.existing_key_arn",
)
def key_usable(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """The key is enabled.

    Why: a key that waits for its deletion takes all data with it: volumes, files, objects, snapshots and secrets.

    Fix: `aws kms cancel-key-deletion` and `aws kms enable-key`, today; or another key in `kms.existing_key_arn`.
    """
    for key in inventory.keys:
        yield expect(key.arn, "state", key.state, "Enabled")


@check("kms.customer_managed", severity=Severity.MEDIUM, setting="kms.existing_key_arn")
def customer_managed(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """The key is managed in this account.

    Why: the policy of a key that AWS manages cannot be narrowed, and its use cannot be revoked.

    Fix: name a customer managed key in `kms.existing_key_arn`, or leave it out to have one made.
    """
    for key in inventory.keys:
        yield expect(key.arn, "manager", key.manager, "CUSTOMER")


@check("kms.key_symmetric", severity=Severity.HIGH, setting="kms.existing_key_arn")
def key_symmetric(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """The key is symmetric.

    Why: EBS, EFS, S3, MemoryDB, Secrets Manager and CloudWatch Logs take no other kind.

    Fix: name a symmetric key in `kms.existing_key_arn`, or leave it out to have one made.
    """
    for key in inventory.keys:
        yield expect(key.arn, "kind of key", key.spec, "SYMMETRIC_DEFAULT")


@check(
    "kms.rotation_on",
    severity=Severity.MEDIUM,
    applies=applies.own_key,
    standards=("CIS 3.6", "Config cmk-backing-key-rotation-enabled"),
    setting="kms.rotation_days",
)
def rotation_on(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """The key's material is rotated as often as declared.

    Why: rotation bounds how much data any one piece of key material protects.

    Fix: `kms.rotation_days`, then apply.
    """
    for key in inventory.keys:
        days = mapped(key.rotation, lambda rotation: rotation.days if rotation.enabled else None)
        yield expect(key.arn, "days between rotations", days, config.kms.rotation_days)


@check("kms.alias_there", severity=Severity.LOW, applies=applies.own_key)
def alias_there(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """The key is found under the name of the cluster.

    Why: a key without a name is one that somebody takes for unused and deletes.

    Fix: apply again.
    """
    for key in inventory.keys:
        yield expect(key.arn, "aliases", key.aliases, (f"alias/{config.label.cluster}",))


@check(
    "kms.not_public",
    severity=Severity.HIGH,
    standards=("FSBP KMS.5", "Config kms-key-policy-no-public-access"),
    setting="kms.existing_key_arn",
)
def not_public(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """The key's policy allows nothing to everybody.

    Why: whoever may use the key can read what it encrypts, once they come by a copy.

    Fix: apply again; the policy of a key in `kms.existing_key_arn` is mended by its owner.
    """
    for key in inventory.keys:
        yield expect(key.arn, "actions open to everybody", mapped(key.policy, open_actions), set())


@check("kms.not_for_everybody", severity=Severity.HIGH, applies=applies.own_key)
def not_for_everybody(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """The key's policy lets in no other account.

    Why: nothing of this environment is shared with another account, so nobody there needs its key.

    Fix: apply again.
    """
    for key in inventory.keys:
        others = mapped(key.policy, lambda policy: strangers(policy, config.account_id))
        yield expect(key.arn, "others in the policy", others, ())


@check("kms.services_confined", severity=Severity.MEDIUM, applies=applies.own_key)
def services_confined(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """AWS services use the key only on behalf of this account.

    Why: a service that is let in without a condition can be made to use the key by anybody's account (the confused
    deputy).

    Fix: apply again.
    """
    for key in inventory.keys:
        services = mapped(key.policy, unconfined_services)
        yield expect(key.arn, "services without a condition", services, ())
