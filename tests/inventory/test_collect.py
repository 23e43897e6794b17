"""The collectors against moto: what is there is read, what is gone is missing, what fails says so."""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest
from boto3.session import Session as BotoSession
from botocore.config import Config
from moto import mock_aws

from scripts.audit.checks import CHECKS
from scripts.audit.engine import judge
from scripts.dump.document import dump_document
from scripts.dump.text import render_text
from scripts.inventory import Inventory
from scripts.inventory.inventory import collect
from scripts.inventory.reader import Coverage, Reader
from scripts.inventory.reading import Read, Unreadable, readable
from scripts.inventory.scope import scope_of
from scripts.inventory.session import Session
from scripts.inventory.user_data import user_data_of
from tests.audit.environments import load
from tests.inventory.world import BOOT_SCRIPT, SECRET_VALUE, World

SMALL = load("small")


class ReversedReader(Reader):
    """AWS promises no order: this one gives every list the other way round."""

    def _call(self, read: Read, arguments: Mapping[str, Any]) -> Any:
        answer = super()._call(read, arguments)
        return answer[::-1] if isinstance(answer, list) else answer


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        patch.delenv("AWS_ENDPOINT_URL", raising=False)
        patch.delenv("AWS_PROFILE", raising=False)
        yield World(SMALL)


def read(world: World, kind: type[Reader] = Reader) -> Inventory:
    session = Session(BotoSession(region_name=SMALL.region), None, Config(parameter_validation=False))
    with kind(session) as reader:
        return collect(reader, scope_of(SMALL, world.state))


@pytest.fixture(scope="module")
def inventory(world: World) -> Inventory:
    return read(world)


def group_id_of(inventory: Inventory, name: str) -> str:
    return next(group.group_id for group in readable(inventory.security_groups.groups) if group.name == name)


def test_network(inventory: Inventory) -> None:
    assert [vpc.cidrs for vpc in readable(inventory.network.vpcs)] == [("10.0.0.0/16",)]
    assert [subnet.cidr for subnet in readable(inventory.network.subnets)] == ["10.0.0.0/22", "10.0.4.0/22"]
    routes = {route.destination for table in readable(inventory.network.route_tables) for route in table.routes}
    assert {"0.0.0.0/0", "10.0.0.0/16"} <= routes
    assert [endpoint.service for endpoint in readable(inventory.vpc_endpoints)] == ["s3"]


def test_security_groups(inventory: Inventory) -> None:
    assert [group.name for group in readable(inventory.security_groups.groups)] == [
        "added",
        "default",
        "ray-small-head",
    ]
    rules = [rule for rule in readable(inventory.security_groups.rules) if not rule.egress]
    assert [(rule.ports, rule.peer, rule.description) for rule in rules] == [
        ("tcp 6379", "10.0.0.0/8", "port 6379"),
        ("tcp 8265", "10.0.0.0/8", "port 8265"),
    ]


def test_rules_of_a_group_that_terraform_does_not_know_are_read(inventory: Inventory) -> None:
    added = group_id_of(inventory, "added")
    rules = [rule for rule in readable(inventory.security_groups.rules) if rule.group_id == added]
    assert [(rule.egress, rule.ports, rule.peer) for rule in rules] == [(True, "all traffic", "0.0.0.0/0")]


def test_a_policy_added_behind_terraforms_back_is_read(inventory: Inventory) -> None:
    (role,) = (readable(role) for role in inventory.iam.roles)
    policies = readable(role.inline_policies)
    assert [policy.name for policy in policies] == ["added", "known"]
    actions = [
        readable(policy.document)["Statement"][0]["Action"] for policy in (*policies, *readable(role.attached_policies))
    ]
    assert actions == [["s3:GetObject", "s3:PutObject"]] * 3


def test_buckets(inventory: Inventory) -> None:
    (bucket,) = inventory.buckets  # the logs bucket is declared, and is not there
    assert [unreadable for unreadable in inventory.coverage.unreadable if unreadable.read.startswith("s3:")] == []
    assert bucket.name == SMALL.bucket_name("models")
    assert bucket.versioning == "Enabled"
    assert (bucket.policy, bucket.logging, bucket.cors, bucket.lifecycle) == (None, None, (), ())
    assert bucket.tags == {"a": "1", "b": "2"}


def test_file_system(inventory: Inventory) -> None:
    (fs,) = (readable(fs) for fs in inventory.file_systems)
    assert (fs.name, fs.encrypted, fs.policy, fs.backup) == ("ray-small-efs", True, None, "DISABLED")
    (target,) = readable(fs.mount_targets)
    assert target.group_ids == (group_id_of(inventory, "ray-small-head"),)


def test_key_and_secret(inventory: Inventory) -> None:
    (key,) = inventory.keys
    assert (key.state, key.aliases) == ("Enabled", ("alias/ray-small",))
    assert readable(key.rotation).enabled
    (secret,) = (readable(secret) for secret in inventory.secrets)
    assert (secret.name, secret.deleted) == ("ray-small-ray-token", False)


def test_groups_of_an_interface_are_groups_of_the_instance(inventory: Inventory) -> None:
    (node,) = readable(inventory.nodes.instances)
    assert node.name == "ray-small-head-node"
    assert node.group_ids == (group_id_of(inventory, "ray-small-head"),)
    assert [volume.instance_id for volume in readable(inventory.nodes.volumes)] == [node.instance_id]
    assert list(inventory.nodes.termination_protection) == [node.instance_id]
    assert [image.image_id for image in readable(inventory.images)] == [node.image_id]


def test_user_data_is_read_and_not_shown(inventory: Inventory) -> None:
    (node,) = readable(inventory.nodes.instances)
    user_data = readable(inventory.nodes.user_data[node.instance_id])
    assert user_data.text == BOOT_SCRIPT
    assert SECRET_VALUE not in repr(user_data)


@pytest.mark.parametrize("text", ["", "#!/bin/bash\necho ä\n"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_user_data_is_unpacked(text: str, pack: Callable[[bytes], bytes]) -> None:
    value = b64encode(pack(text.encode())).decode()
    assert user_data_of({"UserData": {"Value": value}}).text == text


def test_an_instance_may_have_no_user_data() -> None:
    assert user_data_of({"UserData": {}}).text == ""


@pytest.mark.parametrize("content", [b"\x1f\x8b broken", gzip.compress(b"cut off" * 99, mtime=0)[:-20], b"\xff\xfe"])
def test_user_data_that_is_no_text_is_unreadable(content: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - what makes a Reader say that it was not read
        user_data_of({"UserData": {"Value": b64encode(content).decode()}})


def test_order_does_not_depend_on_the_answers(world: World, inventory: Inventory) -> None:
    backwards = read(world, ReversedReader)
    same = Coverage(0, ())
    assert replace(backwards, coverage=same) == replace(inventory, coverage=same)


def test_no_secret_leaves_the_inventory(inventory: Inventory) -> None:
    document = dump_document(inventory, SMALL, generated=datetime(2026, 1, 1, tzinfo=timezone.utc))
    results = judge(inventory, SMALL, CHECKS)
    for output in (repr(inventory), render_text(document), json.dumps(document), repr(results)):
        assert "ray-small-ray-token" in output
        assert SECRET_VALUE not in output


@pytest.mark.parametrize("code", ["AccessDenied", "ThrottlingException"])
def test_with_every_read_refused_nothing_passes_and_nothing_breaks(
    world: World, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Reader, "_run", lambda _self, read, about, _arguments: Unreadable(read.name, code, about))
    inventory = read(world)
    results = judge(inventory, SMALL, CHECKS)
    assert [(r.check.id, r.resource, r.detail) for r in results if r.outcome.value == "PASS"] == []
    assert not [result for result in results if "the check itself failed" in result.detail]
    assert len(inventory.coverage.unreadable) == inventory.coverage.made
    assert "UNREADABLE: ec2:DescribeSubnets" in render_text(
        dump_document(inventory, SMALL, generated=datetime(2026, 1, 1, tzinfo=timezone.utc))
    )
