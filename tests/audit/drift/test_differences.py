"""What a careless hand does, each with the address and the attribute under which it must be found."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from scripts.inventory.answers import Answers, Asked
from scripts.inventory.reading import Unreadable
from scripts.state import State
from tests.audit.drift.compared import failures, verdicts
from tests.audit.healthy_drift import GONE, answers, state

ALLOW_ALL = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
FOR_ALL = json.dumps(
    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}}
)
VPC, SUBNET = "aws_vpc.network_vpc", "aws_subnet.network_private_us_east_1a"
GATEWAY, NAT = "aws_internet_gateway.network_internet_gateway", "aws_nat_gateway.network_nat_gateway_us_east_1a"
TABLE, ROUTE = "aws_route_table.network_public_route_table", "aws_route.network_public_route_internet"
ASSOCIATION = "aws_route_table_association.network_public_association_us_east_1a"
GROUP, DEFAULT = (
    "aws_security_group.security_groups_endpoints",
    "aws_default_security_group.network_default_security_group",
)
RULE = "aws_vpc_security_group_ingress_rule.security_groups_endpoints_ingress_https_worker"
ENDPOINT = "aws_vpc_endpoint.endpoints_logs"
ROLE, PROFILE = "aws_iam_role.roles_worker", "aws_iam_instance_profile.roles_worker_profile"
POLICY = "aws_iam_role_policy.roles_worker_policy_efs"
ATTACHMENT = "aws_iam_role_policy_attachment.roles_worker_attachment_AmazonSSMReadOnlyAccess"
KEY, ALIAS = "aws_kms_key.kms", "aws_kms_alias.kms_alias"
BUCKET, LIFECYCLE = "aws_s3_bucket.buckets_models", "aws_s3_bucket_lifecycle_configuration.buckets_models_lifecycle"
BLOCK = "aws_s3_bucket_public_access_block.buckets_models_public_access_block"
FILES, TARGET = "aws_efs_file_system.efs_file_system", "aws_efs_mount_target.efs_mount_target_us_east_1a"
POINT = "aws_efs_access_point.efs_access_point"
CLUSTER, USER = "aws_memorydb_cluster.memorydb_cluster", "aws_memorydb_user.memorydb_user"
PARAMETERS = "aws_memorydb_parameter_group.memorydb_parameter_group"
SECRET, VERSION = "aws_secretsmanager_secret.ray_token", "aws_secretsmanager_secret_version.ray_token_version"
LOG_GROUP, FLOW_LOG = "aws_cloudwatch_log_group.flow_logs_log_group", "aws_flow_log.flow_logs"
HEAD, ZONE, RECORD = "aws_instance.ray_head", "aws_route53_zone.dns_zone", "aws_route53_record.dns_record_head"
VOLUME, ATTACHED = "aws_ebs_volume.state_volume", "aws_volume_attachment.state_volume_attachment"

INSTANCE = "ec2:DescribeInstances.0.Instances.0"
RULES = "ec2:DescribeSecurityGroupRules"
PUBLIC_TABLE = "ec2:DescribeRouteTables.1"
OPEN_RULE = {
    "SecurityGroupRuleId": "sgr-by-hand",
    "GroupId": "sg-0ffc8050b15a53ecf",
    "IsEgress": False,
    "IpProtocol": "tcp",
    "FromPort": 8265,
    "ToPort": 8265,
    "CidrIpv4": "0.0.0.0/0",
}
DEFAULT_RULE = {
    **OPEN_RULE,
    "GroupId": "sg-c519d8f9ecdd3a855",
    "IsEgress": True,
    "IpProtocol": "-1",
    "CidrIpv4": "::/0",
}

FOUND: list[tuple[str, Any, str, str]] = [
    # The kinds that the audit is measured by.
    (f"{RULES}.3", OPEN_RULE, GROUP, "ingress"),
    (f"{INSTANCE}.MetadataOptions.HttpTokens", "optional", HEAD, "metadata_options.http_tokens"),
    ("s3:GetPublicAccessBlock", None, BLOCK, ""),
    ("s3:GetBucketVersioning.Status", "Suspended", "aws_s3_bucket_versioning.buckets_models_versioning",
     "versioning_configuration.status"),
    (f"{INSTANCE}.Tags.0.Value", "nobody", HEAD, "tags."),
    ("kms:GetKeyRotationStatus", {"KeyRotationEnabled": False}, KEY, "enable_key_rotation"),
    ("ec2:DescribeFlowLogs", [], FLOW_LOG, ""),
    ("iam:ListRolePolicies.1", "x", ROLE, "inline_policy"),
    ("iam:ListAttachedRolePolicies.1", {"PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}, ROLE,
     "managed_policy_arns"),
    (f"{PUBLIC_TABLE}.Routes.2", {"DestinationCidrBlock": "8.8.8.0/24", "GatewayId": "igw-1"}, TABLE, "route"),
    ("memorydb:DescribeParameters.1.Value", "volatile-lru", PARAMETERS, "parameter.maxmemory-policy"),
    ("efs:DescribeFileSystemPolicy.Policy", FOR_ALL, "aws_efs_file_system_policy.efs_policy", "policy"),
    ("s3:GetBucketPolicy.Policy", FOR_ALL, "aws_s3_bucket_policy.buckets_models_policy", "policy"),
    # Their neighbours.
    ("ec2:DescribeVpcAttribute.EnableDnsHostnames.Value", False, VPC, "enable_dns_hostnames"),
    ("ec2:DescribeVpcs.0.CidrBlockAssociationSet.1", {"CidrBlock": "100.64.0.0/16"}, VPC, "secondary_cidr_blocks"),
    ("ec2:DescribeRouteTables.0.Associations.0.Main", False, VPC, "main_route_table_id"),
    ("ec2:DescribeSubnets.0.MapPublicIpOnLaunch", True, SUBNET, "map_public_ip_on_launch"),
    ("ec2:DescribeInternetGateways.0.Attachments", [], GATEWAY, "vpc_id"),
    ("ec2:DescribeNatGateways.0.State", "deleted", NAT, ""),
    (f"{PUBLIC_TABLE}.Routes.1.GatewayId", "igw-other", ROUTE, "gateway_id"),
    (f"{PUBLIC_TABLE}.Routes.1.State", "blackhole", ROUTE, "state"),
    (f"{PUBLIC_TABLE}.Routes.1", GONE, ROUTE, ""),
    (f"{PUBLIC_TABLE}.Associations.0.RouteTableId", "rtb-other", ASSOCIATION, "route_table_id"),
    (f"{PUBLIC_TABLE}.Associations.1", {"SubnetId": "subnet-other"}, TABLE, "association"),
    (f"{RULES}.3", DEFAULT_RULE, DEFAULT, "egress"),
    (f"{RULES}.0.ToPort", 8443, RULE, "to_port"),
    (f"{RULES}.0.IpProtocol", "-1", RULE, "ip_protocol"),
    (f"{RULES}.0", GONE, RULE, ""),
    ("ec2:DescribeVpcEndpoints.0.PolicyDocument", FOR_ALL, ENDPOINT, "policy"),
    ("ec2:DescribeVpcEndpoints.0.Groups", [], ENDPOINT, "security_group_ids"),
    ("iam:GetRole.Role.AssumeRolePolicyDocument", json.loads(FOR_ALL), ROLE, "assume_role_policy"),
    ("iam:GetRole.Role.PermissionsBoundary", GONE, ROLE, "permissions_boundary"),
    ("iam:GetRolePolicy.PolicyDocument", ALLOW_ALL, POLICY, "policy"),
    ("iam:GetRolePolicy", None, POLICY, ""),
    ("iam:ListAttachedRolePolicies", [], ATTACHMENT, ""),
    ("iam:GetInstanceProfile.InstanceProfile.Roles.0.RoleName", "admin", PROFILE, "role"),
    ("kms:GetKeyPolicy.Policy", FOR_ALL, KEY, "policy"),
    ("kms:DescribeKey.KeyMetadata.Enabled", False, KEY, "is_enabled"),
    ("kms:ListAliases.1", {"AliasName": "alias/by-hand"}, KEY, "aliases"),
    ("kms:DescribeKey.KeyMetadata.Arn", "arn:aws:kms:us-east-1:1:key/2", ALIAS, "target_key_arn"),
    ("kms:ListResourceTags.0.TagValue", "x", KEY, "tags.Environment"),
    ("s3:GetBucketReplication", {"ReplicationConfiguration": {"Role": "r"}}, BUCKET, "replication_configuration"),
    ("s3:GetBucketLifecycleConfiguration.Rules.1.Expiration.Days", 1, LIFECYCLE, "rule.objects.expiration.days"),
    ("s3:GetBucketLifecycleConfiguration.Rules.2", {"ID": "by-hand", "Status": "Enabled"}, LIFECYCLE, "rule.by-hand"),
    ("efs:DescribeFileSystems.0.ThroughputMode", "bursting", FILES, "throughput_mode"),
    ("efs:DescribeLifecycleConfiguration.0.TransitionToIA", "AFTER_1_DAY", FILES, "lifecycle_policy.transition_to_ia"),
    ("efs:DescribeMountTargetSecurityGroups", ["sg-other"], TARGET, "security_groups"),
    ("efs:DescribeAccessPoints.0.PosixUser.Uid", 0, POINT, "posix_user.uid"),
    ("efs:DescribeBackupPolicy.BackupPolicy.Status", "ENABLED", "aws_efs_backup_policy.efs_backup",
     "backup_policy.status"),
    ("memorydb:DescribeClusters.0.Shards.0.NumberOfNodes", 1, CLUSTER, "num_replicas_per_shard"),
    ("memorydb:DescribeClusters.0.ACLName", "open-access", CLUSTER, "acl_name"),
    ("memorydb:DescribeUsers.0.AccessString", "on ~* &* +@all", USER, "access_string"),
    ("memorydb:DescribeUsers.0.Authentication.PasswordCount", 2, USER, "authentication_mode.password_count"),
    ("secretsmanager:DescribeSecret.KmsKeyId", GONE, SECRET, "kms_key_id"),
    ("secretsmanager:DescribeSecret.DeletedDate", "today", SECRET, ""),
    ("secretsmanager:GetResourcePolicy.ResourcePolicy", FOR_ALL, SECRET, "policy"),
    ("secretsmanager:DescribeSecret.VersionIdsToStages", {"by-hand": ["AWSCURRENT"]}, VERSION, ""),
    ("logs:DescribeLogGroups.0.retentionInDays", GONE, LOG_GROUP, "retention_in_days"),
    (f"{INSTANCE}.InstanceType", "m7i.large", HEAD, "instance_type"),
    (f"{INSTANCE}.State.Name", "stopped", HEAD, "instance_state"),
    (f"{INSTANCE}.State.Name", "terminated", HEAD, ""),
    (f"{INSTANCE}.IamInstanceProfile.Arn", "arn:aws:iam::1:instance-profile/admin", HEAD, "iam_instance_profile"),
    (f"{INSTANCE}.PublicIpAddress", "203.0.113.7", HEAD, "associate_public_ip_address"),
    (f"{INSTANCE}.Placement.Tenancy", "dedicated", HEAD, "tenancy"),
    ("ec2:DescribeInstanceAttribute.DisableApiTermination.Value", True, HEAD, "disable_api_termination"),
    ("ec2:DescribeVolumes.1.Size", 500, HEAD, "root_block_device.volume_size"),
    ("ec2:DescribeVolumes.0.Size", 500, VOLUME, "size"),
    ("ec2:DescribeVolumes.0.Attachments", [], ATTACHED, ""),
    ("route53:ListResourceRecordSets.2.ResourceRecords.0.Value", "203.0.113.7", RECORD, "records"),
    ("route53:ListResourceRecordSets.3",
     {"Name": "x.variety.lab-7.internal.", "Type": "A", "ResourceRecords": [{"Value": "10.0.0.7"}]}, ZONE, "records"),
    ("route53:GetHostedZone.VPCs", [], ZONE, "vpc"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value", "address", "attribute"), FOUND, ids=[each[0] for each in FOUND])
def test_a_change_is_found(path: str, value: Any, address: str, attribute: str) -> None:
    found = list(failures({path: value}))
    matching = [each for each in found if each[0] == address and each[1].startswith(attribute)]
    assert matching, found
    assert all(intended != deployed for _, _, intended, deployed in matching)


def test_values_are_shown_as_a_person_reads_them() -> None:
    changes = {
        f"{RULES}.3": OPEN_RULE,
        f"{INSTANCE}.MetadataOptions.HttpTokens": "optional",
        f"{PUBLIC_TABLE}.Routes.2": {"DestinationCidrBlock": "8.8.8.0/24", "GatewayId": "igw-1"},
        "ec2:DescribeFlowLogs": [],
        "kms:GetKeyRotationStatus": {"KeyRotationEnabled": False},
        "s3:GetBucketPolicy.Policy": FOR_ALL,
    }
    found = {address: (attribute, intended, deployed) for address, attribute, intended, deployed in failures(changes)}
    policy = found.pop("aws_s3_bucket_policy.buckets_models_policy")
    assert policy[2] == "Allow * on * for *"
    assert "DenyWithoutTls: Deny s3:* on" in policy[1]
    assert found == {
        GROUP: ("ingress", "none", "tcp 8265, 0.0.0.0/0 (sgr-by-hand)"),
        HEAD: ("metadata_options.http_tokens", "required", "optional"),
        TABLE: ("route", "none", "8.8.8.0/24 to igw-1"),
        FLOW_LOG: ("", "there", "missing"),
        KEY: ("enable_key_rotation", "true", "false"),
    }


def test_a_policy_that_was_added_and_could_not_be_read_is_found_all_the_same() -> None:
    found = list(failures({"iam:ListRolePolicies.1": "x"}))
    assert found == [(ROLE, "inline_policy", "none", "x: could not be read")]


def test_volumes_of_the_image_are_no_difference_and_those_of_a_person_stay_one() -> None:
    image, by_hand = (
        {"DeviceName": f"/dev/sd{letter}", "Ebs": {"VolumeId": f"vol-{letter}", "DeleteOnTermination": letter == "x"}}
        for letter in "xy"
    )
    path = f"{INSTANCE}.BlockDeviceMappings"
    before = set(failures({f"{path}.2": image, f"{path}.3": by_hand}))
    assert {deployed for address, attribute, _, deployed in before if attribute == "ebs_block_device"} == {
        "vol-x as /dev/sdx; vol-y as /dev/sdy"
    }
    resources = state().resources
    (head,) = [each for each in resources if each.address == HEAD]
    head.attributes["ebs_block_device"].extend(
        [{"volume_id": "vol-x", "delete_on_termination": True}, {"volume_id": "vol-y", "delete_on_termination": False}]
    )
    found = [
        str(each.deployed)
        for each in verdicts(State(resources), answers({f"{path}.2": image, f"{path}.3": by_hand}))
        if each.attribute == "ebs_block_device"
    ]
    assert found == ["vol-y as /dev/sdy"]


def test_what_a_refresh_has_brought_into_the_state_is_found_all_the_same() -> None:
    resources = tuple(
        replace(each, attributes={**each.attributes, "policy": FOR_ALL}) if each.address == SECRET else each
        for each in state().resources
    )
    changed = answers({"secretsmanager:GetResourcePolicy.ResourcePolicy": FOR_ALL})
    found = [
        (each.address, each.attribute, each.intended) for each in verdicts(State(resources), changed) if not each.ok
    ]
    assert found == [(SECRET, "policy", "none")]


def test_without_the_default_parameters_nobody_knows_which_were_added() -> None:
    nothing = Answers(
        Asked(each.read, each.arguments, [] if "default." in str(each.arguments) else each.answer) for each in answers()
    )
    (verdict,) = [each for each in verdicts(answers=nothing) if each.ok is not True]
    assert isinstance(verdict.ok, Unreadable)
    assert "no default values" in verdict.detail


def test_of_a_changed_statement_only_what_changed_is_shown() -> None:
    path = "iam:GetRolePolicy.PolicyDocument.Statement.0.Action.0"
    assert list(failures({path: "elasticfilesystem:*"})) == [
        (POLICY, "policy.Mount.Action", "elasticfilesystem:ClientWrite", "elasticfilesystem:*")
    ]


@pytest.mark.parametrize(("by_nodes", "found"), [(True, []), (False, ["records"])])
def test_a_record_is_a_nodes_own_where_terraform_takes_such_away(by_nodes: bool, found: list[str]) -> None:
    resources = [each for each in state().resources if each.address != RECORD]
    written = [
        replace(each, attributes={**each.attributes, "force_destroy": by_nodes}) if each.address == ZONE else each
        for each in resources
    ]
    failed = [verdict for verdict in verdicts(State(tuple(written))) if verdict.ok is False]
    assert [verdict.attribute for verdict in failed if verdict.address == ZONE] == found
