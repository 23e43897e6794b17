"""Policies on plans of a few resources: no checkov needed."""

from __future__ import annotations

import ast
import json
import sys
from typing import Any

import pytest
from pydantic import BaseModel

from config.anyscale_cloud import AnyscaleCloudConfig
from config.kuberay_eks import KuberayEksConfig
from config.paths import ROOT
from config.static_ec2 import StaticEc2Config
from scripts.checkov_scan.declared import declared_of
from scripts.checkov_scan.policies.catalog import all_policies
from scripts.checkov_scan.policies.declared import Declared, RayPort
from scripts.checkov_scan.policies.documents import statements_of
from scripts.checkov_scan.policies.plan import NotYetKnownError, Plan, Resource
from scripts.checkov_scan.policies.ranges import is_the_world, networks, public_addresses
from scripts.checkov_scan.policies.registry import Judgement, Policy, policy
from tests.checkov.plan import DASHBOARD, judged, plan_of

MODELS = (StaticEc2Config, AnyscaleCloudConfig, KuberayEksConfig)
GROUP = {"aws_security_group.g": {"name": "g"}}
RULE = "aws_vpc_security_group_ingress_rule.r"


def rule(**values: Any) -> dict[str, Any]:
    ports = {"ip_protocol": "tcp", "from_port": 8265, "to_port": 8265}
    return {RULE: {"security_group_id": "${aws_security_group.g.id}", **ports, **values}}


@pytest.mark.parametrize(
    ("cidrs", "world"),
    [
        (["0.0.0.0/0"], True),
        (["0.0.0.0/1"], True),
        (["52.0.0.0/8"], False),
        (["52.0.0.0/8", "52.1.0.0/16"], False),
        (["52.0.0.0/8", "53.0.0.0/32"], True),
        ([f"{first}.0.0.0/8" for first in range(1, 224)], True),
        (["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"], False),
        (["::/0"], True),
        (["2000::/3"], True),
        (["2001::/16"], False),
        (["fd00::/8"], False),
        ([], False),
    ],
)
def test_ranges_are_the_world_when_they_are_together(cidrs: list[str], world: bool) -> None:
    assert is_the_world(networks(cidrs)) is world


def test_private_addresses_inside_a_range_do_not_count() -> None:
    assert public_addresses(networks(["0.0.0.0/0"]), 4) == 2**32 - 2**24 * 2 - 2**20 - 2**16 - 2**22
    assert public_addresses(networks(["10.1.0.0/16"]), 4) == 0


def test_a_range_that_is_declared_public_is_no_finding() -> None:
    opened = {**GROUP, **rule(cidr_ipv4="0.0.0.0/0")}
    wished = Declared(ray_ports=DASHBOARD.ray_ports, open_ranges=frozenset(["0.0.0.0/0"]))
    assert judged("CKV2_RAYFORM_1", "aws_security_group.g", plan_of(opened)).faults
    assert judged("CKV2_RAYFORM_1", "aws_security_group.g", plan_of(opened, wished)) == Judgement()


def test_a_rule_of_a_group_outside_of_the_plan_is_judged_by_itself() -> None:
    outside = {RULE: {**rule(cidr_ipv4="0.0.0.0/0")[RULE], "security_group_id": "sg-1"}}
    assert judged("CKV2_RAYFORM_1", RULE, plan_of(outside)).faults
    inside = {**GROUP, **rule(cidr_ipv4="0.0.0.0/0")}
    assert judged("CKV2_RAYFORM_1", RULE, plan_of(inside)) == Judgement()


def test_a_range_that_is_not_known_is_undecided_and_hides_no_fault() -> None:
    unknown = {**GROUP, **rule(cidr_ipv4="${aws_vpc.v.cidr_block}")}
    judgement = judged("CKV2_RAYFORM_1", "aws_security_group.g", plan_of(unknown))
    assert judgement.undecided == f"{RULE}: cidr_ipv4 is known after apply"
    more = {**unknown, f"{RULE}2": rule(cidr_ipv4="0.0.0.0/0")[RULE]}
    assert judged("CKV2_RAYFORM_1", "aws_security_group.g", plan_of(more)).faults


def test_prefix_lists_count_with_their_ranges() -> None:
    wide = {"aws_ec2_managed_prefix_list.l": {"entry": [{"cidr": "0.0.0.0/1"}]}}
    named = rule(prefix_list_id="${aws_ec2_managed_prefix_list.l.id}")
    assert judged("CKV2_RAYFORM_1", "aws_security_group.g", plan_of({**GROUP, **wide, **named})).faults
    foreign = plan_of({**GROUP, **rule(prefix_list_id="pl-1")})
    assert "prefix list" in judged("CKV2_RAYFORM_1", "aws_security_group.g", foreign).undecided


INLINE = {"protocol": "tcp", "from_port": 8265, "to_port": 8265}


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ({"prefix_list_ids": ["pl-1"]}, "its prefix list is not in the plan"),
        ({"prefix_list_ids": [], "cidr_blocks": ["${aws_vpc.v.cidr_block}"]}, "cidr_blocks is known after apply"),
    ],
)
def test_rules_inside_a_group_are_shown_as_a_whole_and_seen_in_parts(source: dict[str, Any], said: str) -> None:
    """Terraform's plan shows them as one expression, not as blocks."""
    given = [{**INLINE, **source}]
    known = [{name: value for name, value in given[0].items() if "${" not in str(value)}]
    unknown = [{name: True for name, value in given[0].items() if "${" in str(value)}]
    change = {"actions": ["create"], "after": {"ingress": known}, "after_unknown": {"ingress": unknown}}
    entry = {"address": "aws_security_group.g", "mode": "managed", "type": "aws_security_group"}
    configured = {**entry, "expressions": {"ingress": {"constant_value": given, "references": ["aws_vpc.v"]}}}
    document = {
        "resource_changes": [{**entry, "change": change}],
        "configuration": {"root_module": {"resources": [configured]}},
    }
    judgement = judged("CKV2_RAYFORM_1", "aws_security_group.g", Plan(document, DASHBOARD))
    assert judgement.undecided.endswith(said)


def test_all_traffic_between_groups_is_fine_when_declared() -> None:
    between = {**GROUP, **rule(referenced_security_group_id="${aws_security_group.g.id}", ip_protocol="-1")}
    assert judged("CKV2_RAYFORM_3", "aws_security_group.g", plan_of(between)).faults
    assert judged("CKV2_RAYFORM_3", "aws_security_group.g", plan_of(between, Declared(all_traffic=True))) == Judgement()


@pytest.mark.parametrize(("hops", "containers", "faulty"), [(1, (), False), (2, (), True), (2, ("cpu",), False)])
def test_hops_are_those_that_the_environment_declares(hops: int, containers: tuple[str, ...], faulty: bool) -> None:
    options = [{"http_put_response_hop_limit": hops}]
    node = {"aws_instance.n": {"metadata_options": options, "tags": {"rayform:group": "cpu"}}}
    plan = plan_of(node, Declared(containers=frozenset(containers)))
    assert bool(judged("CKV_RAYFORM_3", "aws_instance.n", plan).faults) is faulty


def test_a_route_whose_gateway_is_not_known_is_undecided() -> None:
    routed = {
        "aws_subnet.s": {"cidr_block": "10.0.0.0/24"},
        "aws_route_table.t": {},
        "aws_route_table_association.a": {
            "subnet_id": "${aws_subnet.s.id}",
            "route_table_id": "${aws_route_table.t.id}",
        },
        "aws_route.r": {"route_table_id": "${aws_route_table.t.id}", "gateway_id": "${data.aws_internet_gateway.g.id}"},
    }
    assert judged("CKV2_RAYFORM_5", "aws_subnet.s", plan_of(routed)).undecided == "gateway_id is known after apply"
    routed["aws_route.r"]["gateway_id"] = "igw-0123456789abcdef0"
    assert judged("CKV2_RAYFORM_5", "aws_subnet.s", plan_of(routed)).faults
    routed["aws_route.r"]["gateway_id"] = "vgw-0123456789abcdef0"
    assert judged("CKV2_RAYFORM_5", "aws_subnet.s", plan_of(routed)) == Judgement()


def document(**statement: Any) -> dict[str, Any]:
    block = {name: {"constant_value": value} for name, value in statement.items()}
    address = "data.aws_iam_policy_document.d"
    return {"address": address, "type": "aws_iam_policy_document", "expressions": {"statement": [block]}}


def role_policy(policy: str) -> dict[str, Any]:
    return {"aws_iam_role_policy.p": {"policy": policy}}


def test_a_policy_that_is_known_after_apply_is_read_from_its_document() -> None:
    written = document(actions=["s3:*"], resources=["${aws_s3_bucket.b.arn}"])
    plan = plan_of(role_policy("${data.aws_iam_policy_document.d.json}"), documents=[written])
    assert judged("CKV_RAYFORM_6", "aws_iam_role_policy.p", plan).faults == ("a statement without sid allows s3:*",)


@pytest.mark.parametrize(
    "policy",
    [
        "${aws_ssm_parameter.p.value}",
        "${data.aws_iam_policy_document.other.json}",
        '{"Statement": ${local.statements}}',
    ],
)
def test_a_policy_that_nobody_knows_is_undecided(policy: str) -> None:
    assert judged("CKV_RAYFORM_6", "aws_iam_role_policy.p", plan_of(role_policy(policy))).undecided


def test_statements_made_at_plan_time_are_undecided() -> None:
    made = {**document(), "expressions": {"statement": {"references": ["var.statements"]}}}
    plan = plan_of(role_policy("${data.aws_iam_policy_document.d.json}"), documents=[made])
    subject = plan.get("aws_iam_role_policy.p")
    assert isinstance(subject, Resource)
    with pytest.raises(NotYetKnownError, match="made at plan time"):
        statements_of(plan, subject, "policy")


def test_documents_that_are_merged_count() -> None:
    written = document(actions=["s3:GetObject"], resources=["*"])
    text = '{"Statement": [{"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"}]}'
    written["expressions"]["source_policy_documents"] = {"constant_value": [text]}
    plan = plan_of(role_policy("${data.aws_iam_policy_document.d.json}"), documents=[written])
    assert judged("CKV_RAYFORM_5", "aws_iam_role_policy.p", plan).faults


def trusting(arn: str, role: str) -> Plan:
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": arn}}
    roles = {
        "aws_iam_role.r": {"name": role, "assume_role_policy": json.dumps({"Statement": [trust]})},
        "aws_iam_instance_profile.p": {"role": "${aws_iam_role.r.name}"},
    }
    return plan_of(roles, Declared(launchers=frozenset({LAUNCHER})))


LAUNCHER = "arn:aws:iam::123456789012:role/ml-platform"


@pytest.mark.parametrize(
    ("arn", "role", "is_fault"),
    [
        (LAUNCHER, "ray-dev-launcher", False),
        (LAUNCHER, "ray-dev-head", True),
        ("arn:aws:iam::123456789012:role/other", "ray-dev-launcher", True),
    ],
)
def test_the_launcher_trusts_those_who_are_named(arn: str, role: str, is_fault: bool) -> None:
    assert bool(judged("CKV2_RAYFORM_6", "aws_iam_role.r", trusting(arn, role)).faults) is is_fault


EXTERNAL_ID = {"StringEquals": {"sts:ExternalId": "org_1-2"}}


@pytest.mark.parametrize(
    ("account", "condition", "faults"),
    [
        ("210987654321", EXTERNAL_ID, 0),
        ("210987654321", {"StringEquals": {"sts:ExternalId": ["org_1-2"]}}, 0),
        ("210987654321", {"StringLike": {"sts:ExternalId": "org_1-2"}}, 1),
        ("210987654321", {"StringEquals": {"sts:ExternalId": "org_1-*"}}, 1),
        ("210987654321", {}, 1),
        ("999999999999", EXTERNAL_ID, 1),
        ("123456789012", {}, 0),
    ],
)
def test_another_account_is_named_and_shows_the_external_id(
    account: str, condition: dict[str, Any], faults: int
) -> None:
    principal = {"AWS": f"arn:aws:iam::{account}:root"}
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal, "Condition": condition}
    role = {"aws_iam_role.r": {"name": "r", "assume_role_policy": json.dumps({"Statement": [trust]})}}
    declared = Declared("123456789012", control_plane_account="210987654321", external_id="org_1-2")
    assert len(judged("CKV2_RAYFORM_10", "aws_iam_role.r", plan_of(role, declared)).faults) == faults
    if account != "123456789012":
        elsewhere = plan_of(role, Declared("123456789012"))
        assert judged("CKV2_RAYFORM_10", "aws_iam_role.r", elsewhere).faults


INSTANCES = "arn:aws:ec2:us-west-2:123456789012:instance/*"


@pytest.mark.parametrize(
    ("action", "resource", "key", "is_fault"),
    [
        ("ec2:TerminateInstances", INSTANCES, "aws:ResourceTag/anyscale-cloud-id", False),
        ("ec2:TerminateInstances", INSTANCES, "ec2:ResourceTag/anyscale-cloud-id", False),
        ("ec2:TerminateInstances", INSTANCES, "aws:RequestTag/anyscale-cloud-id", True),
        ("ec2:Terminate*", "*", "aws:ResourceTag/other", True),
        ("ec2:RunInstances", INSTANCES, "aws:RequestTag/anyscale-cloud-id", False),
        ("ec2:RunInstances", INSTANCES, "aws:ResourceTag/anyscale-cloud-id", True),
        ("ec2:RunInstances", "arn:aws:ec2:us-west-2::image/*", "aws:ResourceTag/other", False),
        ("ec2:DescribeInstances", "*", "aws:ResourceTag/other", False),
    ],
)
def test_instances_are_those_of_the_cloud(action: str, resource: str, key: str, is_fault: bool) -> None:
    condition = {"StringEquals": {key: "cld_1"}}
    statement = {"Effect": "Allow", "Action": action, "Resource": resource, "Condition": condition}
    written = role_policy(json.dumps({"Statement": [statement]}))
    known = plan_of(written, Declared(cloud_id="cld_1"))
    assert bool(judged("CKV_RAYFORM_16", "aws_iam_role_policy.p", known).faults) is is_fault
    assert judged("CKV_RAYFORM_16", "aws_iam_role_policy.p", plan_of(written)) == Judgement()


@pytest.mark.parametrize(
    ("acl", "source", "is_fault"),
    [
        ("open-access", {"cidr_ipv4": "10.0.0.0/8"}, True),
        ("open-access", {"referenced_security_group_id": "sg-1"}, False),
        ("own", {"cidr_ipv4": "10.0.0.0/8"}, False),
    ],
)
def test_open_memorydb_is_reached_by_groups_only(acl: str, source: dict[str, str], is_fault: bool) -> None:
    cluster = {"acl_name": acl, "security_group_ids": ["${aws_security_group.g.id}"]}
    opened = rule(**{"from_port": 6000, "to_port": 7000, **source})
    plan = plan_of({**GROUP, **opened, "aws_memorydb_cluster.c": cluster})
    assert bool(judged("CKV2_RAYFORM_12", "aws_memorydb_cluster.c", plan).faults) is is_fault


def test_a_policy_that_stumbles_says_so() -> None:
    broken = plan_of(role_policy('{"Statement": [{"Action": "s3:*"}]}'))
    assert judged("CKV_RAYFORM_6", "aws_iam_role_policy.p", broken).undecided == (
        "the policy stumbles over it: KeyError"
    )


@pytest.mark.parametrize("name", ["AWSLambda_FullAccess", "CloudWatchFullAccessV2", "AdministratorAccess-Amplify"])
def test_full_access_has_many_names(name: str) -> None:
    attached = {"aws_iam_role_policy_attachment.a": {"policy_arn": f"arn:aws:iam::aws:policy/{name}"}}
    assert judged("CKV_RAYFORM_7", "aws_iam_role_policy_attachment.a", plan_of(attached)).faults


@pytest.mark.parametrize("name", ["NetworkAdministratorAccessReader", "ReadOnlyAccess", "FullAccessAuditor"])
def test_a_policy_with_a_similar_name_is_no_full_access(name: str) -> None:
    attached = {"aws_iam_role_policy_attachment.a": {"policy_arn": f"arn:aws:iam::aws:policy/{name}"}}
    assert judged("CKV_RAYFORM_7", "aws_iam_role_policy_attachment.a", plan_of(attached)) == Judgement()


def test_an_id_is_used_once() -> None:
    with pytest.raises(ValueError, match="CKV2_RAYFORM_1 is taken by ray_ports_are_not_public"):
        policy("CKV2_RAYFORM_1", "aws_instance")(lambda _resource, _plan: iter(()))


def test_a_plan_with_modules_is_refused() -> None:
    with pytest.raises(ValueError, match="child modules"):
        Plan({"planned_values": {"root_module": {"child_modules": [{}]}}}, Declared())


def environment(**access: Any) -> StaticEc2Config:
    file = {"name": "demo", "region": "us-west-2", "access": access, "workers": {"cpu": {"containers": True}}}
    return StaticEc2Config.model_validate_json(json.dumps(file))


def test_what_is_declared_comes_from_the_environment_file() -> None:
    declared = declared_of(environment(client_cidrs=["0.0.0.0/0"], allow_public=True, intra_cluster="workers"))
    assert declared.open_ranges == {"0.0.0.0/0"}
    assert declared.all_traffic
    assert declared.containers == {"cpu"}
    assert RayPort("dashboard", 8265, 8265) in declared.ray_ports
    assert Declared.from_json(declared.to_json()) == declared


def test_a_cloud_declares_who_its_control_plane_is() -> None:
    declared = declared_of(example_cloud(access={"client_cidrs": ["0.0.0.0/0"], "allow_public": True}))
    assert (declared.control_plane_account, declared.cloud_id) == ("525325868955", "cld_1a2b3c4d5e6f")
    assert declared.external_id == "org_1a2b3c4d5e6f-1"
    assert (declared.open_ranges, declared.ray_ports) == (frozenset({"0.0.0.0/0"}), ())
    assert Declared.from_json(declared.to_json()) == declared


def example_cloud(**settings: Any) -> AnyscaleCloudConfig:
    known = {"external_id": "org_1a2b3c4d5e6f-1", "cloud_id": "cld_1a2b3c4d5e6f"}
    file = {"name": "demo", "region": "us-west-2", "anyscale": known, **settings}
    return AnyscaleCloudConfig.model_validate_json(json.dumps(file))


def test_nothing_is_declared_open_without_the_word_for_it() -> None:
    assert declared_of(environment(client_cidrs=["10.0.0.0/8"])).open_ranges == frozenset()


@pytest.mark.parametrize("each", all_policies(), ids=lambda each: each.id)
def test_a_policy_says_what_why_and_what_to_change(each: Policy) -> None:
    assert each.title
    assert each.text.startswith("Why: ")
    assert "\n\nFix: " in each.text
    assert each.subjects
    assert not each.setting or f"`{each.setting.split('.')[0]}" in each.text
    assert not each.setting or any(is_setting(each.setting, model) for model in MODELS)


def is_setting(path: str, model: Any) -> bool:
    for name in path.split("."):
        fields = model.model_fields if isinstance(model, type) and issubclass(model, BaseModel) else {}
        if name not in fields:
            return False
        inner = [*getattr(fields[name].annotation, "__args__", ()), fields[name].annotation]
        model = next((each for each in inner if isinstance(each, type) and issubclass(each, BaseModel)), None)
    return True


def test_policies_need_the_standard_library_only() -> None:
    for path in (ROOT / "scripts/checkov_scan/policies").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom):
                module = str(node.module)
                assert module.startswith("scripts.checkov_scan.policies") or module.split(".")[0] in (
                    sys.stdlib_module_names
                ), f"{path.name}: {module}"
