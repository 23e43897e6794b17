"""Snapshots: whose they are, who may restore them, and the key that they are encrypted with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models import EC2Backend
from moto.ec2.responses import EC2Response
from moto.ec2.utils import generic_filter

from scripts.local_aws.extensions.plumbing import wrap


@wrap(EC2Backend, "create_snapshot")
def create_snapshot(original: Callable[..., Any], self: Any, volume_id: str, *rest: Any, **more: Any) -> Any:
    """A snapshot has the key of its volume, which moto forgets.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSnapshot.html
    """
    snapshot = original(self, volume_id, *rest, **more)
    snapshot.kms_key_id = self.get_volume(volume_id).kms_key_id
    return snapshot


@wrap(EC2Response, "describe_snapshots")
def describe_snapshots(original: Callable[[Any], Any], self: Any) -> Any:
    """By owner, and by who may restore them, which moto leaves out.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSnapshots.html
    """
    owners, restorers = self.params.get("OwnerIds") or [], self.params.get("RestorableByUserIds") or []
    if not owners and not restorers:
        return original(self)
    wanted = {self.current_account if owner == "self" else owner for owner in owners}
    # First of all the owner: each published image has a snapshot, hundreds in all.
    found = [
        snapshot
        for snapshot in self.ec2_backend.describe_snapshots(snapshot_ids=self.params.get("SnapshotIds") or [])
        if (not wanted or snapshot.owner_id in wanted)
        and ("all" not in restorers or "all" in snapshot.create_volume_permission_groups)
    ]
    return ActionResult({"Snapshots": generic_filter(self._filters_from_querystring(), found)})
