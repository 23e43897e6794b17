"""The mutants of the stack of `production`, by what they open or lose."""

from __future__ import annotations

from typing import Any

from tests.checkov.mutant import (
    Change,
    Mutant,
    add,
    allow,
    both,
    drop_statement,
    mutant,
    put,
    remove,
    statement,
    unheard,
)

_IN = "aws_vpc_security_group_ingress_rule"
_OUT = "aws_vpc_security_group_egress_rule"
_HEAD = "${aws_security_group.security_groups_head.id}"
_WORKER = "${aws_security_group.security_groups_worker.id}"
_EFS = "${aws_security_group.security_groups_efs.id}"
_DASHBOARD = f"{_IN}.security_groups_head_ingress_dashboard_10_0_0_0_8"
_CLIENT = f"{_IN}.security_groups_head_ingress_client_10_0_0_0_8"
_TABLE = "${aws_route_table.network_private_us_west_2a_route_table.id}"
_GATEWAY = "${aws_internet_gateway.network_internet_gateway.id}"
_ANYBODY = [{"type": "AWS", "identifiers": ["*"]}]
_STRANGER = [{"type": "AWS", "identifiers": ["arn:aws:iam::999999999999:root"]}]
_BUCKET = ["${aws_s3_bucket.buckets_models.arn}/*"]


def opened(name: str, first: int, last: int | None = None, group: str = _HEAD, **source: Any) -> Change:
    """Add a way in."""
    ports = {"ip_protocol": "tcp", "from_port": first, "to_port": last or first}
    return add(f"{_IN}.{name}", security_group_id=group, description="Added", **ports, **source)


def attached(policy: str) -> Change:
    """Attach a managed policy of AWS to the workers' role."""
    arn = f"arn:aws:iam::aws:policy/{policy}"
    return add("aws_iam_role_policy_attachment.added", role="${aws_iam_role.roles_worker.name}", policy_arn=arn)


def granted(*actions: str, on: str = "*") -> Change:
    """Let workers do more."""
    return allow("roles_worker_document_buckets", list(actions), [on])


WAYS_IN = [
    mutant("dashboard open to the world", put(_DASHBOARD, cidr_ipv4="0.0.0.0/0"), "CKV2_RAYFORM_1"),
    mutant("Ray client open to the world", put(_CLIENT, cidr_ipv4="0.0.0.0/0"), "CKV2_RAYFORM_1"),
    mutant("GCS open to the world", opened("gcs", 6379, cidr_ipv4="0.0.0.0/0"), "CKV2_RAYFORM_1"),
    mutant("ports of Ray's workers open to the world", opened("ray", 10002, 10100, _WORKER, cidr_ipv4="0.0.0.0/0"),
           "CKV2_RAYFORM_1"),
    mutant("dashboard open over IPv6", opened("six", 8265, cidr_ipv6="::/0"), "CKV2_RAYFORM_1"),
    mutant("dashboard open to the halves of the internet",
           both(put(_DASHBOARD, cidr_ipv4="0.0.0.0/1"), opened("half", 8265, cidr_ipv4="128.0.0.0/1")),
           "CKV2_RAYFORM_1"),
    mutant("dashboard open to one half of IPv6", opened("six", 8265, cidr_ipv6="2000::/3"), "CKV2_RAYFORM_1"),
    mutant("dashboard open to a public range that is too wide", put(_DASHBOARD, cidr_ipv4="52.0.0.0/6"),
           "CKV2_RAYFORM_1"),
    mutant("dashboard open to the world by a range of ports", put(_DASHBOARD, cidr_ipv4="0.0.0.0/0", from_port=8000),
           "CKV2_RAYFORM_1"),
    mutant("dashboard open to the world in the older form of a rule",
           add("aws_security_group_rule.added", type="ingress", protocol="tcp", from_port=8265, to_port=8265,
               cidr_blocks=["0.0.0.0/0"], security_group_id=_HEAD, description="Added"), "CKV2_RAYFORM_1"),
    mutant("dashboard open to the world inside the group",
           put("aws_security_group.security_groups_head", ingress=[{
               "protocol": "tcp", "from_port": 8265, "to_port": 8265, "cidr_blocks": ["0.0.0.0/0"],
               "description": "Added", "ipv6_cidr_blocks": None, "prefix_list_ids": None, "security_groups": None,
               "self": None}]), "CKV2_RAYFORM_1"),
    mutant("SSH open to the world", opened("ssh", 22, cidr_ipv4="0.0.0.0/0"), "CKV_AWS_24", "CKV2_RAYFORM_2"),
    mutant("SSH open over IPv6", opened("ssh", 22, cidr_ipv6="::/0"), "CKV2_RAYFORM_2"),
    mutant("SSH open to the halves of the internet",
           both(opened("low", 22, cidr_ipv4="0.0.0.0/1"), opened("high", 22, cidr_ipv4="128.0.0.0/1")),
           "CKV2_RAYFORM_2"),
    mutant("NFS open to the world", opened("nfs", 2049, group=_EFS, cidr_ipv4="0.0.0.0/0"), "CKV2_RAYFORM_2"),
    mutant("all ports open to the clients", put(_DASHBOARD, from_port=0, to_port=65535), "CKV2_RAYFORM_3"),
    mutant("all protocols open to the clients", put(_DASHBOARD, ip_protocol="-1", from_port=None, to_port=None),
           "CKV2_RAYFORM_3"),
    mutant("all traffic between nodes, undeclared",
           add(f"{_IN}.all", security_group_id=_WORKER, referenced_security_group_id=_HEAD, ip_protocol="-1",
               description="Added"), "CKV2_RAYFORM_3"),
    mutant("everything goes out",
           add(f"{_OUT}.all", security_group_id=_WORKER, cidr_ipv4="0.0.0.0/0", ip_protocol="-1", description="Added"),
           "CKV2_RAYFORM_4"),
    mutant("everything goes out over IPv6",
           add(f"{_OUT}.all", security_group_id=_WORKER, cidr_ipv6="::/0", ip_protocol="-1", description="Added"),
           "CKV2_RAYFORM_4"),
    mutant("everything but one port goes out to the halves of the internet",
           both(*(add(f"{_OUT}.{name}", security_group_id=_WORKER, cidr_ipv4=half, ip_protocol="tcp", from_port=1,
                      to_port=65535, description="Added")
                  for name, half in (("low", "0.0.0.0/1"), ("high", "128.0.0.0/1")))), "CKV2_RAYFORM_4"),
    mutant("dashboard open to who knows whom",
           put(_DASHBOARD, cidr_ipv4="${aws_nat_gateway.network_nat_gateway_us_west_2a.public_ip}/0"),
           "CKV2_RAYFORM_1"),
    mutant("a rule without description", put(_DASHBOARD, description=None), "CKV_RAYFORM_15"),
    mutant("the default group lets in", remove("aws_default_security_group.network_default_security_group"),
           "CKV2_AWS_12"),
]  # fmt: skip

NETWORK = [
    mutant("a private table leads to the internet gateway",
           put("aws_route.network_private_route_nat_us_west_2a", nat_gateway_id=None, gateway_id=_GATEWAY),
           "CKV2_RAYFORM_5"),
    mutant("a private table leads to the internet gateway over IPv6",
           add("aws_route.six", route_table_id=_TABLE, destination_ipv6_cidr_block="::/0", gateway_id=_GATEWAY),
           "CKV2_RAYFORM_5"),
    mutant("a private table leads half of the internet to the gateway",
           add("aws_route.half", route_table_id=_TABLE, destination_cidr_block="0.0.0.0/1", gateway_id=_GATEWAY),
           "CKV2_RAYFORM_5"),
    mutant("a private subnet is on the public table",
           put("aws_route_table_association.network_private_association_us_west_2a",
               route_table_id="${aws_route_table.network_public_route_table.id}"), "CKV2_RAYFORM_5"),
    mutant("a subnet gives out public addresses",
           put("aws_subnet.network_private_us_west_2a", map_public_ip_on_launch=True), "CKV_AWS_130"),
    mutant("an elastic address on the head", add("aws_eip.head", domain="vpc", instance="${aws_instance.ray_head.id}"),
           "CKV_RAYFORM_1"),
    mutant("no flow logs", remove("aws_flow_log.flow_logs"), "CKV2_AWS_11"),
    mutant("an endpoint without policy", put("aws_vpc_endpoint.endpoints_sts", policy=None), "CKV_RAYFORM_2"),
    mutant("the S3 endpoint leads to every bucket", statement("s3_endpoint_policy", "OwnBuckets", condition=None),
           "CKV_RAYFORM_2"),
]  # fmt: skip

NODES = [
    mutant("a node with a public address", put("aws_instance.ray_head", associate_public_ip_address=True),
           "CKV_AWS_88"),
    mutant("IMDSv1 on the head", put("aws_instance.ray_head", metadata_options__http_tokens="optional"), "CKV_AWS_79"),
    mutant("IMDS two hops away", put("aws_instance.ray_head", metadata_options__http_put_response_hop_limit=2),
           "CKV_RAYFORM_3"),
    mutant("IMDS as AWS has it", put("aws_instance.ray_worker_cpu_0", metadata_options=None), "CKV_RAYFORM_3"),
    mutant("a root volume that is not encrypted", put("aws_instance.ray_head", root_block_device__encrypted=False),
           "CKV_AWS_8"),
    mutant("a root volume with AWS's key", put("aws_instance.ray_head", root_block_device__kms_key_id=None),
           "CKV_RAYFORM_4"),
    mutant("a volume that is not encrypted",
           add("aws_ebs_volume.added", availability_zone="us-west-2a", size=10, encrypted=False), "CKV_AWS_3"),
    mutant("a node without role", put("aws_instance.ray_head", iam_instance_profile=None), "CKV2_AWS_41"),
    mutant("a node without detailed monitoring", put("aws_instance.ray_head", monitoring=False), "CKV_AWS_126"),
]  # fmt: skip

ROLES = [
    mutant("PassRole on everything", granted("iam:PassRole"), "CKV_RAYFORM_5"),
    mutant("PassRole on every role of the account", granted("iam:PassRole", on="arn:aws:iam::123456789012:role/*"),
           "CKV_RAYFORM_5"),
    mutant("PassRole by a wildcard", granted("iam:Pass*"), "CKV_RAYFORM_5"),
    mutant("s3:* for workers", granted("s3:*", on="${aws_s3_bucket.buckets_models.arn}"), "CKV_RAYFORM_6"),
    mutant("everything for workers", granted("*"), "CKV_AWS_1", "CKV_RAYFORM_6"),
    mutant("all but some actions for workers",
           allow("roles_worker_document_buckets", [], _BUCKET, not_actions=["iam:*"]), "CKV_RAYFORM_6"),
    mutant("s3:* in a policy written as text",
           put("aws_iam_role_policy.roles_worker_policy_efs",
               policy='{"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::models/*"}]}'),
           "CKV_RAYFORM_6"),
    mutant("AmazonS3FullAccess attached", attached("AmazonS3FullAccess"), "CKV_RAYFORM_7"),
    mutant("AdministratorAccess attached", attached("AdministratorAccess"), "CKV_AWS_274", "CKV_RAYFORM_7"),
    mutant("PowerUserAccess attached", attached("PowerUserAccess"), "CKV_RAYFORM_7"),
    mutant("anybody may take the workers' role",
           statement("roles_worker_trust", "Assume", principals=_ANYBODY), "CKV_AWS_60", "CKV2_RAYFORM_6"),
    mutant("another account may take the workers' role",
           statement("roles_worker_trust", "Assume", principals=_STRANGER), "CKV2_RAYFORM_6"),
    mutant("another service may be a node",
           statement("roles_worker_trust", "Assume",
                     principals=[{"type": "Service", "identifiers": ["ec2.amazonaws.com", "lambda.amazonaws.com"]}]),
           "CKV2_RAYFORM_6"),
    unheard("a role without the boundary that the environment names", "CKV_RAYFORM_8",
            permissions_boundary="arn:aws:iam::123456789012:policy/boundary"),
]  # fmt: skip

DATA = [
    mutant("a bucket without policy", remove("aws_s3_bucket_policy.buckets_models_policy"), "CKV2_RAYFORM_7"),
    mutant("a bucket that takes plain HTTP", drop_statement("buckets_models_policy_document", "DenyWithoutTls"),
           "CKV2_RAYFORM_7"),
    mutant("a bucket whose objects take plain HTTP",
           statement("buckets_models_policy_document", "DenyWithoutTls",
                     resources=["${aws_s3_bucket.buckets_models.arn}"]), "CKV2_RAYFORM_7"),
    mutant("a bucket with a policy that nobody knows",
           put("aws_s3_bucket_policy.buckets_models_policy", policy="${aws_kms_key.kms.key_id}"), "CKV2_RAYFORM_7"),
    mutant("a bucket for another account",
           allow("buckets_models_policy_document", ["s3:GetObject"], _BUCKET, principals=_STRANGER), "CKV_RAYFORM_9"),
    mutant("a bucket for anybody",
           allow("buckets_models_policy_document", ["s3:GetObject"], _BUCKET, principals=_ANYBODY), "CKV_RAYFORM_9"),
    mutant("a bucket without public access block",
           remove("aws_s3_bucket_public_access_block.buckets_models_public_access_block"), "CKV2_AWS_6"),
    mutant("a public access block that is partly off",
           put("aws_s3_bucket_public_access_block.buckets_models_public_access_block", block_public_policy=False),
           "CKV_AWS_54"),
    mutant("a bucket without versions",
           put("aws_s3_bucket_versioning.buckets_models_versioning", versioning_configuration__status="Suspended"),
           "CKV_AWS_21"),
    mutant("a bucket without versioning", remove("aws_s3_bucket_versioning.buckets_models_versioning"), "CKV_AWS_21"),
    mutant("a bucket with S3's key",
           remove("aws_s3_bucket_server_side_encryption_configuration.buckets_models_encryption"), "CKV_AWS_145"),
    mutant("a bucket whose objects have owners",
           put("aws_s3_bucket_ownership_controls.buckets_models_ownership",
               rule={"object_ownership": "ObjectWriter"}), "CKV2_AWS_65"),
    mutant("a bucket without access log", remove("aws_s3_bucket_logging.buckets_models_logging"), "CKV_AWS_18"),
    mutant("a protected bucket that is emptied when destroyed",
           put("aws_s3_bucket.buckets_models", force_destroy=True), "CKV_RAYFORM_11"),
    mutant("a file system without policy", remove("aws_efs_file_system_policy.efs_policy"), "CKV2_RAYFORM_8"),
    mutant("a file system that takes plain NFS", drop_statement("efs_policy_document", "DenyWithoutTls"),
           "CKV2_RAYFORM_8"),
    mutant("a file system that is not encrypted", put("aws_efs_file_system.efs_file_system", encrypted=False),
           "CKV_AWS_42"),
    mutant("a file system for anybody", statement("efs_policy_document", "NodesMount", principals=_ANYBODY,
                                                  condition=None), "CKV_RAYFORM_9"),
    mutant("MemoryDB without replicas", put("aws_memorydb_cluster.memorydb_cluster", num_replicas_per_shard=0),
           "CKV_RAYFORM_12"),
    mutant("MemoryDB without snapshots", put("aws_memorydb_cluster.memorydb_cluster", snapshot_retention_limit=0),
           "CKV_RAYFORM_13"),
    mutant("MemoryDB without TLS", put("aws_memorydb_cluster.memorydb_cluster", tls_enabled=False), "CKV_AWS_202"),
    mutant("MemoryDB with AWS's key", put("aws_memorydb_cluster.memorydb_cluster", kms_key_arn=None), "CKV_AWS_201"),
    mutant("MemoryDB open to everybody", put("aws_memorydb_cluster.memorydb_cluster", acl_name="open-access"),
           "CKV2_RAYFORM_9"),
    mutant("MemoryDB with the user default", put("aws_memorydb_acl.memorydb_acl", user_names=["default"]),
           "CKV2_RAYFORM_9"),
    mutant("a user of MemoryDB that may do everything", put("aws_memorydb_user.memorydb_user",
                                                            access_string="on ~* &* +@all"), "CKV_RAYFORM_14"),
    mutant("a key that is not rotated", put("aws_kms_key.kms", enable_key_rotation=False), "CKV_AWS_7"),
    mutant("a key for anybody", statement("kms_policy", "Account", principals=_ANYBODY), "CKV_AWS_33", "CKV_RAYFORM_9"),
    mutant("a key for another account", statement("kms_policy", "Account", principals=_STRANGER), "CKV_RAYFORM_9"),
    mutant("logs that are dropped after a day", put("aws_cloudwatch_log_group.node_logs", retention_in_days=1),
           "CKV_AWS_338"),
    mutant("logs with AWS's key", put("aws_cloudwatch_log_group.node_logs", kms_key_id=None), "CKV_AWS_158"),
    mutant("a secret with AWS's key", put("aws_secretsmanager_secret.ray_token", kms_key_id=None), "CKV_AWS_149"),
    mutant("a secret in the plan",
           put("aws_secretsmanager_secret_version.ray_token_version", secret_string="hunter2", secret_string_wo=None,
               secret_string_wo_version=None),
           "CKV_RAYFORM_10"),
    mutant("a protected secret that is gone at once",
           put("aws_secretsmanager_secret.ray_token", recovery_window_in_days=0), "CKV_RAYFORM_11"),
]  # fmt: skip

MUTANTS: list[Mutant] = [*WAYS_IN, *NETWORK, *NODES, *ROLES, *DATA]
