"""Clouds as they are applied: environments with the outputs of their stack."""

from __future__ import annotations

from typing import Any

from ruamel.yaml.comments import CommentedMap

from config.anyscale_cloud import CLOUD_BUCKET, CLUSTER_NODE, CONTROL_PLANE, AnyscaleCloudConfig
from config.anyscale_firewall import cloud_groups
from config.load import check_environment
from config.paths import ROOT
from config.yaml_file import YamlFile

EXTERNAL_ID = "org_1a2b3c4d5e6f-9f2c61d07b"
EXISTING = {
    "vpc_id": "vpc-0a1b2c3d4e5f60718",
    "private_subnets": {"us-west-2a": "subnet-0a1b2c3d4e5f60719", "us-west-2b": "subnet-0a1b2c3d4e5f6071a"},
}


def cloud(target: str = "aws", anyscale: dict[str, Any] | None = None, **settings: Any) -> AnyscaleCloudConfig:
    """An environment from settings, checked like a file."""
    given = {
        "flavour": "anyscale-cloud",
        "target": target,
        "region": "us-west-2",
        "account_id": "123456789012",
        "anyscale": {"external_id": EXTERNAL_ID, **(anyscale or {})},
        "access": {"client_cidrs": ["10.0.0.0/8"]},
        "bucket": {"name": "acme-anyscale-data"},
        **settings,
    }
    checked = check_environment(YamlFile(ROOT / "cloud.yaml", CommentedMap(given)), name="cloud")
    assert isinstance(checked, AnyscaleCloudConfig)
    return checked


def outputs(environment: AnyscaleCloudConfig) -> dict[str, Any]:
    """What an apply of it leaves."""
    existing, layout = environment.network.existing, environment.layout
    tiers = {
        tier: {zone: subnet if isinstance(subnet, str) else f"subnet-{tier}-{zone}" for zone, subnet in subnets.items()}
        for tier, subnets in (("public", layout.public), ("private", layout.private))
    }
    nodes = tiers["public" if environment.access.public_nodes else "private"]
    arn = "arn:aws:iam::123456789012:{}/{}"
    found = {
        "cluster": environment.label.cluster,
        "vpc_id": existing.vpc_id if existing is not None else "vpc-1",
        "public_subnet_ids": tiers["public"],
        "private_subnet_ids": tiers["private"],
        "node_subnet_ids": nodes,
        "security_group_ids": {group: f"sg-{group}" for group in cloud_groups(environment)},
        "role_arns": {part: arn.format("role", environment.role_name(part)) for part in (CONTROL_PLANE, CLUSTER_NODE)},
        "instance_profile_arns": {CLUSTER_NODE: arn.format("instance-profile", environment.role_name(CLUSTER_NODE))},
        "bucket_names": {CLOUD_BUCKET: environment.bucket_name(CLOUD_BUCKET)},
        "external_id": environment.anyscale.external_id,
    }
    if environment.efs is not None:
        addresses = {zone: f"10.0.{index}.7" for index, zone in enumerate(nodes)}
        found |= {"efs_id": "fs-1", "efs_mount_target_addresses": addresses}
    if environment.memorydb is not None:
        name = f"{environment.label.cluster}-gcs"
        found |= {
            "memorydb_name": name,
            "memorydb_arn": f"arn:aws:memorydb:us-west-2:123456789012:cluster/{name}",
            "memorydb_address": f"clustercfg.{name}.abc123.memorydb.us-west-2.amazonaws.com",
        }
    return found
