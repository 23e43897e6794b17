"""The mutants of the stack of `anyscale`, by what they open or lose."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.checkov.mutant import Change, Mutant, add, allow, drop_statement, mutant, put, remove, statement, unheard

_IN = "aws_vpc_security_group_ingress_rule"
_OUT = "aws_vpc_security_group_egress_rule"
_CLOUD = "${aws_security_group.security_groups_cloud.id}"
_MEMORYDB = "${aws_security_group.security_groups_memorydb.id}"
_HTTPS = f"{_IN}.security_groups_cloud_ingress_https_10_0_0_0_8"
_ANYSCALE = [{"type": "AWS", "identifiers": ["arn:aws:iam::525325868955:root"]}]
_STRANGER = [{"type": "AWS", "identifiers": ["arn:aws:iam::999999999999:root"]}]
_ANYBODY = [{"type": "AWS", "identifiers": ["*"]}]
_INSTANCES = "arn:aws:ec2:us-west-2:123456789012:instance/*"


def opened(name: str, port: int, group: str = _CLOUD, **source: Any) -> Change:
    """Add a way in."""
    ports = {"ip_protocol": "tcp", "from_port": port, "to_port": port}
    return add(f"{_IN}.{name}", security_group_id=group, description="Added", **ports, **source)


def trusting(**values: Any) -> Change:
    """Change whom the control plane's role trusts."""
    return statement("control_plane_trust", "Assume", **values)


def granted(*actions: str, on: str = "*", **more: Any) -> Change:
    """Let the control plane do more."""
    return allow("control_plane_document_instances", list(actions), [on], **more)


def external_id(*values: str, test: str = "StringEquals") -> list[dict[str, Any]]:
    """A condition on the external id."""
    return [{"test": test, "variable": "sts:ExternalId", "values": list(values)}]


_MUTANTS = [
    mutant("the cloud's 443 open to the world", put(_HTTPS, cidr_ipv4="0.0.0.0/0"), "CKV2_RAYFORM_2"),
    mutant("the cloud's 443 open to the world over IPv6", opened("six", 443, cidr_ipv6="::/0"), "CKV2_RAYFORM_2"),
    mutant("the cloud's dashboard open to the world", opened("dashboard", 8265, cidr_ipv4="0.0.0.0/0"),
           "CKV2_RAYFORM_2"),
    mutant("everything open to the cloud's clients", put(_HTTPS, ip_protocol="-1", from_port=None, to_port=None),
           "CKV2_RAYFORM_3"),
    mutant("everything goes out of the cloud, undeclared",
           add(f"{_OUT}.all", security_group_id=_CLOUD, cidr_ipv4="0.0.0.0/0", ip_protocol="-1", description="Added"),
           "CKV2_RAYFORM_4"),
    mutant("the cloud's subnet gives out public addresses",
           put("aws_subnet.network_private_us_west_2a", map_public_ip_on_launch=True), "CKV_AWS_130"),
    mutant("the control plane shows no external id", trusting(condition=None), "CKV2_RAYFORM_10", "CKV2_RAYFORM_6"),
    mutant("the control plane shows another condition only", trusting(condition=[
        {"test": "Bool", "variable": "aws:SecureTransport", "values": ["true"]}]), "CKV2_RAYFORM_10"),
    mutant("the control plane shows any external id", trusting(condition=external_id("*", test="StringLike")),
           "CKV2_RAYFORM_10"),
    mutant("the control plane shows one of two external ids",
           trusting(condition=external_id("org_1a2b3c4d5e6f7g8h-4f1d9a6c2e7b", "cld_other")), "CKV2_RAYFORM_10"),
    mutant("a stranger is the control plane", trusting(principals=_STRANGER), "CKV2_RAYFORM_10"),
    mutant("anybody is the control plane", trusting(principals=_ANYBODY, condition=None), "CKV2_RAYFORM_6"),
    mutant("the control plane may be a node", statement("cluster_node_trust", "Assume", principals=_ANYSCALE),
           "CKV2_RAYFORM_6"),
    mutant("the control plane passes any role", granted("iam:PassRole"), "CKV_RAYFORM_5"),
    mutant("the control plane may do all of EC2", granted("ec2:*"), "CKV_RAYFORM_6", "CKV_RAYFORM_16"),
    mutant("the control plane ends any instance", granted("ec2:TerminateInstances", on=_INSTANCES), "CKV_RAYFORM_16"),
    mutant("the control plane changes any instance by a wildcard", granted("ec2:Modify*", on=_INSTANCES),
           "CKV_RAYFORM_16"),
    mutant("the control plane launches without the cloud's tag",
           statement("control_plane_document_instances", "Launch", condition=None), "CKV_RAYFORM_16"),
    mutant("the control plane ends instances of another cloud",
           granted("ec2:StopInstances", on=_INSTANCES, condition=[
               {"test": "StringEquals", "variable": "aws:ResourceTag/anyscale-cloud-id", "values": ["cld_other"]}]),
           "CKV_RAYFORM_16"),
    mutant("nodes may do all of S3", allow("cluster_node_document_bucket", ["s3:*"], ["*"]), "CKV_RAYFORM_6"),
    mutant("nodes have full access attached",
           add("aws_iam_role_policy_attachment.added", role="${aws_iam_role.cluster_node.name}",
               policy_arn="arn:aws:iam::aws:policy/AmazonS3FullAccess"), "CKV_RAYFORM_7"),
    mutant("the cloud's bucket takes plain HTTP", drop_statement("buckets_cloud_policy_document", "DenyWithoutTls"),
           "CKV2_RAYFORM_7"),
    mutant("the cloud's bucket for anybody",
           statement("buckets_cloud_policy_document", "RolesUseObjects", principals=_ANYBODY), "CKV_RAYFORM_9"),
    mutant("the cloud's bucket for Anyscale's whole account",
           statement("buckets_cloud_policy_document", "RolesUseObjects", principals=_ANYSCALE), "CKV_RAYFORM_9"),
    mutant("the cloud's file system without policy", remove("aws_efs_file_system_policy.efs_policy"),
           "CKV2_RAYFORM_11"),
    mutant("the cloud's file system for anybody",
           statement("efs_policy_document", "NetworkMounts", condition=None), "CKV_RAYFORM_9"),
    mutant("the cloud's file system for whom no mount target lets in",
           statement("efs_policy_document", "NetworkMounts", condition=[
               {"test": "Bool", "variable": "elasticfilesystem:AccessedViaMountTarget", "values": ["false"]}]),
           "CKV_RAYFORM_9"),
    mutant("open MemoryDB for a range of addresses", opened("redis", 6379, _MEMORYDB, cidr_ipv4="10.9.0.0/16"),
           "CKV2_RAYFORM_12"),
    mutant("the cloud's MemoryDB without TLS", put("aws_memorydb_cluster.memorydb_cluster", tls_enabled=False),
           "CKV_AWS_202"),
    mutant("the cloud's MemoryDB without replicas",
           put("aws_memorydb_cluster.memorydb_cluster", num_replicas_per_shard=0), "CKV_RAYFORM_12"),
    unheard("a cloud's role without the boundary that the environment names", "CKV_RAYFORM_8",
            permissions_boundary="arn:aws:iam::123456789012:policy/boundary"),
]  # fmt: skip

ANYSCALE_MUTANTS: list[Mutant] = [replace(each, environment="anyscale") for each in _MUTANTS]
