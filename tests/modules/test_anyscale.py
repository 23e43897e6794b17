from __future__ import annotations

from functools import cache

import pytest

from config.anyscale_permissions import BUCKET_ACTIONS, OBJECT_ACTIONS
from tests.synthesis import Synthesized, cloud, example, synth

KEY = "arn:aws:kms:us-west-2:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"
BOUNDARY = "arn:aws:iam::123456789012:policy/boundary"
SECRET = "arn:aws:secretsmanager:us-west-2:123456789012:secret:registry-a1b2c3"
ADOPTED = {
    "control_plane_role_name": "their-control",
    "cluster_node_role_name": "their-nodes",
    "security_group_name": "their-group",
    "security_group_description": "Their group",
    "efs_creation_token": "their-token",
    "memorydb_name": "their-memorydb",
    "memorydb_subnet_group_name": "their-subnets",
}
ROLES = ["${aws_iam_role.control_plane.arn}", "${aws_iam_role.cluster_node.arn}"]
CLOUD_ID = ("aws:ResourceTag/anyscale-cloud-id", "aws:RequestTag/anyscale-cloud-id")


@cache
def bare() -> Synthesized:
    """As little as there can be."""
    return synth(cloud())


@cache
def full() -> Synthesized:
    """What the examples do not use, all at once."""
    return synth(
        cloud(
            protect=False,
            network={"s3_endpoint_buckets": ["data"]},
            iam={"permissions_boundary_arn": BOUNDARY, "node_logs": True, "node_secret_arns": [SECRET]},
            bucket={"expire_prefix_days": {"tmp/": 7, "logs/": 30}},
            efs={"require_iam": True},
            memorydb={"in_cloud_security_group": True},
            adopted=ADOPTED,
        )
    )


def sids(stack: Synthesized, document: str) -> list[str]:
    return [each["sid"] for each in stack.statements(document)]


def policies(stack: Synthesized, role: str) -> set[str]:
    found = stack.of("aws_iam_role_policy").values()
    return {each["name"] for each in found if each["role"] == f"${{aws_iam_role.{role}.name}}"}


def test_the_control_plane_shows_the_external_id() -> None:
    (trust,) = example("anyscale").statements("control_plane_trust")
    assert trust["actions"] == ["sts:AssumeRole"]
    assert trust["principals"] == [{"type": "AWS", "identifiers": ["arn:aws:iam::525325868955:root"]}]
    assert trust["condition"] == [
        {"test": "StringEquals", "variable": "sts:ExternalId", "values": ["org_1a2b3c4d5e6f7g8h-4f1d9a6c2e7b"]}
    ]


def test_services_are_a_policy_of_their_own_when_asked_for() -> None:
    assert policies(example("anyscale"), "control_plane") == {"instances", "services", "bucket"}
    assert policies(example("anyscale-public"), "control_plane") == {"instances", "bucket"}


def test_the_cloud_id_narrows_what_the_control_plane_may_do() -> None:
    for name, test, value in (
        ("anyscale", "StringEquals", "cld_1a2b3c4d5e6f7g8h"),
        ("anyscale-public", "StringLike", "cld_*"),
    ):
        found = [
            (condition["test"].removesuffix("IfExists"), condition["values"])
            for statement in example(name).statements("control_plane_document_instances")
            for condition in statement.get("condition", [])
            if condition["variable"] in CLOUD_ID
        ]
        assert found == [(test, [value])] * 4


def test_nodes_are_launched_into_the_vpc_whoever_owns_it() -> None:
    theirs = {
        "vpc_id": "vpc-0123456789abcdef0",
        "private_subnets": {"us-west-2a": "subnet-0aaaaaaaaaaaaaaa1", "us-west-2b": "subnet-0bbbbbbbbbbbbbbb2"},
    }
    stacks = {
        "${aws_vpc.network_vpc.arn}": bare(),
        "${data.aws_vpc.network_vpc.arn}": synth(cloud(network={"existing": theirs})),
    }
    for arn, stack in stacks.items():
        (into,) = (each for each in stack.statements("control_plane_document_instances") if each["sid"] == "LaunchInto")
        assert into["condition"] == [{"test": "ArnEquals", "variable": "ec2:Vpc", "values": [arn]}]


def test_nodes_have_a_profile_of_the_name_of_their_role() -> None:
    stack = example("anyscale")
    role, profile = stack.of("aws_iam_role")["cluster_node"], stack.only("aws_iam_instance_profile")
    assert role["name"] == profile["name"] == "ray-anyscale-cluster-node"
    assert profile["role"] == "${aws_iam_role.cluster_node.name}"
    attached = [each["policy_arn"] for each in stack.of("aws_iam_role_policy_attachment").values()]
    assert attached == ["arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly"]


def test_nodes_send_logs_and_read_secrets_when_asked_for() -> None:
    assert policies(bare(), "cluster_node") == {"bucket"}
    assert policies(full(), "cluster_node") == {"bucket", "logs", "secrets"}


def test_every_role_has_the_boundary() -> None:
    roles = full().of("aws_iam_role")
    assert set(roles) == {"control_plane", "cluster_node", "flow_logs_role"}
    assert {each["permissions_boundary"] for each in roles.values()} == {BOUNDARY}


def test_the_bucket_is_for_both_roles_and_for_the_console() -> None:
    stack = example("anyscale")
    deny, bucket, objects = stack.statements("buckets_cloud_policy_document")
    assert deny["sid"] == "DenyWithoutTls"
    assert bucket["principals"] == objects["principals"] == [{"type": "AWS", "identifiers": ROLES}]
    assert len({*bucket["actions"], *objects["actions"]}) == 8
    (cors,) = stack.only("aws_s3_bucket_cors_configuration")["cors_rule"]
    assert cors["allowed_origins"] == ["https://*.anyscale.com"]
    assert cors["expose_headers"] == ["Accept-Ranges", "Content-Range", "Content-Length"]


def test_an_existing_bucket_is_read_and_checked_not_changed() -> None:
    stack = synth(cloud(bucket={"existing_name": "theirs", "existing_key_arn": KEY}))
    assert not any(kind.startswith("aws_s3_bucket") for kind in stack.document["resource"])
    condition = stack.data("aws_s3_bucket")["buckets_cloud"]["lifecycle"]["postcondition"][0]
    assert condition["condition"] == '${self.region == "us-west-2"}'
    for document in ("control_plane_document_bucket", "cluster_node_document_bucket"):
        *_, key = stack.statements(document)
        assert key["resources"] == [KEY]
    assert stack.document["output"]["bucket_names"]["value"] == {"cloud": "${data.aws_s3_bucket.buckets_cloud.id}"}


def test_the_s3_endpoint_lets_nodes_write_to_a_bucket_that_may_be_another_accounts() -> None:
    stack = synth(
        cloud(bucket={"existing_name": "theirs"}, network={"s3_endpoint_writable_buckets": ["drop", "theirs"]})
    )
    _, writable, *_ = stack.statements("s3_endpoint_policy")
    assert writable["resources"] == [f"arn:aws:s3:::{each}" for each in ("theirs", "theirs/*", "drop", "drop/*")]
    assert {*BUCKET_ACTIONS, *OBJECT_ACTIONS} <= set(writable["actions"])
    assert "condition" not in writable
    assert "Writable" not in sids(bare(), "s3_endpoint_policy")


def test_images_are_pulled_with_any_login_and_pushed_with_none_of_others() -> None:
    stack = synth(cloud(network={"endpoints": ["ecr.api", "ecr.dkr", "logs"]}))
    own, pull = stack.statements("endpoints_registry_policy")
    assert own == stack.statements("endpoints_policy")[0]
    assert "condition" not in pull
    assert not any("Put" in action or "Upload" in action for action in pull["actions"])
    found = {each["service_name"].split(".", 3)[-1]: each["policy"] for each in stack.of("aws_vpc_endpoint").values()}
    assert found["ecr.api"] == found["ecr.dkr"] == "${data.aws_iam_policy_document.endpoints_registry_policy.json}"
    assert found["logs"] == "${data.aws_iam_policy_document.endpoints_policy.json}"


def test_prefixes_expire_by_rules_whose_ids_stay() -> None:
    lifecycle = full().of("aws_s3_bucket_lifecycle_configuration")["buckets_cloud_lifecycle"]
    leftovers, *prefixes = lifecycle["rule"]
    assert leftovers["id"] == "leftovers"
    assert [(each["id"], each["filter"][0]["prefix"], each["expiration"][0]["days"]) for each in prefixes] == [
        ("expire logs/", "logs/", 30),
        ("expire tmp/", "tmp/", 7),
    ]


def test_a_file_system_is_mounted_by_address_through_the_clouds_group() -> None:
    stack = example("anyscale")
    assert not stack.of("aws_efs_access_point")
    targets = stack.of("aws_efs_mount_target").values()
    assert len(targets) == 3
    assert {group for each in targets for group in each["security_groups"]} == {
        "${aws_security_group.security_groups_cloud.id}"
    }
    roles, network = stack.statements("efs_policy_document")
    assert roles["principals"] == [{"type": "AWS", "identifiers": ROLES}]
    assert network["condition"][0]["variable"] == "elasticfilesystem:AccessedViaMountTarget"
    assert roles["actions"] == network["actions"]
    assert len(roles["actions"]) == 3


def test_require_iam_lets_in_the_two_roles_only_and_tls_only() -> None:
    roles, deny = full().statements("efs_policy_document")
    assert roles["principals"] == [{"type": "AWS", "identifiers": ROLES}]
    assert (deny["effect"], deny["condition"][0]["variable"]) == ("Deny", "aws:SecureTransport")


def test_memorydb_has_no_user_and_a_group_of_its_own() -> None:
    stack = example("anyscale")
    cluster = stack.only("aws_memorydb_cluster")
    assert (cluster["acl_name"], cluster["tls_enabled"], cluster["num_replicas_per_shard"]) == ("open-access", True, 2)
    assert cluster["security_group_ids"] == ["${aws_security_group.security_groups_memorydb.id}"]
    assert not any(stack.of(kind) for kind in ("aws_memorydb_user", "aws_memorydb_acl", "aws_secretsmanager_secret"))


def test_memorydb_may_stand_in_the_clouds_group() -> None:
    stack = full()
    groups = stack.only("aws_memorydb_cluster")["security_group_ids"]
    assert groups == ["${aws_security_group.security_groups_cloud.id}"]
    assert set(stack.of("aws_security_group")) == {"security_groups_cloud"}


def test_memorydb_stands_in_zones_that_offer_it() -> None:
    stack = example("anyscale")
    zones = stack.data("aws_availability_zones")["memorydb_zones"]
    assert {each["name"]: each["values"] for each in zones["filter"]} == {
        "zone-name": ["us-west-2a", "us-west-2b", "us-west-2c"],
        "zone-id": ["usw2-az1", "usw2-az2", "usw2-az3"],
    }
    (enough,) = zones["lifecycle"]["postcondition"]
    assert enough["condition"] == "${length(self.names) >= 2}"
    assert enough["error_message"].startswith(
        "network.zones: of us-west-2a, us-west-2b, us-west-2c MemoryDB is offered"
    )
    chosen = stack.only("aws_memorydb_subnet_group")["subnet_ids"]
    assert "aws_subnet.network_private_us_west_2c.id} : id if contains(data.aws_availability_zones" in chosen


def test_what_is_adopted_keeps_name_and_key() -> None:
    stack = full()
    roles = stack.of("aws_iam_role")
    assert (roles["control_plane"]["name"], roles["cluster_node"]["name"]) == ("their-control", "their-nodes")
    assert stack.only("aws_iam_instance_profile")["name"] == "their-nodes"
    group = stack.of("aws_security_group")["security_groups_cloud"]
    assert (group["name"], group["description"]) == ("their-group", "Their group")
    files, cluster = stack.only("aws_efs_file_system"), stack.only("aws_memorydb_cluster")
    assert (files["creation_token"], "kms_key_id" in files) == ("their-token", False)
    assert (cluster["name"], "kms_key_arn" in cluster) == ("their-memorydb", False)
    assert cluster["lifecycle"] == {"ignore_changes": ["kms_key_arn", "auto_minor_version_upgrade", "data_tiering"]}
    assert stack.only("aws_memorydb_subnet_group")["name"] == "their-subnets"
    waived = {each["check"] for each in cluster["//"]["rayform"]["waivers"]}
    assert waived == {"CKV_AWS_201", "CKV2_RAYFORM_9"}


@pytest.mark.parametrize(
    ("name", "tier", "given"), [("anyscale", "private", False), ("anyscale-public", "public", True)]
)
def test_subnets_give_addresses_for_direct_networking_only(name: str, tier: str, given: bool) -> None:
    stack = example(name)
    addresses = {each["map_public_ip_on_launch"] for each in stack.of("aws_subnet").values()}
    assert addresses == {given}
    (zone, subnet), *_ = stack.document["output"]["node_subnet_ids"]["value"].items()
    assert subnet == f"${{aws_subnet.network_{tier}_{zone.replace('-', '_')}.id}}"


def test_the_cloud_is_reached_on_443_by_those_who_are_named() -> None:
    rules = example("anyscale").of("aws_vpc_security_group_ingress_rule").values()
    cloud_group = "${aws_security_group.security_groups_cloud.id}"
    into = [each for each in rules if each["security_group_id"] == cloud_group]
    assert [(each["from_port"], each["to_port"]) for each in into if "cidr_ipv4" in each] == [(443, 443)]
    assert [each["referenced_security_group_id"] for each in into if "cidr_ipv4" not in each] == [cloud_group]


def test_the_s3_endpoint_lets_nodes_read_elsewhere_and_write_to_own_buckets() -> None:
    for stack, bucket in ((bare(), "*"), (full(), "data")):
        named, own, _ = stack.statements("s3_endpoint_policy")
        assert {"s3:GetObject", "s3:ListBucket"} <= set(named["actions"])
        assert not {"s3:PutObject", "s3:DeleteObject"} & set(named["actions"])
        assert named["resources"] == [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
        assert own["condition"][0]["variable"] == "aws:ResourceAccount"


def test_the_key_promises_nothing_about_volumes() -> None:
    stack = example("anyscale")
    assert stack.only("aws_kms_key")["description"] == "Encrypts stored data and logs of ray-anyscale"
    assert sids(stack, "kms_policy") == ["Account", "CloudWatchLogs", "EncryptedTopics"]


@pytest.mark.parametrize("protect", [True, False])
def test_protection_keeps_what_holds_data(protect: bool) -> None:
    stack = example("anyscale") if protect else full()
    for kind in ("aws_s3_bucket", "aws_efs_file_system", "aws_memorydb_cluster", "aws_kms_key"):
        for resource in stack.of(kind).values():
            assert resource.get("lifecycle", {}).get("prevent_destroy", False) is protect


def test_a_cloud_needs_neither_file_system_nor_memorydb() -> None:
    stack = bare()
    assert not any(stack.of(kind) for kind in ("aws_efs_file_system", "aws_memorydb_cluster"))
    assert stack.document["output"].keys().isdisjoint({"efs_id", "memorydb_name"})
    (waiver,) = stack.of("aws_security_group")["security_groups_cloud"]["//"]["rayform"]["waivers"]
    assert waiver == {"check": "CKV2_AWS_5", "reason": "Nodes that Anyscale launches are in it."}
