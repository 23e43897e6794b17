"""Terraform's real AWS provider against the emulator: every resource type that our modules use."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scripts.local_aws import client
from scripts.local_aws.identity import Folder
from scripts.terraform.initialize import drop_checksums
from scripts.terraform.run import GO
from tests.local_aws.conftest import aws_client, end, point_to

pytestmark = pytest.mark.integration

CONFIGURATION = Path(__file__).parent / "terraform"
REGION = "us-west-2"
NO_CHANGE = 0
SECONDS = 600


class Terraform:
    """The program in a folder of its own, led to the emulator."""

    def __init__(self, directory: Path, cli_config: Path) -> None:
        self.directory = directory
        self.cli_config = cli_config

    def __call__(self, *arguments: str, wanted: int = 0) -> str:
        environment = client.environment_for(client.ensure_running(), os.environ)
        done = subprocess.run(
            ["terraform", *arguments, "-no-color"],
            cwd=self.directory,
            env={**GO, **environment, "TF_CLI_CONFIG_FILE": str(self.cli_config), "TF_IN_AUTOMATION": "1"},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == wanted, done.stdout[-4000:] + done.stderr[-4000:]
        return done.stdout


@pytest.fixture(scope="module")
def terraform_cli_config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Providers from a mirror on disk when there is one, else from the registry."""
    path = tmp_path_factory.mktemp("terraform-cli") / "terraformrc"
    mirror = find_mirror()
    path.write_text(mirror_settings(mirror) if mirror else "")
    return path


def find_mirror() -> Path | None:
    places = [Path("/opt"), Path("/usr/share"), Path("/usr/local/share"), Path.home() / ".terraform.d"]
    named = os.environ.get("RAYFORM_PROVIDER_MIRROR")
    if named:
        return Path(named)
    for place in places:
        for found in [*place.glob("registry.terraform.io"), *place.glob("*/registry.terraform.io")]:
            return found.parent
    return None


def mirror_settings(mirror: Path) -> str:
    return f"""provider_installation {{
  filesystem_mirror {{ path = "{mirror}" }}
  direct {{ exclude = ["registry.terraform.io/*/*"] }}
}}
"""


@pytest.fixture(scope="module")
def terraform(tmp_path_factory: pytest.TempPathFactory, terraform_cli_config: Path) -> Iterator[Terraform]:
    assert shutil.which("terraform"), "terraform is not installed; run: make terraform"
    directory = tmp_path_factory.mktemp("terraform")
    shutil.copytree(CONFIGURATION, directory, dirs_exist_ok=True)
    with pytest.MonkeyPatch.context() as monkeypatch:
        folder = point_to(tmp_path_factory.mktemp("emulator") / "local-aws", monkeypatch)
        run = Terraform(directory, terraform_cli_config)
        run("init", "-input=false")
        drop_checksums(directory)
        yield run
        end(folder)


def test_apply_restart_update_destroy(terraform: Terraform) -> None:
    terraform("apply", "-auto-approve")
    assert_readable()

    assert client.stop()
    terraform("plan", "-detailed-exitcode", wanted=NO_CHANGE)  # from the state on disk

    updated = "-var=updated=true"
    terraform("apply", "-auto-approve", updated)
    terraform("plan", "-detailed-exitcode", updated, wanted=NO_CHANGE)

    assert client.prepare_destroy("fixture") == 4
    terraform("destroy", "-auto-approve", updated)
    assert leftovers() == {}
    assert_no_fault(Folder(client.LOCAL_AWS))


def aws(service: str) -> Any:
    return aws_client(client.ensure_running(), service, REGION)


def assert_readable() -> None:
    """What an inventory reads is there, in AWS's words."""
    reservations = aws("ec2").describe_instances()["Reservations"]
    instances = {
        next((tag["Value"] for tag in instance["Tags"] if tag["Key"] == "Name"), "burstable"): instance
        for reservation in reservations
        for instance in reservation["Instances"]
    }
    assert_kubernetes_readable(instances.pop("kubernetes"))
    head = instances["head"]
    assert head["MetadataOptions"]["HttpTokens"] == "required"
    assert head["MetadataOptions"]["InstanceMetadataTags"] == "enabled"
    assert head["Monitoring"] == {"State": "enabled"}
    assert head["EbsOptimized"]
    assert "PublicIpAddress" not in head
    for instance in instances.values():
        assert [group["GroupName"] for group in instance["SecurityGroups"]] == ["fixture-nodes"]
    assert instances["worker"]["Placement"]["GroupName"] == "fixture-spread"
    assert instances["gpu"]["InstanceLifecycle"] == "spot"
    assert_protected(head["InstanceId"])
    assert_stores_readable()


def assert_protected(instance_id: str) -> None:
    ec2 = aws("ec2")
    attribute = ec2.describe_instance_attribute(InstanceId=instance_id, Attribute="disableApiTermination")
    assert attribute["DisableApiTermination"] == {"Value": True}
    user_data = ec2.describe_instance_attribute(InstanceId=instance_id, Attribute="userData")
    assert user_data["UserData"]["Value"]
    volumes = ec2.describe_volumes(Filters=[{"Name": "attachment.instance-id", "Values": [instance_id]}])["Volumes"]
    assert all(volume["Encrypted"] and volume["KmsKeyId"] for volume in volumes)
    assert {volume["Throughput"] for volume in volumes} == {125, 250}


def assert_kubernetes_readable(node: dict[str, Any]) -> None:
    eks = aws("eks")
    cluster = eks.describe_cluster(name="fixture")["cluster"]
    assert cluster["resourcesVpcConfig"]["clusterSecurityGroupId"].startswith("sg-")
    assert [group["GroupName"] for group in node["SecurityGroups"]] == ["fixture-nodes"]
    assert node["MetadataOptions"]["HttpTokens"] == "required"
    taints = eks.describe_nodegroup(clusterName="fixture", nodegroupName="head")["nodegroup"]["taints"]
    assert taints == [{"key": "rayform/node-group", "value": "head", "effect": "NO_SCHEDULE"}]


def assert_stores_readable() -> None:
    memorydb = aws("memorydb")
    cluster = memorydb.describe_clusters(ClusterName="fixture", ShowShardDetails=True)["Clusters"][0]
    assert len(cluster["Shards"][0]["Nodes"]) == 2
    assert memorydb.describe_acls(ACLName="fixture")["ACLs"][0]["Clusters"] == ["fixture"]
    assert memorydb.describe_users(UserName="fixture")["Users"][0]["ACLNames"] == ["fixture"]
    policy = [
        parameter["Value"]
        for parameter in memorydb.describe_parameters(ParameterGroupName="fixture")["Parameters"]
        if parameter["Name"] == "maxmemory-policy"
    ]
    assert policy == ["allkeys-lru"]
    role = aws("iam").get_role(RoleName="fixture-node")["Role"]
    assert role["PermissionsBoundary"]["PermissionsBoundaryArn"].endswith("policy/fixture-boundary")
    key = aws("kms").describe_key(KeyId="alias/fixture")["KeyMetadata"]["KeyId"]
    assert aws("kms").get_key_rotation_status(KeyId=key)["RotationPeriodInDays"] == 365


def leftovers() -> dict[str, list[str]]:
    """Ids of what a destroy left."""
    ec2, s3, efs = aws("ec2"), aws("s3"), aws("efs")
    live = [{"Name": "instance-state-name", "Values": ["pending", "running", "stopping", "stopped"]}]
    found: dict[str, list[str]] = {
        "vpcs": [vpc["VpcId"] for vpc in ec2.describe_vpcs()["Vpcs"] if not vpc["IsDefault"]],
        "interfaces": [eni["NetworkInterfaceId"] for eni in ec2.describe_network_interfaces()["NetworkInterfaces"]],
        "volumes": [volume["VolumeId"] for volume in ec2.describe_volumes()["Volumes"]],
        "endpoints": [endpoint["VpcEndpointId"] for endpoint in ec2.describe_vpc_endpoints()["VpcEndpoints"]],
        "addresses": [address["AllocationId"] for address in ec2.describe_addresses()["Addresses"]],
        "instances": [group["ReservationId"] for group in ec2.describe_instances(Filters=live)["Reservations"]],
        "placement groups": [group["GroupName"] for group in ec2.describe_placement_groups()["PlacementGroups"]],
        "buckets": [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]],
        "file systems": [fs["FileSystemId"] for fs in efs.describe_file_systems()["FileSystems"]],
        "clusters": [cluster["Name"] for cluster in aws("memorydb").describe_clusters()["Clusters"]],
        "roles": [role["RoleName"] for role in aws("iam").list_roles()["Roles"] if not is_linked(role)],
        "profiles": [each["InstanceProfileName"] for each in aws("iam").list_instance_profiles()["InstanceProfiles"]],
        "Kubernetes clusters": aws("eks").list_clusters()["clusters"],
        "templates": [each["LaunchTemplateId"] for each in ec2.describe_launch_templates()["LaunchTemplates"]],
        "scaling groups": [
            group["AutoScalingGroupName"]
            for group in aws("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
        ],
        "file systems for Lustre": [fs["FileSystemId"] for fs in aws("fsx").describe_file_systems()["FileSystems"]],
        "repositories": [each["repositoryName"] for each in aws("ecr").describe_repositories()["repositories"]],
        "workspaces": [each["workspaceId"] for each in aws("amp").list_workspaces()["workspaces"]],
        "scrapers": [each["scraperId"] for each in aws("amp").list_scrapers()["scrapers"]],
        "OIDC providers": aws("iam").list_open_id_connect_providers()["OpenIDConnectProviderList"],
        "log groups": [group["logGroupName"] for group in aws("logs").describe_log_groups()["logGroups"]],
        "topics": [topic["TopicArn"] for topic in aws("sns").list_topics()["Topics"]],
        "zones": [zone["Id"] for zone in aws("route53").list_hosted_zones()["HostedZones"]],
        "alarms": [alarm["AlarmName"] for alarm in aws("cloudwatch").describe_alarms()["MetricAlarms"]],
    }
    return {kind: ids for kind, ids in found.items() if ids}


def is_linked(role: dict[str, Any]) -> bool:
    """Whether a service of AWS made a role for itself: it outlives what it was made for."""
    return str(role["Path"]).startswith("/aws-service-role/")


def assert_no_fault(folder: Folder) -> None:
    """The emulator met no operation that it lacks."""
    printed = folder.log.read_text()
    assert "EMULATOR GAP" not in printed
    assert "EMULATOR BUG" not in printed
