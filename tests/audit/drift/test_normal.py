"""What means the same to AWS is no difference."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.audit.drift.normal import camel, differences, known, normal, snake, snaked, tag_map

NOTHING: tuple[Any, ...] = (None, "", [], {}, False, [{}], {"a": None}, [None, ""])


@pytest.mark.parametrize("nothing", NOTHING)
def test_nothing_is_nothing_however_it_is_written(nothing: Any) -> None:
    assert normal(nothing) is None


def test_zero_is_something() -> None:
    assert normal({"user_id": 0}) == {"user_id": 0}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (["b", "a"], ["a", "b"]),
        ([{"b": 1, "a": 2}, {"a": 1}], [{"a": 1}, {"a": 2, "b": 1}]),
        ([{"tokens": "required", "tags": ""}], {"tokens": "required"}),
        ({"a": ["x"], "b": None}, {"a": ("x",)}),
    ],
)
def test_order_and_form_mean_nothing(one: Any, other: Any) -> None:
    assert normal(one) == normal(other)


@pytest.mark.parametrize(
    ("name", "snaked_name"),
    [
        ("HttpPutResponseHopLimit", "http_put_response_hop_limit"),
        ("EnableResourceNameDnsAAAARecord", "enable_resource_name_dns_aaaa_record"),
        ("TransitionToIA", "transition_to_ia"),
        ("KMSMasterKeyID", "kms_master_key_id"),
        ("MFADelete", "mfa_delete"),
        ("ID", "id"),
    ],
)
def test_names_are_written_as_terraform_does(name: str, snaked_name: str) -> None:
    assert snake(name) == snaked_name


def test_names_are_written_as_aws_does() -> None:
    assert camel("cidr_block") == "CidrBlock"
    assert camel("cidr_ipv4") == "CidrIpv4"


def test_an_answer_gets_terraforms_names_at_every_depth() -> None:
    answer = {"RootDirectory": {"CreationInfo": [{"OwnerUid": 0}]}, "Transitions": []}
    assert snaked(answer, {"Transitions": "transition"}) == {
        "root_directory": {"creation_info": [{"owner_uid": 0}]},
        "transition": [],
    }


def test_a_field_that_terraform_does_not_know_yet_is_no_difference() -> None:
    block = [{"auto_recovery": "default", "nested": [{"size": None}], "tags": {}}]
    answer = {"auto_recovery": "disabled", "reboot_migration": "default", "nested": {"size": 1, "new": 2}}
    assert known(block, answer) == [{"auto_recovery": "disabled", "nested": [{"size": 1}]}]


def test_what_was_added_to_a_map_or_beside_blocks_is_one() -> None:
    assert known({"Owner": "me"}, {"Owner": "me", "By": "hand"}) == {"Owner": "me", "By": "hand"}
    assert known([{"a": 1}], [{"a": 1}, {"a": 2}]) == [{"a": 1}, {"a": 2}]
    assert known([], [{"a": 1}]) == [{"a": 1}]
    assert known([{"tags": {}}], {"tags": {"By": "hand"}}) == [{"tags": {"By": "hand"}}]


def test_a_block_differs_by_its_fields_and_a_list_of_blocks_by_what_one_side_lacks() -> None:
    assert list(differences("options", {"tokens": "required", "hops": 1}, {"tokens": "optional", "hops": 1})) == [
        ("options.tokens", "required", "optional")
    ]
    assert list(differences("rule", [{"a": 1}, {"a": 2}], {"a": 1})) == [("rule", [{"a": 2}], None)]
    assert list(differences("rule", None, [{"a": 1}, {"a": 2}])) == [("rule", None, [{"a": 1}, {"a": 2}])]
    assert list(differences("cidrs", ["a"], ["a", "b"])) == [("cidrs", ["a"], ["a", "b"])]


def test_tags_of_aws_itself_are_nobodys_change() -> None:
    pairs = [{"Key": "aws:ec2:fleet-id", "Value": "f"}, {"Key": "Owner", "Value": "me"}, {"Key": "Empty"}]
    assert tag_map(pairs) == {"Owner": "me", "Empty": ""}
