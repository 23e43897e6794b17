"""A cluster whose workers Ray makes: what is as it should be passes, and every fault is found."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from config.ec2_cluster import Ec2ClusterConfig
from scripts.audit import launch_configs
from scripts.audit.checks import CHECKS
from scripts.audit.checks import autoscaling as checks
from scripts.audit.engine import Outcome, Result, judge
from scripts.audit.registry import Check
from scripts.inventory import Inventory
from scripts.inventory.instances import DESCRIBE_INSTANCES
from scripts.inventory.ray_nodes import RayNode, RayView
from scripts.inventory.reading import readable
from scripts.state import Resource
from tests.audit import faults_autoscaling, healthy_drift
from tests.audit.change import REFUSED, change, readings
from tests.audit.environments import load
from tests.audit.faults_autoscaling import AUTOSCALING, DOWN, NODES, RAY_UP
from tests.audit.healthy import healthy
from tests.audit.healthy_nodes import terraforms

SMALL, BY_RAY_UP = load(faults_autoscaling.NAME), load(faults_autoscaling.RAY_UP_NAME)
BY_ID = {check.id: check for check in CHECKS}
FAULTS = [
    *((check, *fault) for check, fault in faults_autoscaling.FAULTS.items()),
    *faults_autoscaling.MORE_FAULTS,
]
RAY_UP_FAULTS = [
    *((check, *fault) for check, fault in faults_autoscaling.RAY_UP_FAULTS.items()),
    *faults_autoscaling.RAY_UP_MORE_FAULTS,
]


def outcomes(results: list[Result]) -> set[Outcome]:
    return {result.outcome for result in results}


def details(inventory: Inventory, check: Check) -> list[str]:
    return [result.detail for result in judge(inventory, SMALL, [check])]


@pytest.mark.parametrize(("check_id", "path", "value"), FAULTS)
def test_a_fault_is_found(check_id: str, path: str, value: object) -> None:
    results = judge(change(AUTOSCALING, path, value), SMALL, [BY_ID[check_id]])
    assert Outcome.FAIL in outcomes(results), results


@pytest.mark.parametrize(("check_id", "path", "value"), RAY_UP_FAULTS)
def test_a_fault_is_found_where_ray_up_makes_the_head(check_id: str, path: str, value: object) -> None:
    results = judge(change(RAY_UP, path, value), BY_RAY_UP, [BY_ID[check_id]])
    assert Outcome.FAIL in outcomes(results), results


READ = ("nodes.", "images", "iam.", "secrets.", "quotas.ec2", "quotas.vcpus", "account.subnets", "network.subnets")
"""Beginnings of what the checks of this flavour look at beside others."""


@pytest.mark.parametrize("path", [path for path in readings(AUTOSCALING) if path.startswith(READ)])
def test_what_could_not_be_read_is_unknown_and_nothing_breaks(path: str) -> None:
    results = judge(change(AUTOSCALING, path, REFUSED), SMALL, CHECKS)
    unknown = [result for result in results if result.outcome is Outcome.UNKNOWN]
    assert any("AccessDenied" in result.detail for result in unknown)
    assert not any("the check itself failed" in result.detail for result in results)


def test_a_cluster_that_is_down_is_well() -> None:
    results = judge(change(RAY_UP, "", DOWN), BY_RAY_UP, CHECKS)
    assert [(r.check.id, r.detail) for r in results if r.outcome is not Outcome.PASS] == []
    (found,) = (result for result in results if result.check is checks.one_head)
    assert found.detail == "no head: the cluster is down"


def test_a_cluster_without_workers_is_well() -> None:
    heads = tuple(node for node in readable(AUTOSCALING.nodes.instances) if node.instance_id == "i-0")
    results = judge(change(AUTOSCALING, NODES, heads), SMALL, CHECKS)
    assert [(r.check.id, r.detail) for r in results if r.outcome is not Outcome.PASS] == []


def test_the_paths_of_workers_to_come_are_judged() -> None:
    heads = tuple(node for node in readable(AUTOSCALING.nodes.instances) if node.instance_id == "i-0")
    closed = change(change(AUTOSCALING, NODES, heads), "network_acls.0.entries", ())
    results = judge(closed, SMALL, [BY_ID["reachability.nodes_reach_each_other"]])
    assert Outcome.FAIL in outcomes(results)


@pytest.mark.parametrize(("cached", "outcome"), [(False, Outcome.FAIL), (True, Outcome.PASS)])
def test_what_stopped_nodes_cost_is_said(cached: bool, outcome: Outcome) -> None:
    config = SMALL.model_copy(
        update={"autoscaler": SMALL.autoscaler.model_copy(update={"cache_stopped_nodes": cached})}  # type: ignore[attr-defined]
    )
    (found,) = judge(change(AUTOSCALING, "nodes.instances.1.state", "stopped"), config, [checks.no_stopped_nodes])
    assert (found.outcome, found.detail) == (outcome, "1 instance (i-1) stopped, their volumes of 50 GiB are billed")


def test_the_ability_that_a_policy_adds_is_named() -> None:
    path, value = faults_autoscaling.FAULTS["autoscaling.roles_not_wider"]
    found = details(change(AUTOSCALING, path, value), checks.roles_not_wider)
    wider = next(detail for detail in found if "AmazonEC2FullAccess" in detail)
    for ability in ("launch a head", "terminate the head", "open security groups", "launch with a public address"):
        assert ability in wider


def test_a_policy_that_the_environment_names_is_its_own_business() -> None:
    config = SMALL.model_copy(
        update={
            "iam": SMALL.iam.model_copy(
                update={"head_managed_policy_arns": [str(faults_autoscaling.EC2_FULL_ACCESS.arn)]}
            )
        }
    )
    wider = change(AUTOSCALING, *faults_autoscaling.FAULTS["autoscaling.roles_not_wider"])
    assert outcomes(judge(wider, config, [checks.roles_not_wider])) == {Outcome.PASS}


@pytest.mark.parametrize("sid", ["LaunchInstances", "LaunchVolumes", "LaunchInterfaces", "TerminateOwn", "PassRole"])
def test_every_condition_of_the_heads_policy_keeps_an_abuse_away(sid: str) -> None:
    path = "iam.roles.0.inline_policies.1.document"
    document: Any = readable(AUTOSCALING.iam.roles[0]).inline_policies[1].document  # type: ignore[index]
    statement = next(each for each in document["Statement"] if each["Sid"] == sid)
    for test, keys in statement["Condition"].items():
        for key in keys:
            if key == "ec2:Subnet":
                continue  # the subnet is asked about by itself, too
            kept = {name: value for name, value in keys.items() if name != key}
            narrower = {**statement, "Condition": {**statement["Condition"], test: kept}}
            statements = [narrower if each is statement else each for each in document["Statement"]]
            results = judge(
                change(AUTOSCALING, path, {**document, "Statement": statements}), SMALL, [checks.roles_not_wider]
            )
            assert Outcome.FAIL in outcomes(results), key


def test_ray_that_was_not_asked_judges_nothing() -> None:
    assert judge(AUTOSCALING, SMALL, [checks.workers_known_to_ray]) == []


def test_ray_that_did_not_answer_is_unknown() -> None:
    results = judge(replace(AUTOSCALING, ray=RayView(REFUSED)), SMALL, [checks.workers_known_to_ray])
    assert outcomes(results) == {Outcome.UNKNOWN}


def test_workers_that_ray_knows_pass() -> None:
    nodes = readable(AUTOSCALING.nodes.instances)
    ray = RayView(tuple(RayNode(node.instance_id, node.private_ip, False) for node in nodes))
    results = judge(replace(AUTOSCALING, ray=ray), SMALL, [checks.workers_known_to_ray])
    assert [result.outcome for result in results] == [Outcome.PASS] * 3


def test_a_configuration_that_was_not_published_is_unknown() -> None:
    results = judge(
        change(AUTOSCALING, "state.outputs", {}), SMALL, [checks.workers_up_to_date, checks.roles_not_wider]
    )
    assert [(result.outcome, result.detail) for result in results] == [
        (Outcome.UNKNOWN, "terraform:autoscaling_config gave not in Terraform's outputs; apply again")
    ] * 2


def test_quotas_count_the_workers_that_may_come() -> None:
    # Four at most in all: of the spot quota three of 2 vCPUs, one runs; on demand all four, two run, and a new head.
    assert details(AUTOSCALING, BY_ID["quotas.spot_vcpus"]) == ["100 of 1152 in use, 4 more may be asked for"]
    assert details(AUTOSCALING, BY_ID["quotas.on_demand_vcpus"]) == ["100 of 1152 in use, 6 more may be asked for"]


def test_the_fingerprint_is_that_of_ray() -> None:
    # As ray/autoscaler/_private/util.py of Ray 2.60.0 gave it for these words.
    found = launch_configs.fingerprint({"ImageId": "ami-1", "SubnetIds": ["subnet-1"]}, "ec2-user")
    assert found == "jnvgiuv6mnuc2j2tpkf9s13bn6jn4c1n0shqk4c2ptq06bahkbhg"


def test_a_bastion_beside_nodes_of_terraform_is_well() -> None:
    small = load("small")
    environment = small.model_copy(update={"access": small.access.model_copy(update={"bastion": "ssm"})})
    results = judge(healthy(environment), environment, CHECKS)
    assert [(r.check.id, r.detail) for r in results if r.outcome is not Outcome.PASS] == []


def failed(inventory: Inventory, config: Ec2ClusterConfig) -> list[tuple[str, str, str]]:
    results = judge(inventory, config, CHECKS)
    return [(r.check.id, r.resource, r.detail) for r in results if r.outcome is not Outcome.PASS]


def stopped(config: Ec2ClusterConfig, *, public: bool = False) -> Inventory:
    """The head of Terraform stopped and no worker there, as EC2 shows it to every read after `make down`."""
    found = healthy(config)
    answers = healthy_drift.answers(nodes=terraforms(config))
    for asked in answers.of(DESCRIBE_INSTANCES):
        for instance in (each for reservation in asked.answer for each in reservation["Instances"]):
            if instance["InstanceId"] == "i-0":
                instance["State"] = {"Code": 80, "Name": "stopped"}
    resources = tuple(
        replace(each, attributes={**each.attributes, "associate_public_ip_address": public})
        if each.attributes.get("id") == "i-0"
        else each
        for each in found.state.resources
    )
    nodes = tuple(node for node in readable(found.nodes.instances) if node.name in terraforms(config).values())
    found = change(change(found, "answers", answers), NODES, nodes)
    found = change(found, "nodes.instances.0.state", "stopped")
    return change(found, "state.resources", resources)


@pytest.mark.parametrize("public", [False, True])
def test_a_head_of_terraform_that_is_stopped_is_one_finding(public: bool) -> None:
    assert failed(stopped(SMALL, public=public), SMALL) == [
        (
            "nodes.running",
            "ray-autoscaling-small-head-node",
            "state is stopped, want running; start it: make up ENV=autoscaling-small",
        )
    ]


def test_a_stopped_node_where_nobody_has_make_up_is_drift_too_and_is_started_by_hand() -> None:
    small = load("small")
    found = failed(stopped(small), small)
    assert [id_ for id_, _, _ in found] == ["drift.nodes_as_intended", "nodes.running"]
    assert found[1][2].endswith("start it: aws ec2 start-instances --instance-ids i-0")


def test_an_instance_with_the_name_of_the_head_is_not_judged_as_the_head() -> None:
    head = readable(AUTOSCALING.nodes.instances)[0]
    impostor = replace(head, instance_id="i-9", private_ip="10.9.9.9", instance_type="p5.48xlarge", tags={})
    # Its name comes first, as in an inventory in order of names and ids it may.
    inventory = change(AUTOSCALING, NODES, (impostor, *readable(AUTOSCALING.nodes.instances)))
    nodes = [check for check in CHECKS if check.service in ("nodes", "dns", "autoscaling")]
    results = judge(inventory, SMALL, nodes)
    assert [(r.check.id, r.resource, r.detail) for r in results if r.outcome is Outcome.FAIL] == [
        (
            "nodes.no_other_nodes",
            "i-9",
            "ray-autoscaling-small-head-node is not declared: that is i-0 in Terraform's state",
        ),
        ("autoscaling.one_head", "ray-autoscaling-small", "there are 2 heads, want 1: i-0, i-9"),
    ]


def test_a_stopped_instance_with_the_name_of_the_head_is_a_stopped_node() -> None:
    head = readable(AUTOSCALING.nodes.instances)[0]
    impostor = replace(head, instance_id="i-9", state="stopped")
    inventory = change(AUTOSCALING, NODES, (*readable(AUTOSCALING.nodes.instances), impostor))
    (found,) = details(inventory, checks.no_stopped_nodes)
    assert found.startswith("1 instance (i-9) stopped")


def test_a_node_of_terraform_that_is_gone_is_missing_whoever_has_its_name() -> None:
    head = readable(AUTOSCALING.nodes.instances)[0]
    for nodes in (readable(AUTOSCALING.nodes.instances)[1:], (replace(head, instance_id="i-9"),)):
        found = judge(change(AUTOSCALING, NODES, nodes), SMALL, [BY_ID["nodes.declared_nodes_there"]])
        assert [(r.outcome, r.resource, r.detail) for r in found] == [
            (Outcome.FAIL, "ray-autoscaling-small-head-node", "the node is missing")
        ]


def test_an_image_that_is_gone_is_named_with_what_mends_it() -> None:
    pin = Resource("terraform_data.node_types_image_arm_pin", "terraform_data", {"id": "pin"})
    state = replace(AUTOSCALING.state, resources=(*AUTOSCALING.state.resources, pin))
    gone = change(change(AUTOSCALING, "images", ()), "state", state)
    found = {r.resource: r.detail for r in judge(gone, SMALL, [checks.images_there]) if r.outcome is Outcome.FAIL}
    assert found == {
        "ray-autoscaling-small arm": "ami-arm64 is gone; take up a newer one: "
        "make plan ENV=autoscaling-small REPLACE=terraform_data.node_types_image_arm_pin "
        "&& make apply ENV=autoscaling-small",
        "ray-autoscaling-small cpu": "ami-x86_64 is gone; name another in `ami`",
    }
