"""Surroundings in which everything is Terraform's, or came with what is."""

from __future__ import annotations

from config.foundation import FoundationConfig
from config.kuberay_eks import KuberayEksConfig
from scripts.inventory.surroundings import Surroundings, Thing


def surroundings(config: FoundationConfig) -> Surroundings:
    """One thing of each kind in the state, and those that AWS makes by itself."""
    cluster = config.label.cluster
    things = {
        "security_groups": (_managed("sg-head"), Thing("sg-default", "default", made_by="AWS made it with the VPC")),
        "instances": (_managed("i-0"), _managed("i-1")),
        "interfaces": (Thing("eni-0", holders=("i-0",)), Thing("eni-1", holders=("i-1",))),
        "addresses": (_managed("eipalloc-1"),),
        "subnets": (_managed("subnet-1"),),
        "route_tables": (_managed("rtb-1"), Thing("rtb-main", made_by="AWS made it with the VPC")),
        "network_acls": (Thing("acl-1", made_by="AWS made it with the VPC"),),
        "gateways": (_managed("igw-1"),),
        "endpoints": (_managed("vpce-s3"),),
        "volumes": (_managed("vol-0"), Thing("vol-1", holders=("i-1",))),
        "snapshots": (Thing("snap-1", made_by="AWS Backup made it"),),
        "mount_targets": (_managed("fsmt-1"),),
        "access_points": (_managed("fsap-1"),),
        **({"lustre": (_managed("fs-lustre"),)} if _has_lustre(config) else {}),
        "buckets": tuple(_managed(config.bucket_name(name)) for name in config.all_buckets),
        "roles": (_managed(f"{cluster}-head"),),
        "instance_profiles": (_managed(f"{cluster}-head"),),
        "aliases": (_managed(f"alias/{cluster}"),),
        "grants": (Thing("grant-1", made_by="a service of AWS asked for it"),),
        "log_groups": (_managed(f"/{config.project}/{config.name}/nodes"),),
        "flow_logs": (_managed("fl-1"),),
        "secrets": (_managed(f"{cluster}-ray-token"),),
        "memorydb": (_managed(f"cluster {cluster}-gcs"), Thing("user default", made_by="AWS made it with the account")),
        "records": (Thing("small.ray.internal NS", made_by="Route 53 made it with the zone"),),
        "tagged": (_managed("i-0"), Thing("vol-1", tagged=True)),
    }
    return Surroundings(things)


def _has_lustre(config: FoundationConfig) -> bool:
    return isinstance(config, KuberayEksConfig) and config.fsx is not None


def _managed(id_: str) -> Thing:
    return Thing(id_, managed=True, tagged=True)
