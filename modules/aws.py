"""The AWS resources in use, imported lazily. Nothing else imports the provider's binding.

The binding's package imports all of its 2,140 submodules, and node loads as many classes: most of a synth. Here the
package is registered without being executed, so that Python loads the submodules below only, and a hook makes node
load classes on use. The synthesized JSON is byte-identical; a test compares both ways (`RAYFORM_STOCK_BINDING=1`).
"""

# ruff: noqa: E402, E501 - the binding is prepared before it is imported; its names are long
from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

_PACKAGE = "cdktf_cdktf_provider_aws"
_NODE = Path(__file__).with_name("jsii_node.sh")
"""Starts node with the hook, `lazy_provider_hook.cjs`."""


def _prepare_lazy_binding() -> None:
    """Must run before jsii starts node, which `import cdktf` does."""
    os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "18,20,22")
    if os.environ.get("RAYFORM_STOCK_BINDING"):
        return
    os.environ["JSII_NODE"] = str(_NODE)
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is not None and _PACKAGE not in sys.modules:
        sys.modules[_PACKAGE] = importlib.util.module_from_spec(spec)


_prepare_lazy_binding()

from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup as CloudwatchLogGroup
from cdktf_cdktf_provider_aws.data_aws_ami import DataAwsAmi as DataAwsAmi
from cdktf_cdktf_provider_aws.data_aws_availability_zones import DataAwsAvailabilityZones as DataAwsAvailabilityZones
from cdktf_cdktf_provider_aws.data_aws_ec2_instance_type_offerings import (
    DataAwsEc2InstanceTypeOfferings as DataAwsEc2InstanceTypeOfferings,
)
from cdktf_cdktf_provider_aws.data_aws_eks_cluster import DataAwsEksCluster as DataAwsEksCluster
from cdktf_cdktf_provider_aws.data_aws_iam_openid_connect_provider import (
    DataAwsIamOpenidConnectProvider as DataAwsIamOpenidConnectProvider,
)
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import (
    DataAwsIamPolicyDocument as DataAwsIamPolicyDocument,
)
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import (
    DataAwsIamPolicyDocumentStatement as DataAwsIamPolicyDocumentStatement,
)
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import (
    DataAwsIamPolicyDocumentStatementCondition as DataAwsIamPolicyDocumentStatementCondition,
)
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import (
    DataAwsIamPolicyDocumentStatementPrincipals as DataAwsIamPolicyDocumentStatementPrincipals,
)
from cdktf_cdktf_provider_aws.data_aws_instances import DataAwsInstances as DataAwsInstances
from cdktf_cdktf_provider_aws.data_aws_key_pair import DataAwsKeyPair as DataAwsKeyPair
from cdktf_cdktf_provider_aws.data_aws_s3_bucket import DataAwsS3Bucket as DataAwsS3Bucket
from cdktf_cdktf_provider_aws.data_aws_secretsmanager_secret_version import (
    DataAwsSecretsmanagerSecretVersion as DataAwsSecretsmanagerSecretVersion,
)
from cdktf_cdktf_provider_aws.data_aws_ssm_parameter import DataAwsSsmParameter as DataAwsSsmParameter
from cdktf_cdktf_provider_aws.data_aws_subnet import DataAwsSubnet as DataAwsSubnet
from cdktf_cdktf_provider_aws.data_aws_vpc import DataAwsVpc as DataAwsVpc
from cdktf_cdktf_provider_aws.default_security_group import DefaultSecurityGroup as DefaultSecurityGroup
from cdktf_cdktf_provider_aws.ebs_volume import EbsVolume as EbsVolume
from cdktf_cdktf_provider_aws.ecr_lifecycle_policy import EcrLifecyclePolicy as EcrLifecyclePolicy
from cdktf_cdktf_provider_aws.ecr_repository import EcrRepository as EcrRepository
from cdktf_cdktf_provider_aws.ecr_repository import (
    EcrRepositoryEncryptionConfiguration as EcrRepositoryEncryptionConfiguration,
)
from cdktf_cdktf_provider_aws.ecr_repository import (
    EcrRepositoryImageScanningConfiguration as EcrRepositoryImageScanningConfiguration,
)
from cdktf_cdktf_provider_aws.efs_access_point import (
    EfsAccessPoint as EfsAccessPoint,
)
from cdktf_cdktf_provider_aws.efs_access_point import (
    EfsAccessPointPosixUser as EfsAccessPointPosixUser,
)
from cdktf_cdktf_provider_aws.efs_access_point import (
    EfsAccessPointRootDirectory as EfsAccessPointRootDirectory,
)
from cdktf_cdktf_provider_aws.efs_access_point import (
    EfsAccessPointRootDirectoryCreationInfo as EfsAccessPointRootDirectoryCreationInfo,
)
from cdktf_cdktf_provider_aws.efs_backup_policy import (
    EfsBackupPolicy as EfsBackupPolicy,
)
from cdktf_cdktf_provider_aws.efs_backup_policy import (
    EfsBackupPolicyBackupPolicy as EfsBackupPolicyBackupPolicy,
)
from cdktf_cdktf_provider_aws.efs_file_system import (
    EfsFileSystem as EfsFileSystem,
)
from cdktf_cdktf_provider_aws.efs_file_system import (
    EfsFileSystemLifecyclePolicy as EfsFileSystemLifecyclePolicy,
)
from cdktf_cdktf_provider_aws.efs_file_system_policy import EfsFileSystemPolicy as EfsFileSystemPolicy
from cdktf_cdktf_provider_aws.efs_mount_target import EfsMountTarget as EfsMountTarget
from cdktf_cdktf_provider_aws.eip import Eip as Eip
from cdktf_cdktf_provider_aws.eks_access_entry import EksAccessEntry as EksAccessEntry
from cdktf_cdktf_provider_aws.eks_access_policy_association import (
    EksAccessPolicyAssociation as EksAccessPolicyAssociation,
)
from cdktf_cdktf_provider_aws.eks_access_policy_association import (
    EksAccessPolicyAssociationAccessScope as EksAccessPolicyAssociationAccessScope,
)
from cdktf_cdktf_provider_aws.eks_addon import EksAddon as EksAddon
from cdktf_cdktf_provider_aws.eks_cluster import EksCluster as EksCluster
from cdktf_cdktf_provider_aws.eks_cluster import EksClusterAccessConfig as EksClusterAccessConfig
from cdktf_cdktf_provider_aws.eks_cluster import EksClusterEncryptionConfig as EksClusterEncryptionConfig
from cdktf_cdktf_provider_aws.eks_cluster import (
    EksClusterEncryptionConfigProvider as EksClusterEncryptionConfigProvider,
)
from cdktf_cdktf_provider_aws.eks_cluster import EksClusterKubernetesNetworkConfig as EksClusterKubernetesNetworkConfig
from cdktf_cdktf_provider_aws.eks_cluster import EksClusterTimeouts as EksClusterTimeouts
from cdktf_cdktf_provider_aws.eks_cluster import EksClusterUpgradePolicy as EksClusterUpgradePolicy
from cdktf_cdktf_provider_aws.eks_cluster import EksClusterVpcConfig as EksClusterVpcConfig
from cdktf_cdktf_provider_aws.eks_node_group import EksNodeGroup as EksNodeGroup
from cdktf_cdktf_provider_aws.eks_node_group import EksNodeGroupLaunchTemplate as EksNodeGroupLaunchTemplate
from cdktf_cdktf_provider_aws.eks_node_group import EksNodeGroupNodeRepairConfig as EksNodeGroupNodeRepairConfig
from cdktf_cdktf_provider_aws.eks_node_group import EksNodeGroupScalingConfig as EksNodeGroupScalingConfig
from cdktf_cdktf_provider_aws.eks_node_group import EksNodeGroupTaint as EksNodeGroupTaint
from cdktf_cdktf_provider_aws.eks_node_group import EksNodeGroupTimeouts as EksNodeGroupTimeouts
from cdktf_cdktf_provider_aws.eks_node_group import EksNodeGroupUpdateConfig as EksNodeGroupUpdateConfig
from cdktf_cdktf_provider_aws.eks_pod_identity_association import EksPodIdentityAssociation as EksPodIdentityAssociation
from cdktf_cdktf_provider_aws.flow_log import FlowLog as FlowLog
from cdktf_cdktf_provider_aws.fsx_data_repository_association import (
    FsxDataRepositoryAssociation as FsxDataRepositoryAssociation,
)
from cdktf_cdktf_provider_aws.fsx_data_repository_association import (
    FsxDataRepositoryAssociationS3 as FsxDataRepositoryAssociationS3,
)
from cdktf_cdktf_provider_aws.fsx_data_repository_association import (
    FsxDataRepositoryAssociationS3AutoExportPolicy as FsxDataRepositoryAssociationS3AutoExportPolicy,
)
from cdktf_cdktf_provider_aws.fsx_data_repository_association import (
    FsxDataRepositoryAssociationS3AutoImportPolicy as FsxDataRepositoryAssociationS3AutoImportPolicy,
)
from cdktf_cdktf_provider_aws.fsx_lustre_file_system import FsxLustreFileSystem as FsxLustreFileSystem
from cdktf_cdktf_provider_aws.iam_instance_profile import IamInstanceProfile as IamInstanceProfile
from cdktf_cdktf_provider_aws.iam_openid_connect_provider import IamOpenidConnectProvider as IamOpenidConnectProvider
from cdktf_cdktf_provider_aws.iam_role import IamRole as IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy as IamRolePolicy
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import (
    IamRolePolicyAttachment as IamRolePolicyAttachment,
)
from cdktf_cdktf_provider_aws.instance import (
    Instance as Instance,
)
from cdktf_cdktf_provider_aws.instance import (
    InstanceCreditSpecification as InstanceCreditSpecification,
)
from cdktf_cdktf_provider_aws.instance import (
    InstanceInstanceMarketOptions as InstanceInstanceMarketOptions,
)
from cdktf_cdktf_provider_aws.instance import (
    InstanceInstanceMarketOptionsSpotOptions as InstanceInstanceMarketOptionsSpotOptions,
)
from cdktf_cdktf_provider_aws.instance import (
    InstanceMaintenanceOptions as InstanceMaintenanceOptions,
)
from cdktf_cdktf_provider_aws.instance import (
    InstanceMetadataOptions as InstanceMetadataOptions,
)
from cdktf_cdktf_provider_aws.instance import (
    InstanceRootBlockDevice as InstanceRootBlockDevice,
)
from cdktf_cdktf_provider_aws.internet_gateway import InternetGateway as InternetGateway
from cdktf_cdktf_provider_aws.key_pair import KeyPair as KeyPair
from cdktf_cdktf_provider_aws.kms_alias import KmsAlias as KmsAlias
from cdktf_cdktf_provider_aws.kms_key import KmsKey as KmsKey
from cdktf_cdktf_provider_aws.launch_template import LaunchTemplate as LaunchTemplate
from cdktf_cdktf_provider_aws.launch_template import (
    LaunchTemplateBlockDeviceMappings as LaunchTemplateBlockDeviceMappings,
)
from cdktf_cdktf_provider_aws.launch_template import (
    LaunchTemplateBlockDeviceMappingsEbs as LaunchTemplateBlockDeviceMappingsEbs,
)
from cdktf_cdktf_provider_aws.launch_template import LaunchTemplateMetadataOptions as LaunchTemplateMetadataOptions
from cdktf_cdktf_provider_aws.launch_template import LaunchTemplateMonitoring as LaunchTemplateMonitoring
from cdktf_cdktf_provider_aws.launch_template import LaunchTemplateTagSpecifications as LaunchTemplateTagSpecifications
from cdktf_cdktf_provider_aws.memorydb_acl import MemorydbAcl as MemorydbAcl
from cdktf_cdktf_provider_aws.memorydb_cluster import MemorydbCluster as MemorydbCluster
from cdktf_cdktf_provider_aws.memorydb_parameter_group import (
    MemorydbParameterGroup as MemorydbParameterGroup,
)
from cdktf_cdktf_provider_aws.memorydb_parameter_group import (
    MemorydbParameterGroupParameter as MemorydbParameterGroupParameter,
)
from cdktf_cdktf_provider_aws.memorydb_subnet_group import MemorydbSubnetGroup as MemorydbSubnetGroup
from cdktf_cdktf_provider_aws.memorydb_user import (
    MemorydbUser as MemorydbUser,
)
from cdktf_cdktf_provider_aws.memorydb_user import (
    MemorydbUserAuthenticationMode as MemorydbUserAuthenticationMode,
)
from cdktf_cdktf_provider_aws.nat_gateway import NatGateway as NatGateway
from cdktf_cdktf_provider_aws.placement_group import PlacementGroup as PlacementGroup
from cdktf_cdktf_provider_aws.prometheus_scraper import PrometheusScraper as PrometheusScraper
from cdktf_cdktf_provider_aws.prometheus_scraper import PrometheusScraperDestination as PrometheusScraperDestination
from cdktf_cdktf_provider_aws.prometheus_scraper import (
    PrometheusScraperDestinationAmp as PrometheusScraperDestinationAmp,
)
from cdktf_cdktf_provider_aws.prometheus_scraper import PrometheusScraperSource as PrometheusScraperSource
from cdktf_cdktf_provider_aws.prometheus_scraper import PrometheusScraperSourceEks as PrometheusScraperSourceEks
from cdktf_cdktf_provider_aws.prometheus_workspace import PrometheusWorkspace as PrometheusWorkspace
from cdktf_cdktf_provider_aws.prometheus_workspace import (
    PrometheusWorkspaceLoggingConfiguration as PrometheusWorkspaceLoggingConfiguration,
)
from cdktf_cdktf_provider_aws.provider import (
    AwsProvider as AwsProvider,
)
from cdktf_cdktf_provider_aws.provider import (
    AwsProviderDefaultTags as AwsProviderDefaultTags,
)
from cdktf_cdktf_provider_aws.route import Route as Route
from cdktf_cdktf_provider_aws.route53_record import Route53Record as Route53Record
from cdktf_cdktf_provider_aws.route53_zone import Route53Zone as Route53Zone
from cdktf_cdktf_provider_aws.route53_zone import Route53ZoneVpc as Route53ZoneVpc
from cdktf_cdktf_provider_aws.route_table import RouteTable as RouteTable
from cdktf_cdktf_provider_aws.route_table_association import RouteTableAssociation as RouteTableAssociation
from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket as S3Bucket
from cdktf_cdktf_provider_aws.s3_bucket_cors_configuration import (
    S3BucketCorsConfiguration as S3BucketCorsConfiguration,
)
from cdktf_cdktf_provider_aws.s3_bucket_cors_configuration import (
    S3BucketCorsConfigurationCorsRule as S3BucketCorsConfigurationCorsRule,
)
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfiguration as S3BucketLifecycleConfiguration,
)
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfigurationRule as S3BucketLifecycleConfigurationRule,
)
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload as S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload,
)
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfigurationRuleExpiration as S3BucketLifecycleConfigurationRuleExpiration,
)
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfigurationRuleFilter as S3BucketLifecycleConfigurationRuleFilter,
)
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration as S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration,
)
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfigurationRuleTransition as S3BucketLifecycleConfigurationRuleTransition,
)
from cdktf_cdktf_provider_aws.s3_bucket_logging import S3BucketLoggingA as S3BucketLoggingA
from cdktf_cdktf_provider_aws.s3_bucket_ownership_controls import (
    S3BucketOwnershipControls as S3BucketOwnershipControls,
)
from cdktf_cdktf_provider_aws.s3_bucket_ownership_controls import (
    S3BucketOwnershipControlsRule as S3BucketOwnershipControlsRule,
)
from cdktf_cdktf_provider_aws.s3_bucket_policy import S3BucketPolicy as S3BucketPolicy
from cdktf_cdktf_provider_aws.s3_bucket_public_access_block import (
    S3BucketPublicAccessBlock as S3BucketPublicAccessBlock,
)
from cdktf_cdktf_provider_aws.s3_bucket_server_side_encryption_configuration import (
    S3BucketServerSideEncryptionConfigurationA as S3BucketServerSideEncryptionConfigurationA,
)
from cdktf_cdktf_provider_aws.s3_bucket_server_side_encryption_configuration import (
    S3BucketServerSideEncryptionConfigurationRuleA as S3BucketServerSideEncryptionConfigurationRuleA,
)
from cdktf_cdktf_provider_aws.s3_bucket_server_side_encryption_configuration import (
    S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA as S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA,
)
from cdktf_cdktf_provider_aws.s3_bucket_versioning import (
    S3BucketVersioningA as S3BucketVersioningA,
)
from cdktf_cdktf_provider_aws.s3_bucket_versioning import (
    S3BucketVersioningVersioningConfiguration as S3BucketVersioningVersioningConfiguration,
)
from cdktf_cdktf_provider_aws.secretsmanager_secret import SecretsmanagerSecret as SecretsmanagerSecret
from cdktf_cdktf_provider_aws.secretsmanager_secret_version import (
    SecretsmanagerSecretVersion as SecretsmanagerSecretVersion,
)
from cdktf_cdktf_provider_aws.security_group import SecurityGroup as SecurityGroup
from cdktf_cdktf_provider_aws.subnet import Subnet as Subnet
from cdktf_cdktf_provider_aws.volume_attachment import VolumeAttachment as VolumeAttachment
from cdktf_cdktf_provider_aws.vpc import Vpc as Vpc
from cdktf_cdktf_provider_aws.vpc_endpoint import VpcEndpoint as VpcEndpoint
from cdktf_cdktf_provider_aws.vpc_security_group_egress_rule import (
    VpcSecurityGroupEgressRule as VpcSecurityGroupEgressRule,
)
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import (
    VpcSecurityGroupIngressRule as VpcSecurityGroupIngressRule,
)
