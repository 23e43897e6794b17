"""Differences are found, answers that are missing are named, and nothing of a secret is shown."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

import pytest

from scripts.audit.drift.translator import How, Same
from scripts.audit.drift.types import TRANSLATORS
from scripts.inventory.answers import Answers, Asked
from scripts.inventory.reading import Read, Unreadable
from scripts.state import Resource, State
from tests.audit import healthy_drift
from tests.audit.drift.compared import failures, verdicts

MIRRORS = {
    *("inline_policy", "managed_policy_arns", "route", "ebs_block_device", "ingress", "egress"),
    *("cors_rule", "lifecycle_rule", "logging", "policy"),
    "instance_state",
}
"""What the state shows of other resources, of which only what was added is a difference, and what is meant always."""
SAME = [
    (resource, attribute, same)
    for resource in healthy_drift.state().resources
    for translators in TRANSLATORS.values()
    if resource.type in translators
    for attribute, same in translators[resource.type].same.items()
    if resource.attributes.get(attribute) and not (same.intended is not None and attribute in MIRRORS)
]
"""What is intended; what can be added beside it has `test_differences`."""


def test_what_is_as_applied_passes() -> None:
    found = verdicts()
    assert [(verdict.address, verdict.detail) for verdict in found if verdict.ok is not True] == []
    assert {verdict.address for verdict in found} == {each.address for each in healthy_drift.state().resources}


def other(value: Any) -> Any:
    """A value that means something else."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value + 1
    if isinstance(value, str):
        return f"{value}x"
    if isinstance(value, dict):
        return {key: other(each) if each else each for key, each in value.items()}
    return [other(value[0]), *value[1:]] if value else ["x"]


@pytest.mark.parametrize(
    ("resource", "attribute", "same"), SAME, ids=[f"{resource.type}.{attribute}" for resource, attribute, _ in SAME]
)
def test_every_attribute_that_is_compared_can_differ(resource: Resource, attribute: str, same: Same) -> None:
    changed = {**resource.attributes, attribute: _other(resource.attributes[attribute], same)}
    state = State(
        tuple(
            Resource(each.address, each.type, changed) if each.address == resource.address else each
            for each in healthy_drift.state().resources
        )
    )
    found = [verdict for verdict in verdicts(state=state) if verdict.address == resource.address]
    name = "tags" if attribute == "tags_all" else attribute
    # What finds the resource finds none when it is another.
    assert [each for each in found if each.ok is False and each.attribute.partition(".")[0] in (name, "")], found


def _other(intended: Any, same: Same) -> Any:
    if same.how is How.POLICY:
        document = json.loads(intended)
        document["Statement"][0]["Effect"] = "Deny" if document["Statement"][0]["Effect"] == "Allow" else "Allow"
        return json.dumps(document)
    return other(intended)


READS = sorted({read.name for read in healthy_drift.reads()})


def without(name: str) -> Answers:
    """The recorded answers, all of one kind refused."""
    refused = Unreadable(name, "AccessDenied")
    answers = healthy_drift.answers()
    return Answers(
        Asked(read, asked.arguments, refused if read.name == name else asked.answer)
        for read in healthy_drift.reads()
        for asked in answers.of(read)
    )


@pytest.mark.parametrize("name", READS)
def test_a_refused_read_is_unknown_and_never_missing(name: str) -> None:
    found = verdicts(answers=without(name))
    assert [verdict.detail for verdict in found if verdict.ok is False] == []
    unknown = [verdict for verdict in found if isinstance(verdict.ok, Unreadable)]
    assert unknown
    assert all(f"{name} gave AccessDenied" in verdict.detail for verdict in unknown)


@pytest.mark.parametrize("name", READS)
def test_the_other_resources_are_still_judged(name: str) -> None:
    found = verdicts(answers=without(name))
    assert {verdict.address for verdict in found} == {each.address for each in healthy_drift.state().resources}


def test_a_read_that_nobody_made_is_unknown() -> None:
    found = verdicts(answers=Answers(()))
    assert all(isinstance(verdict.ok, Unreadable) for verdict in found)


@pytest.mark.parametrize("garbage", ["garbage", 1, ["garbage"], [[]], [{}], {"garbage": []}, {"Role": "x"}])
@pytest.mark.parametrize("read", healthy_drift.reads(), ids=lambda read: read.name)
def test_an_answer_of_any_shape_breaks_nothing(read: Read, garbage: Any) -> None:
    answers = healthy_drift.answers()
    changed = Answers(
        Asked(each, asked.arguments, garbage if each == read else asked.answer)
        for each in healthy_drift.reads()
        for asked in answers.of(each)
    )
    found = verdicts(answers=changed)
    assert {verdict.address for verdict in found} == {each.address for each in healthy_drift.state().resources}


def test_a_boot_script_is_never_shown() -> None:
    script = b64encode(b"#!/bin/bash\nexport TOKEN=hunter2\n").decode()
    found = list(failures({"ec2:DescribeInstanceAttribute.UserData.Value": script}))
    assert [(address, attribute) for address, attribute, _, _ in found] == [("aws_instance.ray_head", "user_data")]
    assert found[0][2].startswith("34 bytes, sha256 ")
    assert found[0][3].startswith("33 bytes, sha256 ")


def test_a_node_that_was_stopped_when_the_state_was_refreshed_is_meant_to_run() -> None:
    stopped = {"ec2:DescribeInstances.0.Instances.0.State.Name": "stopped"}
    (found,) = [each for each in verdicts(answers=healthy_drift.answers(stopped)) if each.attribute == "instance_state"]
    assert (found.intended, found.deployed) == ("running", "stopped")
    state = State(
        tuple(
            Resource(each.address, each.type, {**each.attributes, "instance_state": "stopped"})
            if each.type == "aws_instance"
            else each
            for each in healthy_drift.state().resources
        )
    )
    assert [each for each in verdicts(state=state) if each.attribute == "instance_state"] == []


def test_what_no_plan_takes_back_says_so() -> None:
    rule = "ec2:DescribeSecurityGroupRules.0.SecurityGroupRuleId"
    details = [each.detail for each in verdicts(answers=healthy_drift.answers({rule: "sgr-x"})) if each.ok is False]
    assert [detail for detail in details if "no plan takes it back: delete it by hand" in detail]
