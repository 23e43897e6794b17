"""Dumps are compared by meaning."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from scripts.dump.document import dump_document
from scripts.inventory.addresses import Address
from scripts.inventory.reading import Unreadable
from scripts.reports.changes import Change, Comparison, NotComparable, changes, compare
from tests.audit.change import REFUSED, REMOVED, change
from tests.audit.environments import load
from tests.audit.healthy import healthy
from tests.reports.audits import NOW

SMALL = load("small")
HEALTHY = healthy(SMALL)
DOCUMENT = dump_document(HEALTHY, SMALL, generated=NOW)
BUCKET = HEALTHY.buckets[0].name


def found(path: str, value: Any) -> list[Change]:
    changed = dump_document(change(HEALTHY, path, value), SMALL, generated=NOW.replace(hour=23))
    return changes(DOCUMENT, changed)


def test_the_time_of_a_dump_is_no_change() -> None:
    assert changes(DOCUMENT, dump_document(HEALTHY, SMALL, generated=NOW.replace(hour=23))) == []


def test_a_value_is_named_with_its_resource() -> None:
    assert found("buckets.0.versioning", "Suspended") == [
        Change("changed", f"buckets {BUCKET}", "versioning", "Enabled", "Suspended")
    ]


def test_a_value_of_no_single_resource_is_named_with_its_section() -> None:
    assert found("network.dns_support", value=False) == [Change("changed", "network", "dns_support", True, False)]


@pytest.mark.parametrize("path", ["buckets.0.policy", "nodes.instances", "secrets.0", "records.0", "iam.roles"])
def test_what_one_dump_could_not_read_is_no_change(path: str) -> None:
    silent = dump_document(change(HEALTHY, path, REFUSED), SMALL, generated=NOW)
    for before, after, side in ((DOCUMENT, silent, "to"), (silent, DOCUMENT, "from")):
        result = compare(before, after)
        assert result.changes == ()
        assert [(part.unreadable_in, part.why) for part in result.not_comparable] == [(side, str(REFUSED))]


def test_what_neither_could_read_is_said_only_when_the_reasons_differ() -> None:
    refused, slow = ({"keys": [{"arn": "k", "policy": {"unreadable": why}}]} for why in ("refused", "slow"))
    assert compare(refused, refused) == Comparison((), ())
    assert compare(refused, slow).not_comparable == (NotComparable("keys k", "policy", "both", "refused and slow"),)


def test_beside_an_item_that_was_not_read_all_others_are_compared() -> None:
    silent = {"unreadable": "refused"}
    before = {"roles": [{"name": "a", "arn": "1"}, {"name": "b", "arn": "2"}, {"name": "c", "arn": "3"}]}
    after = {"roles": [silent, {"name": "b", "arn": "9"}, {"name": "d", "arn": "4"}]}
    result = compare(before, after)
    assert [(one.kind, one.resource, one.path) for one in result.changes] == [
        ("changed", "roles b", "arn"),
        ("added", "roles d", ""),
    ]
    assert [(one.resource, one.unreadable_in) for one in result.not_comparable] == [("roles", "to")]


@pytest.mark.parametrize(
    ("path", "value"), [("account.vpcs", 99), ("account.buckets", 99), ("quotas.ec2", {}), ("quotas.vcpus_in_use", {})]
)
def test_what_others_do_in_the_account_is_no_change(path: str, value: Any) -> None:
    assert dump_document(change(HEALTHY, path, value), SMALL, generated=NOW) != DOCUMENT
    assert found(path, value) == []


def test_addresses_and_topics_of_others_are_no_change() -> None:
    address = Address("eipalloc-x", "other", "192.0.2.1", None, ours=False)
    assert not isinstance(HEALTHY.addresses, Unreadable)
    assert found("addresses", (*HEALTHY.addresses, address)) == []
    assert len(found("addresses", (*HEALTHY.addresses, replace(address, ours=True)))) == 1
    assert found("topics.arns", ("arn:aws:sns:us-west-2:123456789012:somebody",)) == []


def test_dumps_of_an_earlier_version_have_the_account_elsewhere() -> None:
    before = {"more": {"account": {"vpcs": 1}, "addresses": [{"allocation_id": "a", "ours": False}]}}
    assert changes(before, {"more": {"account": {"vpcs": 2}, "addresses": []}}) == []


def test_a_resource_that_is_gone_is_named_once() -> None:
    (one,) = found("buckets.0", REMOVED)
    assert (one.kind, one.resource, one.path, one.after) == ("removed", f"buckets {BUCKET}", "", None)
    assert one.before["versioning"] == "Enabled"


def test_lists_are_matched_by_identity_not_by_position() -> None:
    gone = found("network.subnets.0", REMOVED)
    assert [(one.kind, one.path) for one in gone] == [("removed", "")]
    assert gone[0].resource.startswith("network.subnets private-")


def test_another_order_is_no_change() -> None:
    before = {"groups": [{"group_id": "sg-1", "cidrs": ["a", "b"]}, {"group_id": "sg-2", "cidrs": []}]}
    after = {"groups": [{"group_id": "sg-2", "cidrs": []}, {"group_id": "sg-1", "cidrs": ["b", "a"]}]}
    assert changes(before, after) == []


def test_what_was_made_anew_under_the_same_name_is_the_same_thing() -> None:
    before = {"nodes": [{"instance_id": "i-1", "name": "head", "zone": "a"}]}
    after = {"nodes": [{"instance_id": "i-2", "name": "head", "zone": "b"}]}
    assert changes(before, after) == [
        Change("changed", "nodes head (i-2)", "instance_id", "i-1", "i-2"),
        Change("changed", "nodes head (i-2)", "zone", "a", "b"),
    ]


def test_what_was_made_anew_without_a_name_is_known_by_all_else() -> None:
    before = {"groups": [{"group_id": "sg-1", "rules": [{"rule_id": "sgr-1", "ports": "tcp 1"}]}]}
    after = {"groups": [{"group_id": "sg-1", "rules": [{"rule_id": "sgr-2", "ports": "tcp 1"}]}]}
    assert changes(before, after) == [Change("changed", "groups sg-1", "rules[sgr-2].rule_id", "sgr-1", "sgr-2")]


def test_things_that_share_a_name_are_told_apart() -> None:
    before = {"records": [[{"name": "head", "type": "A", "values": ["1"]}, {"name": "head", "type": "AAAA"}]]}
    after = {"records": [[{"name": "head", "type": "A", "values": ["2"]}, {"name": "head", "type": "AAAA"}]]}
    assert changes(before, after) == [Change("changed", "records head", "values", "1", "2")]


def test_statements_of_a_policy_are_known_by_their_sid_or_by_being_the_only_ones_that_changed() -> None:
    def policy(**statement: str) -> dict[str, Any]:
        other = {"Effect": "Deny", **({"Sid": "other"} if "Sid" in statement else {})}
        return {"keys": [{"arn": "k", "policy": {"Statement": [statement, other]}}]}

    assert changes(policy(Sid="a", Effect="Allow"), policy(Sid="a", Effect="Deny")) == [
        Change("changed", "keys k", "policy.Statement[a].Effect", "Allow", "Deny")
    ]
    (one,) = changes(policy(Effect="Allow"), policy(Effect="Deny*"))
    assert (one.kind, one.before, one.after) == ("changed", "Allow", "Deny*")


def test_several_values_of_a_list_are_named_one_by_one() -> None:
    before, after = (
        {"nodes": [{"name": "n", "group_ids": ["a", "b"]}]},
        {"nodes": [{"name": "n", "group_ids": ["b", "c", "d"]}]},
    )
    assert changes(before, after) == [
        Change("added", "nodes n", "group_ids", None, "c"),
        Change("added", "nodes n", "group_ids", None, "d"),
        Change("removed", "nodes n", "group_ids", "a", None),
    ]


def test_a_section_that_one_dump_lacks_is_one_change() -> None:
    assert changes({}, {"alarms": [{"name": "a"}]}) == [Change("added", "alarms", "", None, [{"name": "a"}])]


def test_what_has_no_section_of_its_own_is_compared_like_all_else() -> None:
    before, after = ({"more": {"alarms": [{"name": "a", "on": on}]}} for on in (True, False))
    assert changes(before, after) == [Change("changed", "alarms a", "on", True, False)]
