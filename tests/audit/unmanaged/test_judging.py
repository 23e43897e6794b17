"""What is explained, what is a finding, and what cannot be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from config.ec2_cluster import Ec2ClusterConfig
from scripts.audit.checks.unmanaged import no_records
from scripts.audit.engine import Outcome, judge
from scripts.audit.unmanaged.judging import judge_kinds
from scripts.audit.unmanaged.workers import record_of, worker_of
from scripts.audit.verdict import Verdict
from scripts.inventory.reading import Unreadable
from scripts.inventory.surroundings import Surroundings, Thing
from tests.audit.change import REFUSED, change
from tests.audit.environments import load
from tests.audit.healthy import healthy

SMALL = load("small")
HEALTHY = healthy(SMALL)


def judged(
    kind: str, things: object, config: Ec2ClusterConfig = SMALL, others: Mapping[str, object] | None = None
) -> tuple[list[Verdict], list[str]]:
    """The failures and unknowns, and the details of what passes."""
    inventory = change(HEALTHY, f"surroundings.things.{kind}", things)
    for other, value in (others or {}).items():
        inventory = change(inventory, f"surroundings.things.{other}", value)
    verdicts = list(judge_kinds(inventory, config, kind))
    return [each for each in verdicts if each.ok is not True], [each.detail for each in verdicts if each.ok is True]


def in_a_vpc_of_others() -> Ec2ClusterConfig:
    existing = {"vpc_id": "vpc-0123456789abcdef0", "private_subnets": {"us-west-2a": "subnet-0123456789abcdef0"}}
    network = type(SMALL.network).model_validate({"existing": existing})
    return SMALL.model_copy(update={"network": network})


def test_a_thing_that_is_not_in_the_state_is_named_with_the_command_that_deletes_it() -> None:
    (verdict,), details = judged("security_groups", (Thing("sg-1", managed=True), Thing("sg-2", "quick-test")))
    assert verdict.resource == "sg-2"
    assert verdict.detail == (
        "security group sg-2 quick-test is not in Terraform's state; "
        "delete it: aws ec2 delete-security-group --group-id sg-2"
    )
    assert details == ["1 of 2 is in Terraform's state"]


def test_hundreds_of_explained_things_are_one_line() -> None:
    things = tuple(Thing(f"eni-{number:03}", holders=("i-0",)) for number in range(300))
    strays, details = judged("interfaces", things)
    assert strays == []
    assert details == [
        "0 of 300 are in Terraform's state",
        "300 explained: came with instances (eni-000, eni-001, eni-002 and 297 more)",
    ]


def test_the_interfaces_of_one_load_balancer_are_one_finding() -> None:
    things = tuple(Thing(f"eni-{n}", note="load balancer web", used_by_service=True) for n in range(3))
    (verdict,), _ = judged("interfaces", things)
    assert verdict.detail == (
        "network interface eni-0 (load balancer web) and 2 more like it are not in Terraform's state; "
        "delete what uses it"
    )


def test_what_came_with_a_stray_is_explained_by_it() -> None:
    stray = Thing("i-9")
    found, _ = judged("interfaces", (Thing("eni-9", holders=("i-9",)),), others={"instances": (stray,)})
    assert found == []
    assert [verdict.resource for verdict in judged("instances", (stray,))[0]] == ["i-9"]


def test_what_came_with_something_that_could_not_be_read_is_unknown() -> None:
    (verdict,), _ = judged("interfaces", (Thing("eni-9", holders=("vpce-9",)),), others={"endpoints": REFUSED})
    assert isinstance(verdict.ok, Unreadable)
    assert "AccessDenied" in verdict.detail


def test_a_kind_that_could_not_be_read_is_unknown() -> None:
    (verdict,), details = judged("subnets", REFUSED)
    assert isinstance(verdict.ok, Unreadable)
    assert details == []


def test_in_a_vpc_of_others_only_what_is_ours_is_judged() -> None:
    things = (
        Thing("sg-theirs", "web"),
        Thing("sg-tagged", "web", tagged=True),
        Thing("sg-named", "ray-small-extra"),
        Thing("sg-declared", "ray-small-head", managed=True),
    )
    strays, details = judged("security_groups", things, in_a_vpc_of_others())
    assert [verdict.resource for verdict in strays] == ["sg-tagged", "sg-named"]
    assert details[0] == "1 of 3 is in Terraform's state"


def test_in_a_vpc_of_others_an_interface_of_our_node_is_ours() -> None:
    things = (Thing("eni-0", holders=("i-0",)), Thing("eni-theirs", holders=("i-theirs",)))
    strays, details = judged("interfaces", things, in_a_vpc_of_others(), {"instances": (Thing("i-0", managed=True),)})
    assert strays == []
    assert details[-1] == "1 explained: came with instances (eni-0)"


@pytest.mark.parametrize(
    ("arn", "kind", "thing"),
    [
        ("arn:aws:s3:::ray-small-scratch", "buckets", "ray-small-scratch"),
        ("arn:aws:secretsmanager:us-west-2:1:secret:ray-small-mine-AbC123", "secrets", "ray-small-mine"),
        ("arn:aws:logs:us-west-2:1:log-group:/ray/small/x:*", "log_groups", "/ray/small/x"),
        ("arn:aws:elasticfilesystem:us-west-2:1:access-point/fsap-9", "access_points", "fsap-9"),
        ("vol-9", "volumes", "vol-9"),
    ],
)
def test_what_another_check_judges_is_not_judged_twice(arn: str, kind: str, thing: str) -> None:
    strays, _ = judged("tagged", (Thing(arn, tagged=True),), others={kind: (Thing(thing),)})
    assert strays == []


def test_a_topic_with_the_name_of_a_bucket_is_no_bucket() -> None:
    arn = "arn:aws:sns:us-west-2:1:ray-small-scratch"
    strays, _ = judged("tagged", (Thing(arn, tagged=True),), others={"buckets": (Thing("ray-small-scratch"),)})
    assert [verdict.resource for verdict in strays] == [arn]


def test_workers_of_an_autoscaler_are_explained_where_there_is_one() -> None:
    worker, autoscaling = Thing("i-9", tagged=True, ray_node="worker"), load("autoscaling-small")
    assert worker_of(autoscaling, worker) == "Ray's autoscaler made it"
    assert worker_of(SMALL, worker) == ""
    assert worker_of(autoscaling, Thing("i-9", tagged=True)) == ""
    assert worker_of(autoscaling, Thing("i-9", ray_node="worker")) == ""


def test_a_head_is_explained_where_ray_up_makes_it() -> None:
    head = Thing("i-9", tagged=True, ray_node="head")
    assert worker_of(load("ray-up"), head) == "`ray up` made it"
    assert worker_of(load("autoscaling-small"), head) == ""


def test_the_record_of_a_head_is_explained_where_the_head_writes_it() -> None:
    record = Thing("head.ray-up.ray.internal A", tagged=True)
    assert record_of(load("ray-up"), record) == "the head that `ray up` made wrote it"
    assert record_of(load("ray-up"), replace(record, id="other.ray-up.ray.internal A")) == ""
    assert record_of(load("autoscaling-small"), replace(record, id="head.autoscaling-small.ray.internal A")) == ""


def test_a_kind_that_nobody_could_ask_about_is_unknown() -> None:
    things = {kind: found for kind, found in HEALTHY.surroundings.things.items() if kind != "records"}
    results = judge(replace(HEALTHY, surroundings=Surroundings(things)), SMALL, [no_records])
    assert [result.outcome for result in results] == [Outcome.UNKNOWN]
