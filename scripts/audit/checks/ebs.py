"""What the account does with volumes by itself, and snapshots of ours."""

from __future__ import annotations

from collections.abc import Iterator

from config.foundation import FoundationConfig
from scripts.audit.registry import Severity, check
from scripts.audit.verdict import Verdict, expect
from scripts.audit.wanted import encrypted_with_our_key
from scripts.inventory import Inventory
from scripts.inventory.reading import readable

ALL_SHARING = "block-all-sharing"


@check(
    "ebs.encrypted_by_default",
    severity=Severity.MEDIUM,
    standards=("FSBP EC2.7", "CIS 2.2.1", "Config ec2-ebs-encryption-by-default"),
)
def encrypted_by_default(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """The account encrypts every new volume in the region, whether or not it is asked to.

    Why: our volumes are encrypted anyway; what somebody makes by hand, from one of our snapshots too, is not.

    Fix: `aws ec2 enable-ebs-encryption-by-default`, once for the account and region.
    """
    yield expect(_account(config), "EBS encryption by default", inventory.ebs.encrypted_by_default, True)


@check(
    "ebs.snapshot_sharing_blocked",
    severity=Severity.LOW,
    standards=("Config ebs-snapshot-block-public-access",),
)
def snapshot_sharing_blocked(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """The account lets nobody share a snapshot with everybody.

    Why: one wrong click on a snapshot gives a volume to the world; with this block the click does nothing.

    Fix: `aws ec2 enable-snapshot-block-public-access --state block-all-sharing`, once for the account and region.
    """
    state = inventory.ebs.snapshot_sharing_block
    yield expect(_account(config), "block of public sharing", state, ALL_SHARING)


@check(
    "ebs.snapshots_not_public",
    severity=Severity.HIGH,
    standards=("FSBP EC2.1", "Config ebs-snapshot-public-restorable-check"),
    optional=True,
)
def snapshots_not_public(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """No snapshot of our volumes may be restored by everybody.

    Why: a volume holds code, data and whatever secrets were ever written to a disk.

    Fix: `aws ec2 reset-snapshot-attribute --attribute createVolumePermission --snapshot-id …`, then change the secrets.
    """
    for snapshot in readable(inventory.ebs.snapshots):
        public = snapshot.snapshot_id in readable(inventory.ebs.public_snapshot_ids)
        yield Verdict(snapshot.snapshot_id, not public, f"of {snapshot.volume_id}, {'' if public else 'not '}public")


@check("ebs.snapshots_encrypted_with_our_key", severity=Severity.MEDIUM, optional=True)
def snapshots_encrypted_with_our_key(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """Snapshots of our volumes are encrypted with the key of the environment.

    Why: a copy under another key is out of reach of our key's policy, and outlives the environment.

    Fix: remove the snapshot, or copy it with our key.
    """
    for snapshot in readable(inventory.ebs.snapshots):
        if snapshot.encrypted:
            yield encrypted_with_our_key(snapshot.snapshot_id, snapshot.kms_key_arn, inventory)
        else:
            yield Verdict(snapshot.snapshot_id, False, f"of {snapshot.volume_id}, not encrypted")


def _account(config: FoundationConfig) -> str:
    return f"account {config.account_id} in {config.region}"
