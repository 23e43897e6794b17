"""What the checks say of an Anyscale cloud where it differs from a Ray cluster on EC2."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from config.anyscale_cloud import CLUSTER_NODE, CONTROL_PLANE, AnyscaleCloudConfig
from scripts.audit.checks import CHECKS
from scripts.audit.engine import Outcome, Result, judge
from scripts.audit.reachability.matrix import port_matrix
from scripts.inventory import Inventory
from scripts.inventory.efs import AccessPoint
from scripts.inventory.reading import readable
from scripts.inventory.s3 import LifecycleRule
from scripts.inventory.security_groups import SecurityGroupRule
from scripts.inventory.surroundings import Thing
from tests.audit.change import REMOVED, Several, change
from tests.audit.environments import load, load_cloud
from tests.audit.faults import ADMINISTRATOR, ANYBODY, LAMBDA
from tests.audit.faults_iam_effect import document, doing
from tests.audit.healthy import healthy
from tests.audit.healthy_iam import allow

PRIVATE, PUBLIC, EXISTING = map(load_cloud, ("anyscale", "anyscale-public", "cloud-existing"))
EVERYTHING = load_cloud("everything-anyscale")
HEALTHY = {config.name: healthy(config) for config in (PRIVATE, PUBLIC, EXISTING, EVERYTHING)}
BY_ID = {check.id: check for check in CHECKS}

CONTROL, NODE = "iam.roles.0", "iam.roles.1"
OPEN_RULE = SecurityGroupRule("sgr-x", "sg-cloud", False, "tcp", 22, 22, "0.0.0.0/0", "quick test")
SHORT_LOGS = LifecycleRule("by-hand", ("Prefix org_1a2b3c4d5e6f7g8h/",), 1, None, None, ())
SUBNET = "subnet-private-us-west-2a"
BY_HAND = AccessPoint("fsap-x", "", "/", None, None)
THINGS = "surroundings.things"


def adding(config: AnyscaleCloudConfig, path: str, more: object) -> tuple[str, Any]:
    """One more thing in a place that holds several."""
    found: Any = HEALTHY[config.name]
    for step in path.split("."):
        found = found[int(step)] if step.isdigit() else getattr(found, step)
    return path, (*found, more)


def results(config: AnyscaleCloudConfig, check_id: str, path: str, value: object) -> list[Result]:
    return judge(change(HEALTHY[config.name], path, value), config, [BY_ID[check_id]])


def rule(config: AnyscaleCloudConfig, group: str, peer: str, *, egress: bool) -> str:
    """Where a rule is."""
    rules = readable(HEALTHY[config.name].security_groups.rules)
    wanted = (f"sg-{group}", peer, egress)
    index = next(i for i, each in enumerate(rules) if (each.group_id, each.peer, each.egress) == wanted)
    return f"security_groups.rules.{index}"


OF_MACHINE_POOL = rule(EVERYTHING, "cloud", "192.168.0.0/16", egress=False)
CHANGING = ["ec2:ModifyInstanceAttribute", "ec2:StopInstances", "ec2:StartInstances"]
MODIFYING = document(allow("Change", CHANGING, ["*"]))
TAGGING = document(
    allow(
        "Change",
        CHANGING,
        ["*"],
        StringEquals={"aws:ResourceTag/anyscale-cloud-id": "cld_1a2b3c4d5e6f7g8h"},
    ),
    allow("Tag", ["ec2:CreateTags"], ["*"]),
)
"""Who can put the cloud's tag on what is there can change everything."""
OF_ANY_CLOUD = document(
    allow("Change", CHANGING, ["*"], StringLike={"aws:ResourceTag/anyscale-cloud-id": "cld_*"}),
)


def passing(role_arn: str) -> Any:
    """A policy that launches instances with a role."""
    return document(allow("Pass", ["iam:PassRole"], [role_arn]), allow("Launch", ["ec2:RunInstances"], ["*"]))


TEAM_ROLE = EVERYTHING.iam.passable_role_arns[0]
POLICY = f"{CONTROL}.inline_policies.0.document"
FAULTS: tuple[tuple[AnyscaleCloudConfig, str, str, Any], ...] = (
    (PRIVATE, "iam.roles_there", CONTROL, REMOVED),
    (PRIVATE, "iam.roles_there", NODE, REMOVED),
    (PRIVATE, "iam.managed_policies_declared", f"{NODE}.attached_policies", ()),
    (PRIVATE, "iam.managed_policies_declared", f"{CONTROL}.attached_policies", (ADMINISTRATOR,)),
    (PRIVATE, "iam.inline_policies_declared", f"{CONTROL}.inline_policies.1", REMOVED),
    (PRIVATE, "iam.inline_policies_declared", f"{NODE}.inline_policies.1.name", "by-hand"),
    (PRIVATE, "iam.node_roles_trust_ec2_only", f"{NODE}.trust", LAMBDA),
    (PRIVATE, "iam.roles_trust_services_only", f"{CONTROL}.trust", ANYBODY),
    (PRIVATE, "iam.roles_trust_services_only", f"{NODE}.trust", ANYBODY),
    (PRIVATE, "iam.instance_profiles_hold_roles", "iam.instance_profiles", ()),
    (EVERYTHING, "iam.boundary_declared", f"{CONTROL}.permissions_boundary_arn", None),
    (PRIVATE, "iam_effect.trust_needs_external_id", f"{CONTROL}.trust.Statement.0.Condition", {}),
    (PRIVATE, "iam_effect.no_privilege_escalation", POLICY, MODIFYING),
    (PRIVATE, "iam_effect.no_privilege_escalation", POLICY, TAGGING),
    (PRIVATE, "iam_effect.no_privilege_escalation", POLICY, OF_ANY_CLOUD),
    (PRIVATE, "iam_effect.no_privilege_escalation", POLICY, passing(PRIVATE.place.iam_arn("role/teams/vision"))),
    (EVERYTHING, "iam_effect.no_privilege_escalation", f"{NODE}.inline_policies.0.document", passing(TEAM_ROLE)),
    (PUBLIC, "iam_effect.no_privilege_escalation", POLICY, doing("iam:AttachRolePolicy")),
    (PUBLIC, "iam_effect.no_privilege_escalation", POLICY, doing("cloudformation:UpdateStack")),
    (PUBLIC, "iam_effect.no_privilege_escalation", f"{NODE}.inline_policies.0.document", MODIFYING),
    (EVERYTHING, "iam_effect.no_privilege_escalation", POLICY, doing("iam:PassRole", "ec2:RunInstances")),
    (PRIVATE, "iam_effect.bucket_access_declared", POLICY, doing("s3:PutBucketPolicy")),
    (EXISTING, "iam_effect.bucket_access_declared", POLICY, doing("s3:DeleteBucket")),
    (PRIVATE, "iam_effect.key_use_declared", POLICY, doing("kms:CreateGrant")),
    (EXISTING, "iam_effect.key_use_declared", POLICY, doing("kms:Decrypt")),
    (EVERYTHING, "iam_effect.no_other_keys", POLICY, doing("kms:Decrypt")),
    (PRIVATE, "iam_effect.file_system_access_declared", POLICY, doing("elasticfilesystem:PutFileSystemPolicy")),
    (PRIVATE, "iam_effect.file_system_access_declared", "file_systems.0.policy", {"Statement": []}),
    (EVERYTHING, "iam_effect.secrets_declared", POLICY, doing("secretsmanager:GetSecretValue")),
    (PRIVATE, "iam_effect.secrets_declared", POLICY, doing("secretsmanager:GetSecretValue")),
    (PRIVATE, "iam_effect.parameters_closed", POLICY, doing("ssm:GetParameter")),
    (PRIVATE, "efs.mount_targets_guarded", "file_systems.0.mount_targets.0.group_ids", ("sg-efs",)),
    (PRIVATE, "efs.policy_for_us_only", "file_systems.0.policy.Statement.1.Condition", {}),
    (PRIVATE, "efs.policy_for_us_only", "file_systems.0.policy.Statement.1.Action", "elasticfilesystem:*"),
    (PRIVATE, "efs.policy_for_us_only", "file_systems.0.policy", None),
    (EXISTING, "efs.tls_only", "file_systems.0.policy.Statement.1", REMOVED),
    (PRIVATE, "efs.access_point_root_fixed", "file_systems.0.access_points", (BY_HAND,)),
    (PRIVATE, "efs.access_points_tagged", "file_systems.0.access_points", (BY_HAND,)),
    (PRIVATE, "efs.mount_targets_in_private_subnets", "network.subnets.0.maps_public_ip", True),
    (PRIVATE, "memorydb.cluster_there", "memorydb.clusters", ()),
    (EVERYTHING, "memorydb.cluster_there", "memorydb.clusters.0.name", "ray-everything-anyscale-gcs"),
    (PRIVATE, "memorydb.guarded", "memorydb.clusters.0.group_ids", ("sg-cloud",)),
    (EXISTING, "memorydb.guarded", "memorydb.clusters.0.group_ids", ("sg-memorydb",)),
    (PRIVATE, "memorydb.in_node_subnets", "memorydb.subnet_groups.0.subnet_ids", ("subnet-public-us-west-2a",)),
    (PRIVATE, "minima.memorydb_zones_supported", "account.subnets.0.zone_id", "usw2-az4"),
    (PRIVATE, "s3.lifecycle_declared", *adding(PRIVATE, "buckets.1.lifecycle", SHORT_LOGS)),
    (PRIVATE, "s3.lifecycle_declared", "buckets.1.lifecycle.2", REMOVED),
    (PRIVATE, "s3.cors_declared", "buckets.1.cors", ()),
    (PRIVATE, "security_groups.ingress_declared", *adding(PRIVATE, "security_groups.rules", OPEN_RULE)),
    (PRIVATE, "security_groups.ingress_declared", rule(PRIVATE, "cloud", "sg-cloud", egress=False), REMOVED),
    (PRIVATE, "security_groups.closed_to_world", *adding(PRIVATE, "security_groups.rules", OPEN_RULE)),
    (
        EVERYTHING,
        "security_groups.ingress_declared",
        rule(EVERYTHING, "cloud", "192.168.0.0/16", egress=False),
        REMOVED,
    ),
    (EVERYTHING, "security_groups.declared_groups_there", "security_groups.groups.1.name", "ray-everything-cloud"),
    (PRIVATE, "network.subnets_give_no_public_address", "network.subnets.0.maps_public_ip", True),
    (PUBLIC, "network.subnets_give_no_public_address", "network.subnets.0.maps_public_ip", False),
    (PRIVATE, "reachability.nodes_reach_each_other", rule(PRIVATE, "cloud", "sg-cloud", egress=True), REMOVED),
    (PRIVATE, "reachability.nodes_reach_efs", "file_systems.0.mount_targets.0.group_ids", ("sg-default",)),
    (PRIVATE, "reachability.head_reaches_memorydb", rule(PRIVATE, "memorydb", "sg-cloud", egress=False), REMOVED),
    (PRIVATE, "reachability.nodes_reach_internet", "network.nat_gateways.0.state", "failed"),
    (PUBLIC, "reachability.nodes_reach_internet", "network.subnets.0.maps_public_ip", False),
    (PUBLIC, "reachability.nodes_reach_s3", "security_groups.groups.1.name", "other"),
    (PUBLIC, "reachability.closed_to_internet", *adding(PUBLIC, "security_groups.rules", OPEN_RULE)),
    (PRIVATE, "unmanaged.no_instances", f"{THINGS}.instances", (Thing("i-9", tagged=True),)),
    (PRIVATE, "unmanaged.no_security_groups", f"{THINGS}.security_groups", (Thing("sg-9", of_cloud=True),)),
)


@pytest.mark.parametrize(("config", "check_id", "path", "value"), FAULTS, ids=lambda each: getattr(each, "name", None))
def test_what_is_not_as_declared_fails(config: AnyscaleCloudConfig, check_id: str, path: str, value: object) -> None:
    found = results(config, check_id, path, value)
    assert Outcome.FAIL in {result.outcome for result in found}, found


BALANCER = Thing("eni-9", note="load balancer anyscale-svc-1", used_by_service=True)
NODES = Several(
    (f"{THINGS}.instances", (Thing("i-9", of_cloud=True),)),
    (f"{THINGS}.interfaces", (Thing("eni-9", holders=("i-9",)),)),
    (f"{THINGS}.volumes", (Thing("vol-9", of_cloud=True), Thing("vol-8", holders=("i-9",)))),
    (f"{THINGS}.addresses", (Thing("eipalloc-9", of_cloud=True),)),
)


@pytest.mark.parametrize(
    ("config", "check_id", "path", "value"),
    [
        (PRIVATE, "unmanaged.no_instances", "", NODES),
        (PUBLIC, "unmanaged.no_instances", "", NODES),
        (PRIVATE, "unmanaged.no_interfaces", "", NODES),
        (PRIVATE, "unmanaged.no_volumes", "", NODES),
        (PRIVATE, "unmanaged.no_interfaces", f"{THINGS}.interfaces", (BALANCER,)),
        (EXISTING, "unmanaged.no_instances", "", NODES),
        (EVERYTHING, "iam_effect.no_privilege_escalation", POLICY, passing(TEAM_ROLE)),
        (PUBLIC, "iam_effect.no_privilege_escalation", POLICY, OF_ANY_CLOUD),
        (PRIVATE, "efs.policy_for_us_only", "file_systems.0.policy.Statement.1.Principal", "*"),
    ],
    ids=lambda each: getattr(each, "name", None),
)
def test_what_anyscale_makes_passes(config: AnyscaleCloudConfig, check_id: str, path: str, value: object) -> None:
    found = results(config, check_id, path, value)
    assert {result.outcome for result in found} == {Outcome.PASS}, found


def test_a_load_balancer_is_explained_only_where_services_are_declared() -> None:
    found = results(PUBLIC, "unmanaged.no_interfaces", f"{THINGS}.interfaces", (BALANCER,))
    assert [result.resource for result in found if result.outcome is Outcome.FAIL] == ["eni-9"]


@pytest.mark.parametrize(
    ("config", "left_out"),
    [
        (PRIVATE, {"efs.tls_only", "efs.access_point_user_fixed", "memorydb.acl_closed", "unmanaged.no_records"}),
        (PUBLIC, {"efs.mount_targets_in_private_subnets", "memorydb.cluster_there", "iam.boundary_declared"}),
        (EXISTING, {"s3.tls_only", "s3.cors_declared", "quotas.buckets", "network.subnets_declared"}),
        (EVERYTHING, {"efs.encrypted_with_our_key", "memorydb.encrypted_with_our_key"}),
    ],
    ids=lambda each: getattr(each, "name", None),
)
def test_checks_of_what_a_cloud_does_not_have_are_left_out(config: AnyscaleCloudConfig, left_out: set[str]) -> None:
    assert not {check.id for check in CHECKS if check.is_for(config)} & left_out


def test_before_there_is_a_cloud_id_the_audit_says_how_far_the_control_plane_reaches() -> None:
    found = judge(HEALTHY[PUBLIC.name], PUBLIC, [BY_ID["iam_effect.no_privilege_escalation"]])
    details = {result.resource: result.detail for result in found}
    assert details[PUBLIC.role_name(CONTROL_PLANE)].endswith(
        "but ec2:ModifyInstanceAttribute + ec2:StopInstances + ec2:StartInstances, until `anyscale.cloud_id` is set"
    )
    assert details[PUBLIC.role_name(CLUSTER_NODE)].endswith("known ways is open to it")


def cells(inventory: Inventory, config: AnyscaleCloudConfig, source: str, destination: str) -> dict[str, object]:
    found = port_matrix(inventory, config).cells
    return {each.port: each.open for each in found if (each.source, each.destination) == (source, destination)}


def test_nodes_to_come_reach_each_other_on_every_port_and_the_services_on_theirs() -> None:
    inventory = HEALTHY[PRIVATE.name]
    assert cells(inventory, PRIVATE, "cloud", "cloud") == {"https": True, "other": True}
    # Mount targets are in the group of the nodes, so that they are open to them as nodes are.
    assert cells(inventory, PRIVATE, "cloud", "efs") == {"efs": True, "other": True}
    assert cells(inventory, PRIVATE, "cloud", "memorydb") == {"redis": True, "other": False}
    assert cells(inventory, PRIVATE, "10.0.0.0/8", "cloud") == {"https": True, "other": False}
    assert cells(inventory, PRIVATE, "internet", "cloud") == {"https": False, "other": False}


def test_a_node_that_is_there_is_judged_by_its_own_groups() -> None:
    small = healthy(load("small"))
    node = replace(readable(small.nodes.instances)[0], subnet_id=SUBNET, group_ids=("sg-cloud",))
    interface = replace(
        readable(small.network_interfaces)[0],
        subnet_id=SUBNET,
        instance_id=node.instance_id,
        private_ips=("10.40.80.9",),
        group_ids=("sg-cloud",),
    )

    def reaches_store(**changed: Any) -> object:
        there = Several(("nodes.instances", (node,)), ("network_interfaces", (replace(interface, **changed),)))
        return cells(change(HEALTHY[PRIVATE.name], "", there), PRIVATE, "cloud", "memorydb")["redis"]

    assert reaches_store() is True
    assert reaches_store(group_ids=("sg-default",)) is False


def test_a_cloud_of_nothing_but_nodes_has_no_tiers_to_keep_apart() -> None:
    alone = EXISTING.model_copy(update={"efs": None, "memorydb": None})
    assert not BY_ID["reachability.tiers_closed"].is_for(alone)
    assert BY_ID["reachability.tiers_closed"].is_for(PUBLIC)
