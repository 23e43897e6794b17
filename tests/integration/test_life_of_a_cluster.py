"""Apply, re-plan, audit, tamper, restart, destroy: real Terraform and provider, in the order of this file."""

from __future__ import annotations

import base64
import gzip
import json
import os
import re
import signal
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from tests.audit.tampering import TAMPERINGS
from tests.integration.conftest import NAMES, ON_KUBERNETES, apply
from tests.integration.workspace import Finished, Workspace
from tests.inventory.test_faults import NOT_IN_THE_WORLD

pytestmark = pytest.mark.integration


AT_ONCE = 3
"""How many environments are looked at together: what only reads need not wait."""


@pytest.fixture(scope="module")
def second_plans(deployed: Workspace) -> Iterator[dict[str, Future[list[str]]]]:
    """What a second plan of each environment changes."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {name: pool.submit(deployed.changes, name) for name in NAMES}


@pytest.fixture(scope="module")
def audits(deployed: Workspace) -> Iterator[dict[str, Future[Finished]]]:
    """The audit of each environment."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {name: pool.submit(deployed.audit, name) for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_second_plan_changes_nothing(second_plans: dict[str, Future[list[str]]], name: str) -> None:
    assert second_plans[name].result() == []


@pytest.mark.parametrize("name", NAMES)
def test_audit_is_clean(audits: dict[str, Future[Finished]], name: str) -> None:
    result = audits[name].result()
    assert result.code == 0, result.output
    assert "0 failed, 0 unknown" in result.output


@pytest.mark.parametrize("name", ON_KUBERNETES)
def test_a_second_deploy_changes_nothing(deployed: Workspace, name: str) -> None:
    result = deployed.kubernetes("deploy", name).succeeded()
    assert result.output == f"{name} is deployed already: nothing is changed\n"


def test_a_cloud_in_an_existing_vpc_can_be_registered(deployed: Workspace) -> None:
    file = deployed.directory / "cloud.yaml"
    wanted = ["--env", "anyscale-existing", "--target", "local", "--file", str(file)]
    command = deployed.python("-m", "scripts.register", *wanted).succeeded().output
    for argument in (
        r"--vpc-id vpc-0b1b2c3d4e5f60718",
        r"--subnet-ids subnet-0b1b2c3d4e5f60a01,subnet-0b1b2c3d4e5f60a02",
        r"--cloud-storage-bucket-name (s3://)?data-platform-anyscale",
        r"--file-storage-id fs-[0-9a-f]+",
        r"--anyscale-iam-role-id arn:aws:iam::\d{12}:role/research-anyscale-existing-control-plane",
        r"--instance-iam-role-id arn:aws:iam::\d{12}:role/research-anyscale-existing-cluster-node",
        r"--security-group-ids sg-[0-9a-f]+",
        r"--memorydb-cluster-id research-anyscale-existing-gcs",
    ):
        assert re.search(rf"{argument}( |$)", command, re.MULTILINE), (argument, command)
    assert "rediss://" in file.read_text(encoding="utf-8")


def test_reads_that_only_an_applied_environment_makes_fail_in_the_open(deployed: Workspace) -> None:
    result = deployed.python("-m", "tests.inventory.every_fault", "production", *sorted(NOT_IN_THE_WORLD))
    assert result.code == 0, result.output


def failures(workspace: Workspace, name: str) -> set[str]:
    """Checks that fail, with the exit code that says so."""
    result = workspace.audit(name)
    assert result.code == 1, result.output
    return {each["check"] for each in workspace.audit_results(name)["results"] if each["outcome"] == "FAIL"}


def test_audit_sees_a_rule_added_behind_its_back(deployed: Workspace) -> None:
    ec2, group = deployed.client("ec2"), deployed.outputs("demo")["security_group_ids"]["head"]
    opened: dict[str, Any] = {
        "GroupId": group,
        "IpPermissions": [
            {"IpProtocol": "tcp", "FromPort": 8265, "ToPort": 8265, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
        ],
    }
    ec2.authorize_security_group_ingress(**opened)
    found = failures(deployed, "demo")
    ec2.revoke_security_group_ingress(**opened)
    assert any(check.startswith("security_groups.") for check in found)


def test_audit_sees_a_bucket_setting_changed(deployed: Workspace) -> None:
    s3, bucket = deployed.client("s3"), deployed.outputs("demo")["bucket_names"]["models"]
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    found = failures(deployed, "demo")
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    assert any(check.startswith("s3.") for check in found)


def test_audit_sees_a_tag_changed(deployed: Workspace) -> None:
    ec2, head = deployed.client("ec2"), deployed.outputs("demo")["head"]["instance_id"]
    ec2.create_tags(Resources=[head], Tags=[{"Key": "Owner", "Value": "somebody else"}])
    found = failures(deployed, "demo")
    ec2.create_tags(Resources=[head], Tags=[{"Key": "Owner", "Value": "ml-platform"}])
    assert any("tag" in check for check in found)


def test_dumps_of_the_same_deployment_are_equal(deployed: Workspace) -> None:
    texts = []
    for _ in range(2):
        deployed.python("-m", "scripts.dump", "--env", "production", "--target", "local").succeeded()
        (file,) = deployed.newest_report("production").glob("ray_cluster_aws_config_dump_*.txt")
        texts.append(file.read_text(encoding="utf-8").splitlines()[3:])
    assert texts[0] == texts[1]
    assert any(re.search(r"vpc-[0-9a-f]+", line) for line in texts[0])


def test_secrets_are_in_no_report_and_the_token_not_in_the_state(deployed: Workspace) -> None:
    secrets = deployed.client("secretsmanager")
    token = secrets.get_secret_value(SecretId="ray-production-ray-token")["SecretString"]
    password = secrets.get_secret_value(SecretId="ray-production-memorydb-password")["SecretString"]
    assert len(token) == len(password) == 64
    deployed.audit("production")
    written = [path for path in (deployed.directory / "reports").rglob("*") if path.is_file()]
    assert len(written) > 2
    for path in written:
        text = path.read_text(encoding="utf-8")
        assert token not in text, path
        assert password not in text, path
    state = (deployed.directory / ".local-aws/terraform/production.tfstate").read_text(encoding="utf-8")
    assert token not in state


def test_other_workers_change_what_the_autoscaler_reads_and_no_node(deployed: Workspace) -> None:
    file = deployed.environments / "autoscaling.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("max_workers: 8, spot", "max_workers: 9, spot"), encoding="utf-8")
    head = deployed.outputs("autoscaling")["head"]
    changed = ["aws_secretsmanager_secret_version.autoscaling_version", "output.autoscaling_config"]
    shown = deployed.terraform("plan", "autoscaling").succeeded().output
    assert deployed.planned("autoscaling") == changed
    assert "\n  cpu.max_workers: 8 → 9\n  cpu-on-demand.max_workers: 8 → 9\n\nSaved." in shown
    deployed.terraform("apply", "autoscaling").succeeded()
    assert deployed.outputs("autoscaling")["head"] == head
    read = deployed.client("secretsmanager").get_secret_value(SecretId="ray-autoscaling-autoscaling")["SecretString"]
    types = json.loads(gzip.decompress(base64.b64decode(read)))["available_node_types"]
    assert types["cpu"]["max_workers"] == types["cpu-on-demand"]["max_workers"] == 9


@pytest.mark.parametrize("name", ["autoscaling", "autoscaling-existing-vpc"])
def test_what_ray_makes_changes_no_plan(deployed: Workspace, name: str) -> None:
    """`make destroy` ends it, in the last test."""
    written = json.loads((deployed.directory / f".local-aws/terraform/{name}.tfstate").read_text(encoding="utf-8"))
    compressed = written["outputs"]["autoscaling_config"]["value"]
    known = json.loads(gzip.decompress(base64.b64decode(compressed)))
    settings = known["available_node_types"]["arm"]["node_config"]
    settings["SubnetId"] = settings.pop("SubnetIds")[0]
    tags = {"ray-cluster-name": known["cluster_name"], "ray-node-type": "worker", "ray-user-node-type": "arm"}
    settings["TagSpecifications"][0]["Tags"] += [{"Key": key, "Value": value} for key, value in tags.items()]
    deployed.client("ec2").run_instances(MinCount=1, MaxCount=2, **settings)
    assert deployed.changes(name) == []


def test_a_plan_says_which_zone_lacks_a_type(deployed: Workspace) -> None:
    file = deployed.environments / "nowhere.yaml"
    lines = ["flavour: autoscaling-ec2", "target: local", "region: us-west-2", "network: {zones: [us-west-2d]}"]
    file.write_text(
        "\n".join([*lines, "workers: {w: {instance_type: g5.xlarge, ami: dlami-gpu, root_volume_gib: 120}}"])
    )
    refused = deployed.terraform("plan", "nowhere")
    file.unlink()
    assert refused.code != 0
    assert "workers.w: g5.xlarge is not offered in us-west-2d" in " ".join(refused.errors.split())


def test_an_image_given_by_id_can_be_rehearsed(deployed: Workspace) -> None:
    file = deployed.environments / "own-image.yaml"
    head = "head: {instance_type: m8g.large, ami: ami-0a1b2c3d4e5f60718, architecture: arm64}"
    file.write_text(f"flavour: static-ec2\ntarget: local\nregion: us-west-2\n{head}\n")
    planned = deployed.terraform("plan", "own-image")
    file.unlink()
    assert "ami-0a1b2c3d4e5f60718" in planned.succeeded().output


def test_what_is_to_be_replaced_must_be_there(deployed: Workspace) -> None:
    refused = deployed.terraform("plan", "demo", "--replace", "aws_instance.ray_heda")
    assert refused.code == 2
    assert "demo has no such resource; did you mean aws_instance.ray_head" in refused.errors
    deployed.terraform("plan", "demo", "--replace=aws_instance.ray_head").succeeded()
    assert "aws_instance.ray_head" in deployed.planned("demo")


def test_stale_plan_is_refused(deployed: Workspace) -> None:
    file = deployed.environments / "demo.yaml"
    before = file.read_text(encoding="utf-8")
    deployed.terraform("plan", "demo").succeeded()
    file.write_text(before.replace("owner: ml-platform", "owner: other"), encoding="utf-8")
    refused = deployed.terraform("apply", "demo")
    file.write_text(before, encoding="utf-8")
    assert refused.code == 2
    assert refused.errors.startswith("error: ")
    assert "stale" in refused.errors
    assert "make plan ENV=demo" in refused.errors


def test_everything_is_there_after_a_crash(deployed: Workspace) -> None:
    os.kill(deployed.emulator["pid"], signal.SIGKILL)
    result = deployed.audit("demo")
    assert result.code == 0, result.output
    assert deployed.changes("demo") == []


def test_audit_sees_each_of_many_changes(deployed: Workspace) -> None:
    script = "from config.load import load_environment; from tests.audit.tampering import tamper"
    deployed.python("-c", f"{script}; tamper(load_environment('demo'))").succeeded()
    assert set(TAMPERINGS) <= failures(deployed, "demo")


def test_protected_environment_is_not_destroyed(deployed: Workspace) -> None:
    refused = deployed.terraform("destroy", "production")
    assert refused.code == 2
    assert "error: production is protected" in refused.errors


def test_what_is_still_protected_loses_no_node(deployed: Workspace) -> None:
    file = deployed.environments / "production.yaml"
    before = file.read_text(encoding="utf-8")
    file.write_text(before.replace("protect: true", "protect: false"), encoding="utf-8")
    refused = deployed.terraform("destroy", "production")
    file.write_text(before, encoding="utf-8")
    assert refused.code == 2
    assert "protect: false is not applied yet; run: make plan ENV=production TARGET=local && " in refused.errors
    instances = deployed.client("ec2").describe_instances(
        Filters=[{"Name": "instance-state-name", "Values": ["running"]}]
    )
    running = [one for each in instances["Reservations"] for one in each["Instances"]]
    assert deployed.outputs("production")["head"]["instance_id"] in [one["InstanceId"] for one in running]


def destroy(workspace: Workspace, name: str) -> None:
    """Take the protection off, as the error message says, undeploy from a cluster that stays, and destroy."""
    file = workspace.environments / f"{name}.yaml"
    text = file.read_text(encoding="utf-8")
    if "protect: true" in text:
        file.write_text(text.replace("protect: true", "protect: false"), encoding="utf-8")
        apply(workspace, name)
    if name == "eks-existing":
        workspace.kubernetes("undeploy", name).succeeded()
    workspace.terraform("destroy", name).succeeded()


def test_destroy_leaves_nothing(deployed: Workspace) -> None:
    with ThreadPoolExecutor(len(NAMES)) as pool:
        list(pool.map(lambda name: destroy(deployed, name), NAMES))
    for region in ("us-west-2", "us-east-1"):
        assert remaining(deployed, region) == []


NOT_OURS = {"vpc-0a1b2c3d4e5f60718", "vpc-0b1b2c3d4e5f60718"}
"""The VPCs of the environments `*existing*`, which somebody else made."""
NOT_OUR_CLUSTER = "shared"
"""Their Kubernetes cluster, which has nodes."""
NOT_OUR_NAMES = ("ml-platform", "data-platform-anyscale", f"{NOT_OUR_CLUSTER}-")
"""How the names begin of their key pair, their bucket, and the roles of their cluster."""
NOT_OUR_ROLE = "research"
"""Whom an environment lets into its cluster."""
EC2_LISTS = {
    "describe_vpcs": ("Vpcs", "VpcId"),
    "describe_subnets": ("Subnets", "SubnetId"),
    "describe_security_groups": ("SecurityGroups", "GroupId"),
    "describe_route_tables": ("RouteTables", "RouteTableId"),
    "describe_internet_gateways": ("InternetGateways", "InternetGatewayId"),
    "describe_nat_gateways": ("NatGateways", "NatGatewayId"),
    "describe_addresses": ("Addresses", "AllocationId"),
    "describe_network_interfaces": ("NetworkInterfaces", "NetworkInterfaceId"),
    "describe_vpc_endpoints": ("VpcEndpoints", "VpcEndpointId"),
    "describe_flow_logs": ("FlowLogs", "FlowLogId"),
    "describe_volumes": ("Volumes", "VolumeId"),
    "describe_key_pairs": ("KeyPairs", "KeyName"),
    "describe_placement_groups": ("PlacementGroups", "GroupName"),
    "describe_launch_templates": ("LaunchTemplates", "LaunchTemplateId"),
}
OTHER_LISTS = {
    ("s3", "list_buckets"): ("Buckets", "Name"),
    ("efs", "describe_file_systems"): ("FileSystems", "FileSystemId"),
    ("memorydb", "describe_clusters"): ("Clusters", "Name"),
    ("memorydb", "describe_users"): ("Users", "Name"),
    ("memorydb", "describe_subnet_groups"): ("SubnetGroups", "Name"),
    ("secretsmanager", "list_secrets"): ("SecretList", "Name"),
    ("logs", "describe_log_groups"): ("logGroups", "logGroupName"),
    ("route53", "list_hosted_zones"): ("HostedZones", "Name"),
    ("kms", "list_aliases"): ("Aliases", "AliasName"),
    ("iam", "list_roles"): ("Roles", "RoleName"),
    ("iam", "list_instance_profiles"): ("InstanceProfiles", "InstanceProfileName"),
    ("iam", "list_open_id_connect_providers"): ("OpenIDConnectProviderList", "Arn"),
    ("autoscaling", "describe_auto_scaling_groups"): ("AutoScalingGroups", "AutoScalingGroupName"),
    ("fsx", "describe_file_systems"): ("FileSystems", "FileSystemId"),
    ("ecr", "describe_repositories"): ("repositories", "repositoryName"),
    ("amp", "list_workspaces"): ("workspaces", "workspaceId"),
    ("amp", "list_scrapers"): ("scrapers", "scraperId"),
}


def remaining(workspace: Workspace, region: str) -> list[str]:
    """What is left in a region of the embedded AWS, but for what AWS provides and what is not ours."""
    ec2 = workspace.client("ec2", region)
    default_vpc = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
    found = [
        each[key]
        for operation, (list_, key) in EC2_LISTS.items()
        for each in getattr(ec2, operation)()[list_]
        if not _is_theirs(each, default_vpc) and each.get("State") != "deleted"
    ]
    for (service, operation), (list_, key) in OTHER_LISTS.items():
        listed = getattr(workspace.client(service, region), operation)()[list_]
        found += [each[key] for each in listed if not _is_theirs(each, default_vpc)]
    found += workspace.client("eks", region).list_clusters()["clusters"]
    instances = [each for each in ec2.describe_instances()["Reservations"] for each in each["Instances"]]
    found += [
        each["InstanceId"]
        for each in instances
        if each["State"]["Name"] != "terminated" and not _is_node_of_theirs(each)
    ]
    theirs = ("alias/aws/", "default", "AWSServiceRole", *NOT_OUR_NAMES)
    return [name for name in found if not name.startswith(theirs) and name not in (NOT_OUR_CLUSTER, NOT_OUR_ROLE)]


def _is_theirs(resource: dict[str, Any], default_vpc: str) -> bool:
    attached = [each["VpcId"] for each in resource.get("Attachments", []) if "VpcId" in each]
    roles = [each["RoleName"] for each in resource.get("Roles", [])]
    places = {resource.get("VpcId"), *attached, _tags(resource).get("Name"), *roles}
    return bool(places & {default_vpc, f"{NOT_OUR_CLUSTER}-node", *NOT_OURS}) or _is_node_of_theirs(resource)


def _is_node_of_theirs(resource: dict[str, Any]) -> bool:
    """Whether something belongs to the node group that their cluster has."""
    theirs = {"eks:cluster-name": NOT_OUR_CLUSTER, "eks:nodegroup-name": "system"}
    return theirs.items() <= _tags(resource).items()


def _tags(resource: dict[str, Any]) -> dict[str, str]:
    return {each["Key"]: each["Value"] for each in resource.get("Tags", [])}
