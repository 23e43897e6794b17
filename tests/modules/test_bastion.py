from __future__ import annotations

from typing import Any

import pytest

from tests.synthesis import Synthesized, environment, synth

INGRESS, EGRESS = "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"
SSH = {"bastion": "ssh", "ssh_cidrs": ["203.0.113.0/24"], "key_pair_name": "ml"}
SSM = {"bastion": "ssm"}


def cluster(access: dict[str, Any], **settings: Any) -> Synthesized:
    return synth(environment(access=access, **settings))


def ports_of(stack: Synthesized, direction: str, group: str) -> list[tuple[str, int]]:
    """Peers by the last word of their name, or ranges, with the first port."""
    mine = f"${{aws_security_group.security_groups_{group}.id}}"
    return sorted(
        (
            rule.get("cidr_ipv4")
            or rule["referenced_security_group_id"]
            .removesuffix(".id}")
            .removeprefix("${aws_security_group.security_groups_"),
            rule["from_port"],
        )
        for rule in stack.of(direction).values()
        if rule["security_group_id"] == mine
    )


def test_there_is_none_unless_asked_for() -> None:
    stack = synth(environment())
    assert "bastion" not in stack.of("aws_instance")
    assert not any("bastion" in address for address in stack.addresses)
    assert "bastion" not in stack.document["output"]


def test_it_is_hardened_and_pinned() -> None:
    bastion = cluster(SSM).of("aws_instance")["bastion"]
    assert bastion["metadata_options"]["http_tokens"] == "required"
    assert (bastion["root_block_device"]["encrypted"], bastion["instance_type"]) == (True, "t4g.nano")
    assert bastion["root_block_device"]["kms_key_id"] == "${aws_kms_key.kms.arn}"
    assert bastion["ami"] == "${terraform_data.bastion_image_pin.output.image_id}"
    assert "user_data_base64" not in bastion


def test_with_ssm_it_is_private_and_nothing_comes_in() -> None:
    stack = cluster(SSM)
    bastion = stack.of("aws_instance")["bastion"]
    assert bastion["associate_public_ip_address"] is False
    assert bastion["subnet_id"] == "${aws_subnet.network_private_us_west_2a.id}"
    assert ports_of(stack, INGRESS, "bastion") == []


def test_with_ssh_it_is_public_and_stands_before_the_nodes() -> None:
    stack = cluster(SSH)
    bastion = stack.of("aws_instance")["bastion"]
    assert bastion["associate_public_ip_address"] is True
    assert bastion["subnet_id"] == "${aws_subnet.network_public_us_west_2a.id}"
    assert bastion["key_name"] == "${data.aws_key_pair.key_pair.key_name}"
    assert ports_of(stack, INGRESS, "bastion") == [("203.0.113.0/24", 22)]
    for tier in ("head", "worker"):
        assert [peer for peer, port in ports_of(stack, INGRESS, tier) if port == 22] == ["bastion"]


def test_it_reaches_nodes_by_ssh_ray_as_a_client_and_aws() -> None:
    out = [("0.0.0.0/0", 443), ("head", 22), ("head", 8265), ("head", 10001), ("worker", 22)]
    assert ports_of(cluster(SSM), EGRESS, "bastion") == out
    without_token = cluster({**SSM, "allow_unauthenticated": True})
    assert ports_of(without_token, EGRESS, "bastion") == [("0.0.0.0/0", 443), ("head", 22), ("worker", 22)]


def test_it_reaches_aws_by_the_endpoints_where_there_are_some() -> None:
    stack = cluster(SSM, network={"endpoints": ["ssm", "ssmmessages", "ec2messages"]})
    assert ("endpoints", 443) in ports_of(stack, EGRESS, "bastion")
    assert ("bastion", 443) in ports_of(stack, INGRESS, "endpoints")


def test_ssh_from_outside_reaches_the_nodes_beside_a_bastion_for_ssm() -> None:
    stack = cluster({**SSM, "ssh_cidrs": ["10.9.0.0/16"]})
    assert [peer for peer, port in ports_of(stack, INGRESS, "head") if port == 22] == ["10.9.0.0/16", "bastion"]


def test_its_role_holds_sessions_and_no_more() -> None:
    stack = cluster(SSM)
    documents = [name for name in stack.data("aws_iam_policy_document") if name.startswith("bastion_role")]
    assert sorted(documents) == ["bastion_role_document_session", "bastion_role_trust"]
    (statement,) = stack.statements("bastion_role_document_session")
    assert {action.split(":")[0] for action in statement["actions"]} == {"ssm", "ssmmessages", "ec2messages"}
    assert "bastion" in stack.document["output"]["role_arns"]["value"]


@pytest.mark.parametrize("flavour", ["static-ec2", "autoscaling-ec2"])
def test_both_flavours_have_it(flavour: str) -> None:
    stack = synth(environment(flavour=flavour, access=SSM, workers={"cpu": {"instance_type": "m7i.large"}}))
    assert stack.document["output"]["bastion"]["value"]["instance_id"] == "${aws_instance.bastion.id}"


def test_a_key_pair_that_is_there_is_looked_up_and_used_by_the_nodes() -> None:
    stack = cluster(SSH)
    assert stack.data("aws_key_pair")["key_pair"]["key_name"] == "ml"
    assert stack.of("aws_instance")["ray_head"]["key_name"] == "${data.aws_key_pair.key_pair.key_name}"
