from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest

from tests.synthesis import environment, example, kube, synth


def network(**settings: Any) -> dict[str, Any]:
    return {"network": settings}


def test_vpc_has_dns() -> None:
    vpc = synth(environment()).only("aws_vpc")
    assert (vpc["cidr_block"], vpc["enable_dns_support"], vpc["enable_dns_hostnames"]) == ("10.0.0.0/16", True, True)


def test_default_security_group_has_no_rule() -> None:
    group = synth(environment()).only("aws_default_security_group")
    assert "ingress" not in group
    assert "egress" not in group


def test_no_subnet_hands_out_public_addresses() -> None:
    assert not any(each["map_public_ip_on_launch"] for each in example("production").of("aws_subnet").values())


def test_subnets_of_a_vpc_do_not_overlap() -> None:
    blocks = [ip_network(each["cidr_block"]) for each in example("production").of("aws_subnet").values()]
    assert len(blocks) == 6
    assert not any(a.overlaps(b) for a in blocks for b in blocks if a is not b)


@pytest.mark.parametrize(("nat", "gateways"), [("single", 1), ("per_zone", 3)])
def test_every_private_table_is_served_by_nat(nat: str, gateways: int) -> None:
    stack = synth(environment(**network(zones=3, nat=nat)))
    routes = [route for route in stack.of("aws_route").values() if "nat_gateway_id" in route]
    assert len(stack.of("aws_nat_gateway")) == gateways
    assert len({route["route_table_id"] for route in routes}) == 3
    assert len({route["nat_gateway_id"] for route in routes}) == gateways


def test_a_zone_uses_its_own_nat_gateway() -> None:
    routes = example("production").of("aws_route")
    for zone in "abc":
        route = routes[f"network_private_route_nat_us_west_2{zone}"]
        assert route["nat_gateway_id"] == f"${{aws_nat_gateway.network_nat_gateway_us_west_2{zone}.id}}"


def test_s3_endpoint_is_on_every_route_table() -> None:
    stack = example("production")
    endpoint = stack.of("aws_vpc_endpoint")["s3_endpoint"]
    assert set(endpoint["route_table_ids"]) == {
        f"${{aws_route_table.{name}.id}}" for name in stack.of("aws_route_table")
    }


def test_s3_endpoint_lets_own_buckets_and_published_ones_pass() -> None:
    own, published = example("production").statements("s3_endpoint_policy")
    assert own["condition"] == [{"test": "StringEquals", "variable": "aws:ResourceAccount", "values": ["123456789012"]}]
    assert published["actions"] == ["s3:GetObject"]
    assert all(resource != "*" for resource in published["resources"])


def test_s3_endpoint_lets_named_buckets_be_read() -> None:
    stack = synth(environment(**network(s3_endpoint_buckets=["anonymous-data"])))
    named = stack.statements("s3_endpoint_policy")[0]
    assert {"s3:GetObject", "s3:ListBucket", "s3:GetBucketLocation"} <= set(named["actions"])
    assert all(action.startswith(("s3:Get", "s3:List")) for action in named["actions"])
    assert named["resources"] == ["arn:aws:s3:::anonymous-data", "arn:aws:s3:::anonymous-data/*"]


def test_s3_endpoint_lets_nodes_write_where_that_is_asked_for() -> None:
    stack = synth(environment(**network(s3_endpoint_writable_buckets=["drop"])))
    writable = stack.statements("s3_endpoint_policy")[0]
    assert {"s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"} <= set(writable["actions"])
    assert writable["resources"] == ["arn:aws:s3:::drop", "arn:aws:s3:::drop/*"]


def test_s3_endpoint_lets_the_wheels_pass() -> None:
    settings = network(s3_endpoint_buckets=["anonymous-data", "wheels"])
    stack = synth(environment(**settings, ray={"wheel_source": "s3://wheels/ray"}))
    named = stack.statements("s3_endpoint_policy")[0]
    assert named["resources"] == [
        f"arn:aws:s3:::{resource}" for bucket in ("anonymous-data", "wheels") for resource in (bucket, f"{bucket}/*")
    ]


def test_nat_waits_for_the_internet_gateway() -> None:
    gateways = example("production").of("aws_nat_gateway").values()
    assert {each["depends_on"][0] for each in gateways} == {"aws_internet_gateway.network_internet_gateway"}


def test_interface_endpoints_are_private_and_for_own_principals() -> None:
    stack = example("production")
    endpoints = [each for each in stack.of("aws_vpc_endpoint").values() if each["vpc_endpoint_type"] == "Interface"]
    assert len(endpoints) == 11
    assert all(each["private_dns_enabled"] and len(each["subnet_ids"]) == 3 for each in endpoints)
    (statement,) = stack.statements("endpoints_policy")
    assert statement["condition"][0]["variable"] == "aws:PrincipalAccount"


def test_flow_logs_go_to_an_encrypted_group_with_retention() -> None:
    stack = synth(environment(**network(flow_logs={"retention_days": 30})))
    group = stack.of("aws_cloudwatch_log_group")["flow_logs_log_group"]
    assert group["retention_in_days"] == 30
    assert group["kms_key_id"] == "${aws_kms_key.kms.arn}"
    assert stack.only("aws_flow_log")["log_destination"] == "${aws_cloudwatch_log_group.flow_logs_log_group.arn}"


def test_existing_vpc_is_read_and_checked_not_made() -> None:
    stack = example("existing-vpc")
    assert not any(stack.of(kind) for kind in ("aws_vpc", "aws_subnet", "aws_route_table", "aws_flow_log"))
    (vpc,) = stack.data("aws_vpc").values()
    assert "enable_dns_hostnames" in vpc["lifecycle"]["postcondition"][0]["condition"]
    conditions = [each["lifecycle"]["postcondition"][0]["condition"] for each in stack.data("aws_subnet").values()]
    assert sorted(condition.split('"')[3] for condition in conditions) == ["us-west-2a", "us-west-2b"]


def test_public_subnets_only_need_no_nat() -> None:
    stack = example("lab")
    assert not stack.of("aws_nat_gateway")
    assert [each["cidr_block"] for each in stack.of("aws_subnet").values()] == ["10.0.1.0/24"]


def test_s3_endpoint_lets_images_pass_where_their_registry_has_its_bucket() -> None:
    for region, wanted in (("us-east-1", True), ("us-west-2", False)):
        readable = synth(kube(region=region)).statements("s3_endpoint_policy")[0]
        assert f"arn:aws:s3:::prod-registry-k8s-io-{region}/*" in readable["resources"]
        assert ("arn:aws:s3:::quayio-production-s3/*" in readable["resources"]) is wanted


def test_subnets_of_a_kubernetes_cluster_say_which_load_balancers_they_are_for() -> None:
    roles = {
        name: {key for key in subnet["tags"] if key.startswith("kubernetes.io/role/")}
        for name, subnet in example("eks").of("aws_subnet").items()
    }
    assert roles["network_public_us_west_2a"] == {"kubernetes.io/role/elb"}
    assert roles["network_private_us_west_2a"] == {"kubernetes.io/role/internal-elb"}
    others = example("production").of("aws_subnet").values()
    assert not any("kubernetes.io" in key for each in others for key in each["tags"])
