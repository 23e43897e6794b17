"""What looks like a fault and is none passes; what could not be read passes nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scripts.audit.checks import CHECKS
from scripts.audit.engine import Outcome, Result, judge
from scripts.inventory import Inventory
from scripts.inventory.iam import Policy
from tests.audit.change import REFUSED, change
from tests.audit.environments import load
from tests.audit.faults_iam_effect import ALLOWED, INLINE, doing
from tests.audit.healthy import healthy

SMALL = load("small")
HEALTHY = healthy(SMALL)
BY_ID = {check.id: check for check in CHECKS}


def results(inventory: Inventory, check_id: str) -> list[Result]:
    return judge(inventory, SMALL, [BY_ID[check_id]])


@pytest.mark.parametrize(("check_id", "path", "value"), ALLOWED)
def test_what_looks_like_a_fault_and_is_none_passes(check_id: str, path: str, value: object) -> None:
    found = results(change(HEALTHY, path, value), check_id)
    assert {result.outcome for result in found} == {Outcome.PASS}, found


def test_a_finding_names_role_policy_statement_and_effect() -> None:
    found = results(change(HEALTHY, INLINE, doing("iam:PassRole", "ec2:Run*")), "iam_effect.no_privilege_escalation")
    (finding,) = [result for result in found if result.outcome is Outcome.FAIL]
    assert finding.resource == "ray-small-worker"
    assert finding.detail == (
        "can raise its rights by iam:PassRole + ec2:RunInstances: "
        "iam:PassRole on arn:aws:iam::123456789012:role/* by statement Added of policy node; "
        "ec2:RunInstances on everything by statement Added of policy node"
    )


def test_a_condition_that_nobody_can_tell_is_named() -> None:
    document = doing("iam:PassRole", "ec2:RunInstances")
    document["Statement"][0]["Condition"] = {"StringEquals": {"aws:SourceVpc": "vpc-1"}}
    found = results(change(HEALTHY, INLINE, document), "iam_effect.no_privilege_escalation")
    assert any("only if StringEquals aws:SourceVpc vpc-1" in result.detail for result in found)


def test_an_administrator_is_one_finding_and_not_sixty() -> None:
    found = results(change(HEALTHY, INLINE, doing("*")), "iam_effect.no_privilege_escalation")
    assert [result.outcome for result in found].count(Outcome.FAIL) <= 7


def test_what_a_boundary_forbids_is_unknown_when_the_boundary_is() -> None:
    faulty = change(HEALTHY, INLINE, doing("iam:PassRole", "ec2:RunInstances"))
    found = results(change(faulty, "iam.roles.1.boundary", REFUSED), "iam_effect.no_privilege_escalation")
    assert {result.outcome for result in found if result.resource == "ray-small-worker"} == {Outcome.UNKNOWN}


def test_a_policy_that_could_not_be_read_hides_no_finding_of_another() -> None:
    faulty = change(HEALTHY, INLINE, doing("iam:PassRole", "ec2:RunInstances"))
    found = results(change(faulty, "iam.roles.1.attached_policies", REFUSED), "iam_effect.no_privilege_escalation")
    outcomes = [result.outcome for result in found if result.resource == "ray-small-worker"]
    assert outcomes == [Outcome.FAIL, Outcome.UNKNOWN]


def test_a_boundary_that_allows_less_is_honoured() -> None:
    faulty = change(HEALTHY, INLINE, doing("iam:PassRole", "ec2:RunInstances"))
    bounded = change(faulty, "iam.roles.1.boundary.document", doing("ec2:*"))
    found = results(bounded, "iam_effect.no_privilege_escalation")
    assert {result.outcome for result in found} == {Outcome.PASS}


def test_wheels_in_a_bucket_of_ours_may_be_read_though_nodes_may_not_use_it() -> None:
    source = f"s3://{SMALL.bucket_name('logs')}/ray"
    wheels = SMALL.model_copy(update={"ray": SMALL.ray.model_copy(update={"wheel_source": source})})
    found = judge(healthy(wheels), wheels, [BY_ID["iam_effect.bucket_access_declared"]])
    assert {result.outcome for result in found} == {Outcome.PASS}


def test_a_role_that_is_gone_is_judged_by_nobody_and_breaks_nothing() -> None:
    found = results(replace(HEALTHY, iam=replace(HEALTHY.iam, roles=())), "iam_effect.no_privilege_escalation")
    assert [result.outcome for result in found] == [Outcome.UNKNOWN]


@pytest.mark.parametrize(
    "document",
    [
        {"Statement": ["text"]},
        {"Statement": [{"Effect": "Perhaps", "Action": "*", "Resource": "*"}]},
        {"Statement": [{"Action": "*"}]},
        {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": ["x"]}]},
        {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Bool": "x"}}]},
        {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": 7}]},
        {"Statement": 7},
    ],
    ids=str,
)
@pytest.mark.parametrize(
    "path",
    [
        INLINE,
        "iam.roles.1.attached_policies.0.document",
        "iam.roles.1.boundary.document",
        "iam.roles.1.trust",
        "buckets.0.policy",
        "keys.0.policy",
        "file_systems.0.policy",
        "secrets.0.policy",
    ],
)
def test_a_policy_that_nobody_can_read_is_unknown(path: str, document: object) -> None:
    with_policy = change(HEALTHY, "iam.roles.1.attached_policies", HEALTHY.iam.roles[1].inline_policies)  # type: ignore[union-attr]
    found = judge(change(with_policy, path, document), SMALL, [c for c in CHECKS if c.service == "iam_effect"])
    assert any(result.outcome is Outcome.UNKNOWN and "of unknown shape" in result.detail for result in found)
    assert not any("the check itself failed" in result.detail for result in found)


def test_parameters_may_be_read_by_a_policy_that_the_environment_names() -> None:
    arn = "arn:aws:iam::aws:policy/AmazonSSMReadOnlyAccess"
    document = {"Statement": [{"Effect": "Allow", "Action": "ssm:GetParameter", "Resource": "*"}]}
    attached = change(HEALTHY, "iam.roles.1.attached_policies", (Policy("AmazonSSMReadOnlyAccess", arn, document),))
    assert Outcome.FAIL in {result.outcome for result in results(attached, "iam_effect.parameters_closed")}
    both = {"head_managed_policy_arns": [arn], "worker_managed_policy_arns": [arn]}
    declaring = SMALL.model_copy(update={"iam": SMALL.iam.model_copy(update=both)})
    assert {result.outcome for result in judge(attached, declaring, [BY_ID["iam_effect.parameters_closed"]])} == {
        Outcome.PASS
    }
