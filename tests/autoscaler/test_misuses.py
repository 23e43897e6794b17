"""What a thief of a credential can do with it: nothing of this list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain

import pytest

from tests.autoscaler.field import Field, populate
from tests.autoscaler.lives import HEAD, LAUNCHER, WORKER, Stage
from tests.autoscaler.misused_calls import HEADS, LAUNCHERS, NOBODYS, STOPPERS, WRITERS, Pair
from tests.autoscaler.misused_launches import MISUSED_LAUNCHES, MISUSED_ON_DEMAND_LAUNCHES, Change, launch
from tests.autoscaler.parts import denied, without_conditions
from tests.autoscaler.site import Deployed
from tests.iam_gate import Decision, Principal

pytestmark = pytest.mark.autoscaler


@dataclass(frozen=True)
class Thief:
    """Whose credential it is, and what is tried with it."""

    environment: str
    part: str
    key_id: str
    neighbour: str
    launches: Mapping[str, tuple[Change, set[str]]]
    calls: Mapping[str, Pair]

    @property
    def policy(self) -> str:
        """What the flavour adds to the role."""
        return "launch" if self.part == "launcher" else "autoscaler"


LAUNCHES = {**MISUSED_LAUNCHES, **MISUSED_ON_DEMAND_LAUNCHES}
THIEVES = {
    "head": Thief("by-terraform", "head", HEAD, "by-ray-up", MISUSED_LAUNCHES, {**NOBODYS, **HEADS}),
    "head of ray up": Thief("by-ray-up", "head", HEAD, "by-terraform", LAUNCHES, {**NOBODYS, **HEADS, **WRITERS}),
    "launcher": Thief("by-ray-up", "launcher", LAUNCHER, "by-terraform", LAUNCHES, {**NOBODYS, **LAUNCHERS}),
    "head with stopped nodes": Thief("cached", "head", HEAD, "by-terraform", {}, {**STOPPERS, **WRITERS}),
}
BY_LAUNCH = [(name, misuse) for name, thief in THIEVES.items() for misuse in thief.launches]
BY_CALL = [(name, misuse) for name, thief in THIEVES.items() for misuse in thief.calls]

DOUBLE = [
    "PassRole: StringEquals iam:PassedToService",
    "GrantVolumeKey: Bool kms:GrantIsForAWSResource",
    "GrantVolumeKey: StringEquals kms:ViaService",
]
"""Conditions that no misuse here needs alone: there is no other service to pass a role to, and a grant outside EC2 is
neither by EC2 nor for AWS."""


@pytest.fixture(scope="module")
def fields(site: dict[str, Deployed], stages: dict[str, Stage]) -> Iterator[dict[str, Field]]:
    """A field for each thief; every cluster has a worker and a head."""
    for deployed in site.values():
        populate(deployed)
    yield {
        name: Field(stages[thief.environment], thief.key_id, thief.part, site[thief.neighbour])
        for name, thief in THIEVES.items()
    }
    for deployed in site.values():
        made = {node["InstanceId"] for node in deployed.nodes()} - {deployed.outputs.get("head", {}).get("instance_id")}
        deployed.ec2.terminate_instances(InstanceIds=list(made))


@pytest.fixture(scope="module")
def tried(fields: dict[str, Field]) -> dict[tuple[str, str], list[Decision]]:
    """What was decided about every misuse."""
    found = {}
    for name, thief in THIEVES.items():
        field = fields[name]
        for misuse, (change, _) in thief.launches.items():
            found[name, misuse] = field.attempt(lambda field, change=change: launch(field, change))  # type: ignore[misc]
        for misuse, (call, _) in thief.calls.items():
            found[name, misuse] = field.attempt(call)
    return found


Tried = dict[tuple[str, str], list[Decision]]


@pytest.mark.parametrize("name", [name for name, thief in THIEVES.items() if thief.launches])
def test_the_launch_that_all_differ_from_is_allowed(fields: dict[str, Field], name: str) -> None:
    decisions = fields[name].attempt(launch)
    assert [str(each) for each in decisions if not each.allowed] == []
    assert decisions


@pytest.mark.parametrize(("name", "misuse"), BY_LAUNCH)
def test_a_launch_is_denied_for_what_differs(tried: Tried, name: str, misuse: str) -> None:
    refused = [each for each in tried[name, misuse] if not each.allowed]
    found = {_kind(each.resource) for each in refused if each.action != "ec2:CreateTags"}
    assert (found or {"tags"}) == THIEVES[name].launches[misuse][1], list(map(str, refused))
    assert refused


def _kind(arn: str) -> str:
    return arn.split(":", 5)[5].partition("/")[0]


@pytest.mark.parametrize(("name", "misuse"), BY_CALL)
def test_a_call_is_denied_and_the_one_beside_it_allowed(
    fields: dict[str, Field], tried: Tried, name: str, misuse: str
) -> None:
    refused = [each for each in tried[name, misuse] if not each.allowed]
    assert refused
    assert not [str(each) for each in refused if each.reason.startswith("not translated")]
    allowed = THIEVES[name].calls[misuse][1]
    if allowed is None:
        actions = {action for each in _statements(fields[name]) for action in each["Action"]}
        whole = {each.action for each in refused} - actions
        assert whole or {"ec2:CreateTags", "kms:Decrypt", "secretsmanager:GetSecretValue"} & actions
    else:
        assert [str(each) for each in fields[name].attempt(allowed) if not each.allowed] == []


def _statements(field: Field) -> list[dict[str, list[str]]]:
    policies = field.own.roles[field.part].policies.values()
    found = chain.from_iterable(policy["Statement"] for policy in policies)
    return [{"Action": [each["Action"]] if isinstance(each["Action"], str) else each["Action"]} for each in found]


@pytest.mark.parametrize("name", [name for name, thief in THIEVES.items() if thief.launches])
def test_every_condition_stops_a_misuse(fields: dict[str, Field], tried: Tried, name: str) -> None:
    field = fields[name]
    thief = THIEVES[name]
    idle = [
        condition
        for condition, principal in without_conditions(field.own.roles[field.part], thief.policy)
        if not any(not denied(principal, decisions) for (whose, _), decisions in tried.items() if whose == name)
    ]
    assert idle == DOUBLE


def test_a_worker_may_do_nothing_in_ec2(fields: dict[str, Field]) -> None:
    field = replace(fields["head"], key_id=WORKER)
    for call in (launch, *(call for call, _ in {**NOBODYS, **HEADS}.values())):
        assert [each for each in field.attempt(call) if not each.allowed]
    decisions = field.attempt(lambda field: field.client("ec2").describe_instances())
    assert [each.allowed for each in decisions] == [False]


def test_rays_default_role_allows_most_of_it(fields: dict[str, Field], tried: Tried) -> None:
    field = fields["head"]
    default = rays_default_role(field.own)
    misuses = {misuse: decisions for (name, misuse), decisions in tried.items() if name == "head"}
    assert not any(all(each.allowed for each in decisions) for decisions in misuses.values())
    passed = {misuse: not denied(default, decisions) for misuse, decisions in misuses.items()}
    lines = [f"  {'allowed' if passed[misuse] else 'denied ':8} {misuse}" for misuse in misuses]
    print("\nMisuses of a head's credential that Ray's default role allows, and ours denies:", *lines, sep="\n")
    print(f"denied by ours: {len(misuses)} of {len(misuses)}; allowed by Ray's: {sum(passed.values())}")
    in_ec2 = [misuse for misuse, decisions in misuses.items() if decisions[0].request.startswith("ec2:")]
    assert sum(passed[misuse] for misuse in in_ec2) > len(in_ec2) * 2 // 3


def rays_default_role(deployed: Deployed) -> Principal:
    """What Ray makes for a head when it is told of none, and what it needs besides to pass a role and to use a key.

    https://docs.ray.io/en/latest/cluster/vms/user-guides/launching-clusters/aws.html
    """
    iam = deployed.workspace.client("iam")
    documents = {}
    for name in ("AmazonEC2FullAccess", "AmazonS3FullAccess"):
        arn = f"arn:aws:iam::aws:policy/{name}"
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        documents[name] = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    ours = deployed.roles["head"]
    needed = [
        statement
        for statement in ours.policies["autoscaler"]["Statement"]
        if statement["Sid"] in ("PassRole", "UseVolumeKey", "GrantVolumeKey")
    ]
    return replace(ours, policies={**documents, "needed": {"Version": "2012-10-17", "Statement": needed}})
