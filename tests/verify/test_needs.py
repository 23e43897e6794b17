"""What the control plane is asked for: in a VPC of another account, with keys of volumes, before there is an id."""

from __future__ import annotations

from dataclasses import replace

import pytest

from config.anyscale_cloud import AnyscaleCloudConfig
from scripts.audit.checks import CHECKS
from scripts.audit.engine import Outcome, judge
from scripts.inventory import Inventory
from scripts.inventory.reading import readable
from tests.audit.change import change
from tests.audit.environments import load_cloud
from tests.audit.healthy import healthy

SHARER = "210987654321"
EXISTING, EVERYTHING, PRIVATE = map(load_cloud, ("cloud-existing", "everything-anyscale", "anyscale"))
RIGHTS = [check for check in CHECKS if check.id in ("anyscale.control_plane_rights", "anyscale.services_rights")]
INSTANCES = "iam.roles.0.inline_policies.0.document"


def found(inventory: Inventory, config: AnyscaleCloudConfig) -> list[tuple[Outcome, str]]:
    checks = [check for check in RIGHTS if check.is_for(config)]
    return [(result.outcome, result.detail) for result in judge(inventory, config, checks)]


def unregistered(config: AnyscaleCloudConfig) -> AnyscaleCloudConfig:
    return config.model_copy(update={"anyscale": config.anyscale.model_copy(update={"cloud_id": None})})


def shared(config: AnyscaleCloudConfig) -> Inventory:
    """Its VPC and subnets are of another account."""
    inventory = healthy(config)
    network = inventory.network
    vpcs = tuple(replace(vpc, owner_id=SHARER) for vpc in readable(network.vpcs))
    subnets = tuple(replace(subnet, owner_id=SHARER) for subnet in readable(network.subnets))
    return replace(inventory, network=replace(network, vpcs=vpcs, subnets=subnets))


@pytest.mark.parametrize("config", [EVERYTHING, unregistered(EVERYTHING)], ids=["registered", "unregistered"])
def test_all_that_is_declared_is_enough(config: AnyscaleCloudConfig) -> None:
    assert [outcome for outcome, _ in found(healthy(config), config)] == [Outcome.PASS, Outcome.PASS]


def test_a_policy_of_our_account_launches_nothing_in_a_vpc_of_another() -> None:
    ((outcome, detail),) = found(shared(EXISTING), EXISTING)
    assert outcome is Outcome.FAIL
    assert "cannot ec2:RunInstances" in detail


def test_a_policy_with_the_arn_of_the_vpc_does() -> None:
    inventory = shared(EXISTING)
    (launch,) = (
        index
        for index, each in enumerate(
            readable(readable(inventory.iam.roles[0]).inline_policies)[0].document["Statement"]
        )
        if each["Sid"] == "LaunchInto"
    )
    arn = f"arn:aws:ec2:{EXISTING.region}:{SHARER}:vpc/vpc-1"
    own = change(inventory, f"{INSTANCES}.Statement.{launch}.Condition", {"ArnEquals": {"ec2:Vpc": arn}})
    assert [outcome for outcome, _ in found(own, EXISTING)] == [Outcome.PASS]


@pytest.mark.parametrize(
    "setting",
    [
        {"passable_role_arns": [f"arn:aws:iam::{PRIVATE.account_id}:role/team"]},
        {"volume_key_arns": [f"arn:aws:kms:{PRIVATE.region}:{PRIVATE.account_id}:key/of-volumes"]},
    ],
    ids=lambda setting: next(iter(setting)),
)
def test_what_is_declared_and_not_applied_is_missing(setting: dict[str, list[str]]) -> None:
    declared = PRIVATE.model_copy(update={"iam": PRIVATE.iam.model_copy(update=setting)})
    assert Outcome.FAIL in {outcome for outcome, _ in found(healthy(PRIVATE), declared)}
    assert {outcome for outcome, _ in found(healthy(declared), declared)} == {Outcome.PASS}
