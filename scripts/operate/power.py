"""Start, stop and terminate instances, and wait until EC2 says that it is done."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from config.ec2_cluster import Ec2ClusterConfig
from config.errors import UserError
from scripts.inventory.session import Session
from scripts.operate.instances import ALIVE, Kind, find_instances
from scripts.operate.refusals import explained

PATIENCE_SECONDS = 900.0
_POLL_SECONDS = 5.0
_BATCH = 500
"""Instances of one TerminateInstances; EC2 takes 1,000."""


def state_of(session: Session, instance_id: str) -> str:
    """State of an instance; `terminated` also for one that EC2 has forgotten."""
    try:
        with explained(f"{instance_id} cannot be looked up", "ec2:DescribeInstances"):
            return _state(session.client("ec2"), instance_id)
    except UserError as error:
        if "InvalidInstanceID.NotFound" in error.lines[0]:
            return "terminated"
        raise


def start(session: Session, instance_id: str) -> None:
    """Start a stopped instance, and wait until it runs."""
    if state_of(session, instance_id) == "stopping":
        _wait_for(session, instance_id, "stopped")
    with explained(f"{instance_id} cannot be started", "ec2:StartInstances, and kms:CreateGrant on its volume's key"):
        session.client("ec2").start_instances(InstanceIds=[instance_id])
    _wait_for(session, instance_id, "running")


def stop(session: Session, instance_id: str) -> bool:
    """Stop an instance, and wait until it is stopped; False when there was nothing to stop."""
    state = state_of(session, instance_id)
    if state not in ("pending", "running", "stopping"):
        return False
    if state == "pending":  # EC2 stops nothing that is half started
        _wait_for(session, instance_id, "running")
    if state != "stopping":
        with explained(f"{instance_id} cannot be stopped", "ec2:StopInstances"):
            session.client("ec2").stop_instances(InstanceIds=[instance_id])
    _wait_for(session, instance_id, "stopped")
    return True


def terminate_all(
    environment: Ec2ClusterConfig, session: Session, kind: Kind, *, spared: str | None = None
) -> list[str]:
    """Terminate the cluster's instances of a kind but one, and wait until none is left; return their ids.

    It is looked again until there are none: what was being launched meanwhile is found too.
    """
    asked: list[str] = []
    deadline = time.monotonic() + PATIENCE_SECONDS
    while left := _of_kind(environment, session, kind, spared):
        if fresh := [instance_id for instance_id in left if instance_id not in asked]:
            _terminate(session, fresh)
            asked += fresh
        else:
            _wait_or_give_up(deadline, f"{', '.join(left)} will not terminate")
    return asked


def _of_kind(environment: Ec2ClusterConfig, session: Session, kind: Kind, spared: str | None) -> list[str]:
    found = find_instances(environment, session, states=(*ALIVE, "shutting-down"))
    return [one.instance_id for one in found if one.kind == kind and one.instance_id != spared]


def _terminate(session: Session, instance_ids: Iterable[str]) -> None:
    ids = iter(instance_ids)
    while batch := list(islice(ids, _BATCH)):
        try:
            _terminate_batch(session, batch)
        except UserError as error:
            if len(batch) == 1 or "OperationNotPermitted" not in error.lines[0]:
                raise
            # One that is protected keeps those of its zone alive: the others go, and it is named.
            _terminate_each(session, batch)


def _terminate_each(session: Session, instance_ids: Iterable[str]) -> None:
    problems: list[str] = []
    for instance_id in instance_ids:
        try:
            if state_of(session, instance_id) not in ("shutting-down", "terminated"):
                _terminate_batch(session, [instance_id])
        except UserError as error:
            problems += error.lines
    if problems:
        raise UserError(problems)


def _terminate_batch(session: Session, instance_ids: Sequence[str]) -> None:
    with explained(f"{', '.join(instance_ids)} cannot be terminated", "ec2:TerminateInstances"):
        session.client("ec2").terminate_instances(InstanceIds=instance_ids)


def _wait_for(session: Session, instance_id: str, wanted: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (state := state_of(session, instance_id)) != wanted:
        if state == "terminated":
            raise UserError(f"{instance_id} is terminated, it will never be {wanted}")
        _wait_or_give_up(deadline, f"{instance_id} is {state}, not {wanted}")


def _wait_or_give_up(deadline: float, what: str) -> None:
    if time.monotonic() > deadline:
        raise UserError(f"{what} after {PATIENCE_SECONDS / 60:.0f} minutes; run the same again, or look in the console")
    time.sleep(_POLL_SECONDS)


def _state(ec2: Any, instance_id: str) -> str:
    found = ec2.describe_instances(InstanceIds=[instance_id])["Reservations"]
    return str(found[0]["Instances"][0]["State"]["Name"]) if found else "terminated"
