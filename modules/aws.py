"""The AWS resources in use, imported lazily. Nothing else imports the provider's binding.

The binding's package imports all of its 2,140 submodules, and node loads as many classes: most of a synth. Here the
package is registered without being executed, so that Python loads the submodules below only, and a hook makes node
load classes on use. The synthesized JSON is byte-identical; a test compares both ways (`RAYFORM_STOCK_BINDING=1`).
"""

# ruff: noqa: E402 - the binding is prepared before it is imported
from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

_PACKAGE = "cdktf_cdktf_provider_aws"
_HOOK = Path(__file__).with_name("lazy_provider_hook.cjs")


def _prepare_lazy_binding() -> None:
    """Must run before jsii starts node, which `import cdktf` does."""
    os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "18,20,22")
    if os.environ.get("RAYFORM_STOCK_BINDING"):
        return
    os.environ["NODE_OPTIONS"] = f'{os.environ.get("NODE_OPTIONS", "")} --require "{_HOOK}"'.strip()
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is not None and _PACKAGE not in sys.modules:
        sys.modules[_PACKAGE] = importlib.util.module_from_spec(spec)


_prepare_lazy_binding()

from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup as CloudwatchLogGroup
from cdktf_cdktf_provider_aws.data_aws_ami import DataAwsAmi as DataAwsAmi
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import (
    DataAwsIamPolicyDocument as DataAwsIamPolicyDocument,
    DataAwsIamPolicyDocumentStatement as DataAwsIamPolicyDocumentStatement,
    DataAwsIamPolicyDocumentStatementCondition as DataAwsIamPolicyDocumentStatementCondition,
    DataAwsIamPolicyDocumentStatementPrincipals as DataAwsIamPolicyDocumentStatementPrincipals,
)
from cdktf_cdktf_provider_aws.data_aws_secretsmanager_secret_version import (
    DataAwsSecretsmanagerSecretVersion as DataAwsSecretsmanagerSecretVersion,
)
from cdktf_cdktf_provider_aws.data_aws_ssm_parameter import DataAwsSsmParameter as DataAwsSsmParameter
from cdktf_cdktf_provider_aws.data_aws_subnet import DataAwsSubnet as DataAwsSubnet
from cdktf_cdktf_provider_aws.data_aws_vpc import DataAwsVpc as DataAwsVpc
from cdktf_cdktf_provider_aws.default_security_group import DefaultSecurityGroup as DefaultSecurityGroup
from cdktf_cdktf_provider_aws.efs_access_point import (
    EfsAccessPoint as EfsAccessPoint,
    EfsAccessPointPosixUser as EfsAccessPointPosixUser,
    EfsAccessPointRootDirectory as EfsAccessPointRootDirectory,
    EfsAccessPointRootDirectoryCreationInfo as EfsAccessPointRootDirectoryCreationInfo,
)
from cdktf_cdktf_provider_aws.efs_backup_policy import (
    EfsBackupPolicy as EfsBackupPolicy,
    EfsBackupPolicyBackupPolicy as EfsBackupPolicyBackupPolicy,
)
from cdktf_cdktf_provider_aws.efs_file_system import (
    EfsFileSystem as EfsFileSystem,
    EfsFileSystemLifecyclePolicy as EfsFileSystemLifecyclePolicy,
)
from cdktf_cdktf_provider_aws.efs_file_system_policy import EfsFileSystemPolicy as EfsFileSystemPolicy
from cdktf_cdktf_provider_aws.efs_mount_target import EfsMountTarget as EfsMountTarget
from cdktf_cdktf_provider_aws.eip import Eip as Eip
from cdktf_cdktf_provider_aws.flow_log import FlowLog as FlowLog
from cdktf_cdktf_provider_aws.iam_instance_profile import IamInstanceProfile as IamInstanceProfile
from cdktf_cdktf_provider_aws.iam_role import IamRole as IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy as IamRolePolicy
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import (
    IamRolePolicyAttachment as IamRolePolicyAttachment,
)
from cdktf_cdktf_provider_aws.instance import (
    Instance as Instance,
    InstanceCreditSpecification as InstanceCreditSpecification,
    InstanceInstanceMarketOptions as InstanceInstanceMarketOptions,
    InstanceInstanceMarketOptionsSpotOptions as InstanceInstanceMarketOptionsSpotOptions,
    InstanceMetadataOptions as InstanceMetadataOptions,
    InstanceRootBlockDevice as InstanceRootBlockDevice,
)
from cdktf_cdktf_provider_aws.internet_gateway import InternetGateway as InternetGateway
from cdktf_cdktf_provider_aws.key_pair import KeyPair as KeyPair
from cdktf_cdktf_provider_aws.kms_alias import KmsAlias as KmsAlias
from cdktf_cdktf_provider_aws.kms_key import KmsKey as KmsKey
from cdktf_cdktf_provider_aws.memorydb_acl import MemorydbAcl as MemorydbAcl
from cdktf_cdktf_provider_aws.memorydb_cluster import MemorydbCluster as MemorydbCluster
from cdktf_cdktf_provider_aws.memorydb_parameter_group import (
    MemorydbParameterGroup as MemorydbParameterGroup,
    MemorydbParameterGroupParameter as MemorydbParameterGroupParameter,
)
from cdktf_cdktf_provider_aws.memorydb_subnet_group import MemorydbSubnetGroup as MemorydbSubnetGroup
from cdktf_cdktf_provider_aws.memorydb_user import (
    MemorydbUser as MemorydbUser,
    MemorydbUserAuthenticationMode as MemorydbUserAuthenticationMode,
)
from cdktf_cdktf_provider_aws.nat_gateway import NatGateway as NatGateway
from cdktf_cdktf_provider_aws.placement_group import PlacementGroup as PlacementGroup
from cdktf_cdktf_provider_aws.provider import (
    AwsProvider as AwsProvider,
    AwsProviderDefaultTags as AwsProviderDefaultTags,
)
from cdktf_cdktf_provider_aws.route import Route as Route
from cdktf_cdktf_provider_aws.route53_record import Route53Record as Route53Record
from cdktf_cdktf_provider_aws.route53_zone import Route53Zone as Route53Zone, Route53ZoneVpc as Route53ZoneVpc
from cdktf_cdktf_provider_aws.route_table import RouteTable as RouteTable
from cdktf_cdktf_provider_aws.route_table_association import RouteTableAssociation as RouteTableAssociation
from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket as S3Bucket
from cdktf_cdktf_provider_aws.s3_bucket_cors_configuration import (
    S3BucketCorsConfiguration as S3BucketCorsConfiguration,
    S3BucketCorsConfigurationCorsRule as S3BucketCorsConfigurationCorsRule,
)
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfiguration as S3BucketLifecycleConfiguration,
    S3BucketLifecycleConfigurationRule as S3BucketLifecycleConfigurationRule,
    S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload as S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload,
    S3BucketLifecycleConfigurationRuleExpiration as S3BucketLifecycleConfigurationRuleExpiration,
    S3BucketLifecycleConfigurationRuleFilter as S3BucketLifecycleConfigurationRuleFilter,
    S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration as S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration,
    S3BucketLifecycleConfigurationRuleTransition as S3BucketLifecycleConfigurationRuleTransition,
)
from cdktf_cdktf_provider_aws.s3_bucket_logging import S3BucketLoggingA as S3BucketLoggingA
from cdktf_cdktf_provider_aws.s3_bucket_ownership_controls import (
    S3BucketOwnershipControls as S3BucketOwnershipControls,
    S3BucketOwnershipControlsRule as S3BucketOwnershipControlsRule,
)
from cdktf_cdktf_provider_aws.s3_bucket_policy import S3BucketPolicy as S3BucketPolicy
from cdktf_cdktf_provider_aws.s3_bucket_public_access_block import (
    S3BucketPublicAccessBlock as S3BucketPublicAccessBlock,
)
from cdktf_cdktf_provider_aws.s3_bucket_server_side_encryption_configuration import (
    S3BucketServerSideEncryptionConfigurationA as S3BucketServerSideEncryptionConfigurationA,
    S3BucketServerSideEncryptionConfigurationRuleA as S3BucketServerSideEncryptionConfigurationRuleA,
    S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA as S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA,
)
from cdktf_cdktf_provider_aws.s3_bucket_versioning import (
    S3BucketVersioningA as S3BucketVersioningA,
    S3BucketVersioningVersioningConfiguration as S3BucketVersioningVersioningConfiguration,
)
from cdktf_cdktf_provider_aws.secretsmanager_secret import SecretsmanagerSecret as SecretsmanagerSecret
from cdktf_cdktf_provider_aws.secretsmanager_secret_version import (
    SecretsmanagerSecretVersion as SecretsmanagerSecretVersion,
)
from cdktf_cdktf_provider_aws.security_group import SecurityGroup as SecurityGroup
from cdktf_cdktf_provider_aws.subnet import Subnet as Subnet
from cdktf_cdktf_provider_aws.vpc import Vpc as Vpc
from cdktf_cdktf_provider_aws.vpc_endpoint import VpcEndpoint as VpcEndpoint
from cdktf_cdktf_provider_aws.vpc_security_group_egress_rule import (
    VpcSecurityGroupEgressRule as VpcSecurityGroupEgressRule,
)
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import (
    VpcSecurityGroupIngressRule as VpcSecurityGroupIngressRule,
)
