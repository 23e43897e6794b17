"""What holds data, seen from the other side: what looks like a fault and is none."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from scripts.audit.checks import CHECKS
from scripts.audit.engine import Outcome, Result, judge
from scripts.audit.resource_policies import open_actions, strangers, unconfined_services
from scripts.state import Resource, State
from tests.audit.change import REFUSED, REMOVED, change
from tests.audit.environments import load
from tests.audit.faults_data import OURS, STRANGER, conditioned, letting_in
from tests.audit.healthy import healthy
from tests.audit.healthy_data import READ_AT, recovery_point

SMALL = load("small")
HEALTHY = healthy(SMALL)
BY_ID = {check.id: check for check in CHECKS}
ACCOUNT = "123456789012"


def results_of(check_id: str, *changes: tuple[str, Any]) -> list[Result]:
    inventory = HEALTHY
    for path, value in changes:
        inventory = change(inventory, path, value)
    return judge(inventory, SMALL, [BY_ID[check_id]])


def outcomes(check_id: str, *changes: tuple[str, Any]) -> set[Outcome]:
    return {result.outcome for result in results_of(check_id, *changes)}


@pytest.mark.parametrize(
    ("operator", "key", "value"),
    [
        ("StringEquals", "AWS:SourceOwner", ACCOUNT),
        ("StringEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5"),
        ("StringLike", "aws:SourceVpce", ["vpce-1", "vpce-2"]),
        ("IpAddress", "aws:SourceIp", "10.0.0.0/8"),
        ("ArnLike", "aws:SourceArn", f"arn:aws:cloudwatch:us-west-2:{ACCOUNT}:alarm:*"),
        ("ForAnyValue:StringEquals", "kms:CallerAccount", ACCOUNT),
    ],
)
def test_a_condition_on_who_asks_narrows(operator: str, key: str, value: Any) -> None:
    narrowed = not operator.startswith("ForAnyValue")
    assert (open_actions(conditioned(operator, key, value)) == set()) is narrowed


@pytest.mark.parametrize(
    ("ranges", "narrowed"),
    [("0.0.0.0/0", False), (["0.0.0.0/1", "128.0.0.0/1"], False), ("2000::/3", False), ("203.0.113.7/24", True)],
)
def test_half_of_the_internet_narrows_nothing(ranges: Any, narrowed: bool) -> None:
    assert (open_actions(conditioned("IpAddress", "aws:SourceIp", ranges)) == set()) is narrowed


@pytest.mark.parametrize(
    ("condition", "confined"),
    [
        ({"StringEquals": {"aws:SourceAccount": ACCOUNT}}, True),
        ({"ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:us-west-2:{ACCOUNT}:log-group:*"}}, True),
        ({"ArnLike": {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:*:*:log-group:*"}}, False),
        ({"Bool": {"aws:SecureTransport": "true"}}, False),
        ({"StringEqualsIfExists": {"aws:SourceAccount": ACCOUNT}}, False),
    ],
)
def test_a_service_is_confined_by_for_whom_it_acts(condition: dict[str, Any], confined: bool) -> None:
    service = "logs.us-west-2.amazonaws.com"
    policy = letting_in({"Service": service}, condition=condition)
    assert unconfined_services(policy) == (() if confined else (service,))
    # What anybody may write there keeps nobody out.
    assert bool(open_actions(letting_in("*", condition=condition))) is (
        "aws:SourceAccount" not in str(condition) or not confined
    )


def test_strangers_are_those_of_other_accounts() -> None:
    mixed = letting_in({"AWS": [OURS, STRANGER, ACCOUNT, "AROAEXAMPLE"], "Service": "logging.s3.amazonaws.com"})
    assert strangers(mixed, ACCOUNT) == ("AROAEXAMPLE", STRANGER)
    assert strangers(None, ACCOUNT) == ()


def test_a_refusal_lets_in_nobody() -> None:
    refusal = letting_in("*")
    refusal["Statement"][0]["Effect"] = "Deny"
    assert (open_actions(refusal), strangers(refusal, ACCOUNT)) == (set(), ())


@pytest.mark.parametrize(
    ("check_id", "path", "value"),
    [
        # What everybody may only write does not open it to readers, and the other way round.
        ("s3.no_public_read", "buckets.1.policy", letting_in("*", "s3:PutObject")),
        ("s3.no_public_write", "buckets.1.policy", letting_in("*", "s3:GetObject")),
        ("s3.no_other_account", "buckets.1.policy", letting_in({"AWS": OURS}, "s3:*")),
        # One of the two is enough to turn access control lists off.
        ("s3.no_public_read", "buckets.1.ownership", "ObjectWriter"),
        ("s3.no_public_read", "buckets.1.public_access_blocks", ()),
        ("efs.policy_for_us_only", "file_systems.0.policy", letting_in({"AWS": OURS}, "elasticfilesystem:*")),
        ("kms.not_public", "keys.0.policy", conditioned("StringEquals", "kms:CallerAccount", ACCOUNT)),
        ("secrets.policy_closed", "secrets.0.policy", letting_in({"AWS": OURS}, "secretsmanager:GetSecretValue")),
        ("backup.recent", "backups.recovery_points.fs-1", (recovery_point(days_old=9), recovery_point(days_old=1))),
        ("alarms.targets_there", "alarms.0.actions", ("arn:aws:sns:us-west-2:999999999999:central",)),
        ("eks.version_supported", "eks_clusters.0.support", "EXTENDED_SUPPORT"),
    ],
)
def test_what_is_no_fault_does_not_fail(check_id: str, path: str, value: Any) -> None:
    assert Outcome.FAIL not in outcomes(check_id, (path, value))


def test_access_control_lists_count_when_nothing_turns_them_off() -> None:
    open_lists = [("buckets.1.ownership", "ObjectWriter"), ("buckets.1.public_access_blocks", ("BlockPublicAcls",))]
    for check_id in ("s3.no_public_read", "s3.no_public_write"):
        assert Outcome.FAIL in outcomes(check_id, *open_lists)


def test_a_young_file_system_needs_no_backup_yet() -> None:
    none = ("backups.recovery_points.fs-1", ())
    young = ("file_systems.0.created", READ_AT - timedelta(hours=20))
    assert outcomes("backup.recent", none, young) == {Outcome.PASS}
    assert outcomes("backup.recent", none) == {Outcome.FAIL}


@pytest.mark.parametrize(
    "check_id", [check.id for check in CHECKS if check.service in ("alarms", "sns", "eks") and check.optional]
)
def test_where_there_is_nothing_there_is_nothing_to_say(check_id: str) -> None:
    nothing = (("alarms", ()), ("topics.ours", ()), ("topics.arns", ()), ("eks_clusters", ()))
    assert results_of(check_id, *nothing) == []


@pytest.mark.parametrize("path", ["backups.recovery_points.fs-1", "s3_account.access_points", "topics.ours"])
def test_an_optional_check_does_not_take_a_refusal_for_nothing(path: str) -> None:
    results = judge(change(HEALTHY, path, REFUSED), SMALL, CHECKS)
    assert any(result.outcome is Outcome.UNKNOWN and "AccessDenied" in result.detail for result in results)


def test_a_mount_target_in_a_subnet_that_nobody_saw_is_unknown() -> None:
    assert Outcome.UNKNOWN in outcomes("efs.mount_targets_in_private_subnets", ("network.subnets.0", REMOVED))


def test_of_what_has_one_name_the_cluster_is_named() -> None:
    name = SMALL.label.name("gcs")
    types = ("aws_memorydb_acl", "aws_memorydb_cluster", "aws_memorydb_user")
    attributes = {"name": name, "user_name": name}
    state = State(tuple(Resource(f"{type_}.memorydb", type_, attributes) for type_ in types))
    addresses = {
        check_id: {result.address for result in results_of(check_id, ("state", state))}
        for check_id in ("memorydb.tls_on", "memorydb.users_limited")
    }
    assert addresses == {
        "memorydb.tls_on": {"aws_memorydb_cluster.memorydb"},
        "memorydb.users_limited": {"aws_memorydb_user.memorydb"},
    }
