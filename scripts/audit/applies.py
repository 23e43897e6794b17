"""Which environments a check is for: what is not declared is not judged. The docstrings stand in `docs/checks.md`."""

from __future__ import annotations

from config.anyscale_cloud import AnyscaleCloudConfig
from config.autoscaling_ec2 import AutoscalingEc2Config
from config.ec2_cluster import Ec2ClusterConfig
from config.foundation import FoundationConfig
from config.kuberay_eks import KuberayEksConfig


def own_vpc(config: FoundationConfig) -> bool:
    """Environments with a VPC of their own."""
    return config.network.existing is None


def own_key(config: FoundationConfig) -> bool:
    """Environments with a key of their own."""
    return config.kms.existing_key_arn is None


def has_public_subnets(config: FoundationConfig) -> bool:
    """Environments with public subnets of their own."""
    return own_vpc(config) and bool(config.layout.public)


def has_private_subnets(config: FoundationConfig) -> bool:
    """Environments with private subnets of their own."""
    return own_vpc(config) and bool(config.layout.private)


def has_interface_endpoints(config: FoundationConfig) -> bool:
    """Environments with interface endpoints."""
    return bool(config.network.endpoints)


def has_permissions_boundary(config: FoundationConfig) -> bool:
    """Environments with a permissions boundary."""
    return config.iam.permissions_boundary_arn is not None


def has_buckets(config: FoundationConfig) -> bool:
    """Environments with buckets of their own."""
    return bool(config.all_buckets)


def has_efs(config: FoundationConfig) -> bool:
    """Environments with EFS."""
    return config.efs is not None


def has_efs_with_our_key(config: FoundationConfig) -> bool:
    """Environments with EFS, but for a file system that was taken over: it keeps its key."""
    taken_over = isinstance(config, AnyscaleCloudConfig) and config.adopted.efs_creation_token is not None
    return has_efs(config) and not taken_over


def has_efs_by_tls(config: FoundationConfig) -> bool:
    """Environments with EFS that is mounted by TLS: all but Anyscale clouds without `efs.require_iam`."""
    by_address = isinstance(config, AnyscaleCloudConfig) and config.efs is not None and not config.efs.require_iam
    return has_efs(config) and not by_address


def has_efs_in_closed_subnets(config: FoundationConfig) -> bool:
    """Environments with EFS, but for Anyscale's direct networking: there all subnets of nodes give public addresses."""
    return has_efs(config) and not gives_public_addresses(config)


def has_no_access_points(config: FoundationConfig) -> bool:
    """Environments that make no access points."""
    return isinstance(config, AnyscaleCloudConfig)


def gives_public_addresses(config: FoundationConfig) -> bool:
    """Environments with Anyscale's direct networking: public subnets give a public address to what starts there."""
    return isinstance(config, AnyscaleCloudConfig) and config.access.public_nodes


def has_efs_backup(config: FoundationConfig) -> bool:
    """Environments with EFS and its daily backups."""
    return config.efs is not None and config.efs.backup


def has_memorydb(config: FoundationConfig) -> bool:
    """Environments with MemoryDB."""
    return config.memorydb is not None


def has_memorydb_with_our_key(config: FoundationConfig) -> bool:
    """Environments with MemoryDB, but for a cluster that was taken over: it keeps its key."""
    taken_over = isinstance(config, AnyscaleCloudConfig) and config.adopted.memorydb_name is not None
    return has_memorydb(config) and not taken_over


def has_head_storage(config: Ec2ClusterConfig) -> bool:
    """Environments whose head keeps its state."""
    return config.ray.head_storage != "none"


def has_token(config: Ec2ClusterConfig) -> bool:
    """Environments with token authentication."""
    return config.has_token


def has_ray_token(config: FoundationConfig) -> bool:
    """Environments that keep a token of Ray's in a secret."""
    return isinstance(config, KuberayEksConfig) or (isinstance(config, Ec2ClusterConfig) and config.has_token)


def has_secrets(config: FoundationConfig) -> bool:
    """Environments with a token, MemoryDB or a head of Terraform's that runs Ray's autoscaler."""
    if not isinstance(config, Ec2ClusterConfig):
        return isinstance(config, KuberayEksConfig)
    return config.has_token or has_memorydb(config) or has_autoscaling_secret(config)


def may_read_secrets(config: FoundationConfig) -> bool:
    """Environments with secrets, and Anyscale clouds, whose nodes read those that `iam.node_secret_arns` names."""
    return isinstance(config, AnyscaleCloudConfig) or has_secrets(config)


def has_node_logs(config: Ec2ClusterConfig) -> bool:
    """Environments whose nodes run the CloudWatch agent."""
    return config.observability.cloudwatch_agent


def has_log_groups(config: FoundationConfig) -> bool:
    """Environments with flow logs, the CloudWatch agent, an EKS cluster of their own, or Prometheus."""
    if isinstance(config, KuberayEksConfig):
        return own_vpc(config) or config.makes_cluster or has_prometheus(config)
    return own_vpc(config) or (isinstance(config, Ec2ClusterConfig) and has_node_logs(config))


def is_protected(config: FoundationConfig) -> bool:
    """Protected environments."""
    return config.protect


def has_private_nodes(config: Ec2ClusterConfig) -> bool:
    """Environments whose nodes are private."""
    return not config.access.public_nodes


def has_instance_profiles(config: FoundationConfig) -> bool:
    """Environments that make instance profiles: all but those on EKS, which makes that of its nodes itself."""
    return not isinstance(config, KuberayEksConfig)


def has_mutes(config: FoundationConfig) -> bool:
    """Environments with mutes."""
    return bool(config.audit.mutes)


def has_nat(config: FoundationConfig) -> bool:
    """Environments with NAT gateways."""
    return own_vpc(config) and bool(config.layout.nat_zones)


def has_spot_workers(config: Ec2ClusterConfig) -> bool:
    """Environments with spot workers."""
    return any(group.spot and group.most for group in config.workers.values())


def own_protected_vpc(config: FoundationConfig) -> bool:
    """Protected environments with a VPC of their own: what is not protected may be as small as its owner likes."""
    return config.protect and own_vpc(config)


def is_autoscaling(config: FoundationConfig) -> bool:
    """Environments whose workers Ray's autoscaler makes."""
    return isinstance(config, AutoscalingEc2Config)


def has_fixed_nodes(config: Ec2ClusterConfig) -> bool:
    """Environments with nodes that Terraform makes."""
    return bool(config.fixed_nodes)


def may_be_down(config: Ec2ClusterConfig) -> bool:
    """Environments whose head `ray up` makes: between `make down` and `make up` there is no node at all."""
    return is_made_by_ray_up(config)


def has_protected_head(config: Ec2ClusterConfig) -> bool:
    """Protected environments with a head of Terraform's: one that `ray up` made, `ray down` must end."""
    return config.protect and config.terraform_makes_head


def has_autoscaling_secret(config: Ec2ClusterConfig) -> bool:
    """Environments whose head reads the configuration of Ray's autoscaler from a secret."""
    return is_autoscaling(config) and config.terraform_makes_head


def is_made_by_ray_up(config: Ec2ClusterConfig) -> bool:
    """Environments whose head `ray up` makes."""
    return not config.terraform_makes_head


def is_eks(_config: KuberayEksConfig) -> bool:
    """Environments with Ray on EKS."""
    return True


def makes_eks_cluster(config: KuberayEksConfig) -> bool:
    """Environments with an EKS cluster of their own."""
    return config.makes_cluster


def has_pod_identity(config: KuberayEksConfig) -> bool:
    """Environments on EKS whose service accounts have their roles by Pod Identity."""
    return config.eks.service_account_roles == "pod-identity"


def has_oidc_provider(config: KuberayEksConfig) -> bool:
    """Environments on EKS whose service accounts have their roles by the cluster's OIDC provider (IRSA)."""
    return not has_pod_identity(config)


def has_addons(config: KuberayEksConfig) -> bool:
    """Environments on EKS with add-ons."""
    return bool(config.addons)


def has_access_entries(config: KuberayEksConfig) -> bool:
    """Environments on EKS that name who may use the Kubernetes API."""
    return bool(config.access.entries)


def has_fsx(config: KuberayEksConfig) -> bool:
    """Environments with FSx for Lustre."""
    return config.fsx is not None


def has_persistent_fsx(config: KuberayEksConfig) -> bool:
    """Environments with a persistent file system of FSx for Lustre: a scratch one takes no key and has no backups."""
    return config.fsx is not None and config.fsx.deployment_type == "PERSISTENT_2"


def has_linked_bucket(config: KuberayEksConfig) -> bool:
    """Environments with a bucket that appears in FSx for Lustre."""
    return config.fsx is not None and config.fsx.linked_bucket is not None


def has_registry(config: KuberayEksConfig) -> bool:
    """Environments with a repository for images."""
    return config.ecr is not None


def has_prometheus(config: KuberayEksConfig) -> bool:
    """Environments with Amazon Managed Service for Prometheus."""
    return config.prometheus is not None
