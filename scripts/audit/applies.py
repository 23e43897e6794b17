"""Which environments a check is for: what is not declared is not judged. The docstrings stand in `docs/checks.md`."""

from __future__ import annotations

from config.static_ec2 import StaticEc2Config


def own_vpc(config: StaticEc2Config) -> bool:
    """Environments with a VPC of their own."""
    return config.network.existing is None


def own_key(config: StaticEc2Config) -> bool:
    """Environments with a key of their own."""
    return config.kms.existing_key_arn is None


def has_public_subnets(config: StaticEc2Config) -> bool:
    """Environments with public subnets of their own."""
    return own_vpc(config) and bool(config.layout.public)


def has_private_subnets(config: StaticEc2Config) -> bool:
    """Environments with private subnets of their own."""
    return own_vpc(config) and bool(config.layout.private)


def has_interface_endpoints(config: StaticEc2Config) -> bool:
    """Environments with interface endpoints."""
    return bool(config.network.endpoints)


def has_permissions_boundary(config: StaticEc2Config) -> bool:
    """Environments with a permissions boundary."""
    return config.iam.permissions_boundary_arn is not None


def has_buckets(config: StaticEc2Config) -> bool:
    """Environments with buckets."""
    return bool(config.buckets)


def has_efs(config: StaticEc2Config) -> bool:
    """Environments with EFS."""
    return config.efs is not None


def has_efs_backup(config: StaticEc2Config) -> bool:
    """Environments with EFS and its daily backups."""
    return config.efs is not None and config.efs.backup


def has_memorydb(config: StaticEc2Config) -> bool:
    """Environments with MemoryDB."""
    return config.memorydb is not None


def has_head_storage(config: StaticEc2Config) -> bool:
    """Environments whose head keeps its state."""
    return config.ray.head_storage != "none"


def has_token(config: StaticEc2Config) -> bool:
    """Environments with token authentication."""
    return config.has_token


def has_secrets(config: StaticEc2Config) -> bool:
    """Environments with a token or MemoryDB."""
    return config.has_token or has_memorydb(config)


def has_node_logs(config: StaticEc2Config) -> bool:
    """Environments whose nodes run the CloudWatch agent."""
    return config.observability.cloudwatch_agent


def has_log_groups(config: StaticEc2Config) -> bool:
    """Environments with flow logs or the CloudWatch agent."""
    return own_vpc(config) or has_node_logs(config)


def is_protected(config: StaticEc2Config) -> bool:
    """Protected environments."""
    return config.protect


def has_private_nodes(config: StaticEc2Config) -> bool:
    """Environments whose nodes are private."""
    return not config.access.public_nodes


def has_mutes(config: StaticEc2Config) -> bool:
    """Environments with mutes."""
    return bool(config.audit.mutes)


def has_nat(config: StaticEc2Config) -> bool:
    """Environments with NAT gateways."""
    return own_vpc(config) and bool(config.layout.nat_zones)


def has_spot_workers(config: StaticEc2Config) -> bool:
    """Environments with spot workers."""
    return any(group.spot and group.count for group in config.workers.values())


def own_protected_vpc(config: StaticEc2Config) -> bool:
    """Protected environments with a VPC of their own: what is not protected may be as small as its owner likes."""
    return config.protect and own_vpc(config)
