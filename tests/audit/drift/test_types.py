"""Each type that an environment has is compared, and each of its attributes, or it says why not."""

from __future__ import annotations

import pytest

from config.paths import ROOT
from scripts.audit.drift.translator import Translator
from scripts.audit.drift.types import KNOWN_TYPES, TRANSLATORS
from scripts.audit.drift.verdicts import without_translator
from scripts.inventory.reading import Unreadable
from scripts.state import Resource, State
from tests.audit import healthy_drift
from tests.audit.drift.compared import inventory

ADDRESSES = ROOT / "tests/stacks/golden"
BY_TYPE = {type_: each for translators in TRANSLATORS.values() for type_, each in translators.items()}
RECORDED = {resource.type: resource for resource in healthy_drift.state().resources}
BY_HAND = {
    "aws_ecr_repository": {"policy"},
    "aws_kms_key": {"aliases"},
    "aws_route53_zone": {"records"},
    "aws_route_table": {"association"},
    "aws_vpc": {"secondary_cidr_blocks"},
}
"""What was added by hand has a name that Terraform does not know."""


def declared_types() -> set[str]:
    lines = [line for path in ADDRESSES.glob("*.addresses.txt") for line in path.read_text().splitlines()]
    return {line.partition(".")[0] for line in lines} - {"data"}


def test_every_type_of_every_environment_is_compared() -> None:
    assert declared_types() - KNOWN_TYPES == set()
    declared = {type_ for type_ in declared_types() if type_.startswith("aws_")}
    # No environment that is kept as an example has its roles by IRSA.
    assert set(RECORDED) - declared <= {"aws_iam_openid_connect_provider"}
    assert declared - set(RECORDED) == set()


@pytest.mark.parametrize("translator", BY_TYPE.values(), ids=BY_TYPE.keys())
def test_every_attribute_is_compared_or_left_out_with_a_reason(translator: Translator) -> None:
    compared, without = set(translator.same), set(translator.left_out)
    assert compared & without == set()
    assert set(RECORDED[translator.type].attributes) ^ (compared | without) == BY_HAND.get(translator.type, set())
    assert all(translator.left_out.values())


def test_a_type_that_nobody_compares_is_unknown() -> None:
    strange = Resource("aws_sqs_queue.jobs", "aws_sqs_queue", {"id": "jobs"})
    own = Resource("terraform_data.choice", "terraform_data", {"id": "1"})
    found = list(without_translator(inventory(State((strange, own)))))
    assert [each.address for each in found] == ["aws_sqs_queue.jobs"]
    assert isinstance(found[0].ok, Unreadable)
