"""Dumps are compared by meaning."""

from __future__ import annotations

from typing import Any

from scripts.dump.document import dump_document
from scripts.reports.changes import Change, changes
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


def test_what_could_not_be_read_is_a_change_as_a_whole() -> None:
    (one,) = found("buckets.0.policy", REFUSED)
    assert (one.kind, one.path, one.after) == ("changed", "policy", {"unreadable": str(REFUSED)})


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
