"""Nothing in the roles is more than Ray needs: without any part of a policy the life of the cluster breaks."""

from __future__ import annotations

import pytest

from tests.autoscaler import head
from tests.autoscaler.by_ray import RayError
from tests.autoscaler.conftest import Lives
from tests.autoscaler.lives import GRAVITON, HEAD, INTEL, LAUNCHER, Stage
from tests.autoscaler.parts import denied, own_sids, without_values

pytestmark = pytest.mark.autoscaler

LAUNCH = ("LaunchInstances", "LaunchVolumes", "LaunchInterfaces", "LaunchFrom", "TagAtLaunch", "PassRole")
KEY = ("UseVolumeKey", "GrantVolumeKey")
RECORD = ("WriteOwnRecord", "AwaitOwnRecord")
POLICIES = {
    ("by-terraform", "head", "autoscaler"): ("SeeInstances", *LAUNCH, "LaunchSpot", *KEY, "TerminateOwn"),
    ("by-ray-up", "head", "autoscaler"): ("SeeInstances", *LAUNCH, *KEY, "TerminateOwn", *RECORD),
    ("by-ray-up", "launcher", "launch"): ("LookAround", *LAUNCH, *KEY, "TerminateOwn", "TagHead"),
    ("cached", "head", "autoscaler"): (
        *("SeeInstances", *LAUNCH, *KEY, "StopAndStartOwn", "RetagReusedWorkers"),
        *RECORD,
    ),
    ("cached", "launcher", "launch"): ("LookAround", *LAUNCH, *KEY, "StopAndStartOwn", "TerminateOwn", "TagHead"),
}
"""Every statement of the policies that the flavour adds, by environment, role and policy."""


@pytest.mark.parametrize(("environment", "role", "policy"), POLICIES)
def test_these_are_all_statements(life: Lives, environment: str, role: str, policy: str) -> None:
    principal = life(environment).deployed.roles[role]
    assert sorted(own_sids(principal, policy)) == sorted(POLICIES[environment, role, policy])
    assert principal.policies.keys() == ({policy, "node"} if role == "head" else {policy})


@pytest.mark.parametrize(
    ("environment", "role", "sid"), [(env, role, sid) for (env, role, _), sids in POLICIES.items() for sid in sids]
)
def test_the_life_breaks_without_a_statement(life: Lives, environment: str, role: str, sid: str) -> None:
    found = life(environment)
    assert denied(found.deployed.roles[role].without(sid), found.decisions)


@pytest.mark.parametrize(("environment", "role", "policy"), POLICIES)
def test_the_life_breaks_without_any_value(life: Lives, environment: str, role: str, policy: str) -> None:
    found = life(environment)
    spare = [
        name
        for name, principal in without_values(found.deployed.roles[role], policy)
        if not denied(principal, found.decisions)
    ]
    assert spare == []


@pytest.mark.parametrize(
    ("sid", "cause"),
    [("PassRole", "iam:PassRole"), ("GrantVolumeKey", "kms:CreateGrant"), ("LaunchSpot", "spot-instances-request")],
)
def test_ray_notices_that_it_may_not_launch(life: Lives, stages: dict[str, Stage], sid: str, cause: str) -> None:
    life("by-terraform")
    stage = stages["by-terraform"]
    caller = stage.caller(HEAD)
    file = head.config_from_secret(caller, stage.deployed)
    stage.gate.register(HEAD, stage.deployed.roles["head"].without(sid))
    try:
        with caller.autoscale(file, INTEL) as autoscaling, pytest.raises(RayError, match="no worker for each task"):
            autoscaling.grow()
    finally:
        stage.gate.register(HEAD, stage.deployed.roles["head"])
    assert all("UnauthorizedOperation" in error["cause"] for error in autoscaling.errors)
    assert cause in autoscaling.errors[0]["cause"]
    assert stage.deployed.nodes(ray_node_type="worker") == []


def test_ray_notices_that_it_may_not_terminate(life: Lives, stages: dict[str, Stage]) -> None:
    life("by-terraform")
    stage = stages["by-terraform"]
    caller = stage.caller(HEAD)
    file = head.config_from_secret(caller, stage.deployed)
    stage.gate.register(HEAD, stage.deployed.roles["head"].without("TerminateOwn"))
    try:
        with caller.autoscale(file, GRAVITON) as autoscaling:
            (worker,) = autoscaling.grow()
            with pytest.raises(RayError, match="idle workers stay"):
                autoscaling.shrink()
    finally:
        stage.gate.register(HEAD, stage.deployed.roles["head"])
    assert [it["InstanceId"] for it in stage.deployed.nodes(ray_node_type="worker")] == [worker]
    stage.deployed.ec2.terminate_instances(InstanceIds=[worker])


# Without TagHead Ray 2.60 hangs: `AWSNodeProvider.set_node_tags` waits for a batch that has failed.
@pytest.mark.parametrize("sid", ["LookAround", "PassRole"])
def test_ray_up_notices(life: Lives, stages: dict[str, Stage], sid: str) -> None:
    life("by-ray-up")
    stage = stages["by-ray-up"]
    stage.gate.register(LAUNCHER, stage.deployed.roles["launcher"].without(sid))
    try:
        with pytest.raises(RayError, match="UnauthorizedOperation"):
            stage.up()
    finally:
        stage.gate.register(LAUNCHER, stage.deployed.roles["launcher"])
    heads = [node["InstanceId"] for node in stage.deployed.nodes()]
    if heads:
        stage.deployed.ec2.terminate_instances(InstanceIds=heads)
