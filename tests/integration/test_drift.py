"""Thirteen changes behind Terraform's back on a real apply: each is found, by its address and attribute."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pytest

from tests.integration.workspace import REGION, Workspace

pytestmark = pytest.mark.integration

NAME = "drifting"
ENVIRONMENT = """\
flavour: static-ec2
target: local
region: us-west-2
owner: ml-platform
protect: false
access: {client_cidrs: [10.0.0.0/8]}
ray: {head_storage: memorydb}
workers:
  cpu: {count: 1}
buckets:
  models: {expire_days: 30}
efs: {}
memorydb: {}
"""
JUDGE = """
import json, sys
from datetime import datetime, timezone
from config.load import load_environment
from scripts.audit.round import audit_round
from scripts.audit.engine import DRIFT
audited = audit_round(load_environment(sys.argv[1]), now=datetime.now(timezone.utc))
fields = "address attribute intended deployed construct_path setting line detail".split()
print(json.dumps([
    {"outcome": result.outcome.value, **{field: getattr(result, field) for field in fields}}
    for result in audited.results if result.check.service == DRIFT
]))
"""
ALLOW = {"Effect": "Allow", "Action": "*", "Resource": "*"}
EVERYTHING = json.dumps({"Version": "2012-10-17", "Statement": [ALLOW]})
EVERYBODY = json.dumps({"Version": "2012-10-17", "Statement": [{**ALLOW, "Principal": {"AWS": "*"}}]})


class Hand:
    """A careless hand in an applied environment."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.client = workspace.client

    @cached_property
    def state(self) -> dict[str, Any]:
        """Attributes of what Terraform manages, by address."""
        file = self.workspace.directory / f".local-aws/terraform/{NAME}.tfstate"
        resources = json.loads(file.read_text(encoding="utf-8"))["resources"]
        managed = (each for each in resources if each["mode"] == "managed")
        return {f"{each['type']}.{each['name']}": each["instances"][0]["attributes"] for each in managed}

    def id(self, address: str) -> str:
        return str(self.state[address]["id"])

    def add_rule(self) -> None:
        opened = {"IpProtocol": "tcp", "FromPort": 8265, "ToPort": 8265, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
        self.client("ec2").authorize_security_group_ingress(GroupId=self.id(GROUP), IpPermissions=[opened])

    def make_tokens_optional(self) -> None:
        self.client("ec2").modify_instance_metadata_options(InstanceId=self.id(HEAD), HttpTokens="optional")

    def retag(self) -> None:
        self.client("ec2").create_tags(Resources=[self.id(HEAD)], Tags=[{"Key": "Owner", "Value": "nobody"}])

    def unblock(self) -> None:
        self.client("s3").delete_public_access_block(Bucket=self.id(BUCKET))

    def suspend_versioning(self) -> None:
        self.client("s3").put_bucket_versioning(Bucket=self.id(BUCKET), VersioningConfiguration={"Status": "Suspended"})

    def widen_bucket_policy(self) -> None:
        self.client("s3").put_bucket_policy(Bucket=self.id(BUCKET), Policy=EVERYBODY)

    def stop_rotation(self) -> None:
        self.client("kms").disable_key_rotation(KeyId=self.id(KEY))

    def drop_flow_log(self) -> None:
        self.client("ec2").delete_flow_logs(FlowLogIds=[self.id(FLOW_LOG)])

    def add_inline_policy(self) -> None:
        self.client("iam").put_role_policy(RoleName=self.id(WORKER), PolicyName="x", PolicyDocument=EVERYTHING)

    def attach_administrator(self) -> None:
        policy = "arn:aws:iam::aws:policy/AdministratorAccess"
        self.client("iam").attach_role_policy(RoleName=self.id(WORKER), PolicyArn=policy)

    def route_to_internet(self) -> None:
        self.client("ec2").create_route(
            RouteTableId=self.id(PRIVATE), DestinationCidrBlock="8.8.8.0/24", GatewayId=self.id(GATEWAY)
        )

    def set_parameter(self) -> None:
        self.client("memorydb").update_parameter_group(
            ParameterGroupName=self.id(PARAMETERS),
            ParameterNameValues=[{"ParameterName": "maxmemory-policy", "ParameterValue": "volatile-lru"}],
        )

    def open_file_system(self) -> None:
        self.client("efs").put_file_system_policy(FileSystemId=self.id(FILES), Policy=EVERYBODY)


GROUP, HEAD = "aws_security_group.security_groups_head", "aws_instance.ray_head"
BUCKET, KEY = "aws_s3_bucket.buckets_models", "aws_kms_key.kms"
FLOW_LOG, FILES = "aws_flow_log.flow_logs", "aws_efs_file_system.efs_file_system"
WORKER, PARAMETERS = "aws_iam_role.roles_worker", "aws_memorydb_parameter_group.memorydb_parameter_group"
PRIVATE = f"aws_route_table.network_private_{REGION.replace('-', '_')}a_route_table"
GATEWAY = "aws_internet_gateway.network_internet_gateway"


@dataclass(frozen=True)
class Found:
    """Where a change must be found."""

    make: Callable[[Hand], None]
    address: str
    attribute: str
    deployed: str
    setting: str


CHANGES = (
    Found(Hand.add_rule, GROUP, "ingress", "tcp 8265, 0.0.0.0/0", "access"),
    Found(Hand.make_tokens_optional, HEAD, "metadata_options.http_tokens", "optional", "head"),
    Found(Hand.retag, HEAD, "tags.Owner", "nobody", "owner"),
    Found(Hand.unblock, "aws_s3_bucket_public_access_block.buckets_models_public_access_block", "", "missing",
          "buckets.models"),
    Found(Hand.suspend_versioning, "aws_s3_bucket_versioning.buckets_models_versioning",
          "versioning_configuration.status", "Suspended", "buckets.models"),
    Found(Hand.widen_bucket_policy, "aws_s3_bucket_policy.buckets_models_policy", "policy",
          "Allow * on * for AWS *", "buckets.models"),
    Found(Hand.stop_rotation, KEY, "enable_key_rotation", "false", "kms.rotation_days"),
    Found(Hand.drop_flow_log, FLOW_LOG, "", "missing", "network.flow_logs"),
    Found(Hand.add_inline_policy, WORKER, "inline_policy", "x: Allow * on *", "iam"),
    Found(Hand.attach_administrator, WORKER, "managed_policy_arns", "arn:aws:iam::aws:policy/AdministratorAccess",
          "iam.worker_managed_policy_arns"),
    Found(Hand.route_to_internet, PRIVATE, "route", "8.8.8.0/24 to igw-", "network.private_subnets"),
    Found(Hand.set_parameter, PARAMETERS, "parameter.maxmemory-policy", "volatile-lru", "memorydb.maxmemory_policy"),
    Found(Hand.open_file_system, "aws_efs_file_system_policy.efs_policy", "policy", "Allow * on * for AWS *", "efs"),
)  # fmt: skip


def judged(workspace: Workspace) -> list[dict[str, Any]]:
    """What the comparison says."""
    results: list[dict[str, Any]] = json.loads(workspace.python("-c", JUDGE, NAME).succeeded().output)
    return results


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A small environment that has what the changes change."""
    workspace = Workspace(tmp_path_factory.mktemp("drift"))
    workspace.environments.mkdir()
    (workspace.environments / f"{NAME}.yaml").write_text(ENVIRONMENT, encoding="utf-8")
    workspace.local_aws("up").succeeded()
    workspace.terraform("plan", NAME).succeeded()
    workspace.terraform("apply", NAME).succeeded()
    yield workspace
    workspace.local_aws("reset")


@pytest.fixture(scope="module")
def fresh(applied: Workspace) -> list[dict[str, Any]]:
    """What is said right after the apply."""
    return judged(applied)


@pytest.fixture(scope="module")
def changed(applied: Workspace, fresh: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is said after all changes."""
    assert fresh
    hand = Hand(applied)
    for change in CHANGES:
        change.make(hand)
    return [result for result in judged(applied) if result["outcome"] != "PASS"]


def test_a_fresh_apply_has_no_finding(applied: Workspace, fresh: list[dict[str, Any]]) -> None:
    assert [result for result in fresh if result["outcome"] != "PASS"] == []
    managed = {address for address in Hand(applied).state if address.startswith("aws_")}
    assert {result["address"] for result in fresh} == managed


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.make.__name__)
def test_a_change_is_found(changed: list[dict[str, Any]], change: Found) -> None:
    (found,) = [
        result for result in changed if (result["address"], result["attribute"]) == (change.address, change.attribute)
    ]
    assert found["outcome"] == "FAIL"
    assert found["deployed"].startswith(change.deployed)
    assert found["intended"] != found["deployed"]
    assert found["setting"] == change.setting
    assert found["construct_path"].startswith(f"{NAME}/")


def test_nothing_else_is_found(changed: list[dict[str, Any]]) -> None:
    assert len(changed) == len(CHANGES), changed


def test_drift_alone_ends_with_2(applied: Workspace, changed: list[dict[str, Any]]) -> None:
    assert changed
    result = applied.python("-m", "scripts.audit", "--env", NAME, "--only", "drift")
    assert result.code == 2, result.output
