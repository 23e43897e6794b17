"""What a thief of a role's credential would like to do to the account, each beside what the role may: the two differ
only in what is misused."""

from __future__ import annotations

from collections.abc import Mapping

from config.anyscale_cloud import CONTROL_PLANE
from tests.anyscale_roles.calls import (
    Call,
    arn,
    ask,
    by_stack,
    call,
    ec2,
    elb,
    launch,
    make_stack,
    pass_role,
    request_spot,
)
from tests.anyscale_roles.misuses import Pair
from tests.anyscale_roles.roles import ARNS, BUCKET, CLOUD, KEY, SECRET, SECRET_KEY, TEAM_ROLE, VOLUME_KEY, cloud
from tests.anyscale_roles.work import BY_STACK, DIRECT, NODE, VOLUME, service_linked_role

_ROLE = cloud().place.iam_arn(f"role/{cloud().role_name(CONTROL_PLANE)}")
_OTHER_VPC = arn("ec2", "vpc/vpc-of-another")
_STACK, _CERTIFICATE = arn("cloudformation", "stack/anyscale-1/2"), arn("acm", "certificate/1")
_S3, _EC2 = "s3.us-west-2.amazonaws.com", "ec2.us-west-2.amazonaws.com"


def _regrouped(vpc: str) -> Call:
    """Another security group for a node."""
    group = ec2("ModifyInstanceAttribute", "security-group/x", ec2__Vpc=vpc)
    return ec2("ModifyInstanceAttribute", NODE, has=CLOUD), group


def _iam(action: str, resource: str = _ROLE) -> Pair:
    return call(f"iam:{action}", resource), None


def _ec2_at_all(operation: str, resource: str, **keys: str) -> Pair:
    """Even on what carries the cloud's tag."""
    return (ask(f"ec2:{operation}", arn("ec2", resource), has=CLOUD, **keys),), None


OF_THE_ACCOUNT: Mapping[str, Pair] = {
    "launch in another VPC": (launch(vpc=_OTHER_VPC), launch()),
    "request spot instances in another VPC": (request_spot(vpc=_OTHER_VPC), request_spot()),
    "launch in another region": (launch(region="eu-central-1"), launch()),
    "put a node into a group of another VPC": (_regrouped(_OTHER_VPC), _regrouped(ARNS.vpc)),
    "launch with an administrator's role": (launch(role="arn:aws:iam::123456789012:role/admin"), launch()),
    "launch with another role of a team": (launch(role=f"{TEAM_ROLE}-lead"), launch(role=TEAM_ROLE)),
    "launch with the control plane's role": (launch(role=_ROLE), launch()),
    "give the nodes' role to a function": ((pass_role(to="lambda.amazonaws.com"),), (pass_role(),)),
    "give a team's role to a function": ((pass_role(TEAM_ROLE, "lambda.amazonaws.com"),), (pass_role(TEAM_ROLE),)),
    "give the nodes' role to CloudFormation": ((pass_role(to="cloudformation.amazonaws.com"),), (pass_role(),)),
    "look at another profile": (
        call("iam:GetInstanceProfile", "arn:aws:iam::123456789012:instance-profile/admin"),
        call("iam:GetInstanceProfile", ARNS.cluster_node_profile),
    ),
    "make a user": _iam("CreateUser", "arn:aws:iam::123456789012:user/thief"),
    "make a key of a user": _iam("CreateAccessKey", "arn:aws:iam::123456789012:user/admin"),
    "make a role": _iam("CreateRole", "arn:aws:iam::123456789012:role/thief"),
    "attach a policy to the own role": _iam("AttachRolePolicy"),
    "write a policy into the own role": _iam("PutRolePolicy"),
    "change the own trust": _iam("UpdateAssumeRolePolicy"),
    "lift the own boundary": _iam("DeleteRolePermissionsBoundary"),
    "add a role to a profile": _iam("AddRoleToInstanceProfile", ARNS.cluster_node_profile),
    "take on the nodes' role": (call("sts:AssumeRole", ARNS.cluster_node_role), None),
    "make the role of another service": (
        service_linked_role("autoscaling", "AWSServiceRoleForAutoScaling"),
        service_linked_role("spot", "AWSServiceRoleForEC2Spot"),
    ),
    "read another bucket": (
        call("s3:GetObject", "arn:aws:s3:::another/secret"),
        call("s3:GetObject", f"arn:aws:s3:::{BUCKET}/log"),
    ),
    "list another bucket": (
        call("s3:ListBucket", f"arn:aws:s3:::{BUCKET}-of-another"),
        call("s3:ListBucket", f"arn:aws:s3:::{BUCKET}"),
    ),
    "list all buckets": (call("s3:ListAllMyBuckets"), None),
    "open the bucket": (call("s3:PutBucketPolicy", f"arn:aws:s3:::{BUCKET}"), None),
    "delete versions of what is in it": (call("s3:DeleteObjectVersion", f"arn:aws:s3:::{BUCKET}/log"), None),
    "delete the bucket": (call("s3:DeleteBucket", f"arn:aws:s3:::{BUCKET}"), None),
    "decrypt by the key directly": (call("kms:Decrypt", KEY), call("kms:Decrypt", KEY, kms__ViaService=_S3)),
    "decrypt a secret by the key": (
        call("kms:Decrypt", KEY, kms__ViaService="secretsmanager.us-west-2.amazonaws.com"),
        call("kms:Decrypt", KEY, kms__ViaService=_S3),
    ),
    "use another key": (
        call("kms:Decrypt", arn("kms", "key/another"), kms__ViaService=_S3),
        call("kms:Decrypt", KEY, kms__ViaService=_S3),
    ),
    "decrypt a volume by its key directly": (
        call("kms:Decrypt", VOLUME_KEY),
        call("kms:Decrypt", VOLUME_KEY, kms__ViaService=_EC2),
    ),
    "grant a volume's key to somebody": (
        call("kms:CreateGrant", VOLUME_KEY, kms__ViaService=_EC2, kms__GrantIsForAWSResource="false"),
        call("kms:CreateGrant", VOLUME_KEY, kms__ViaService=_EC2, kms__GrantIsForAWSResource="true"),
    ),
    "grant a volume's key by another service": (
        call("kms:CreateGrant", VOLUME_KEY, kms__ViaService=_S3, kms__GrantIsForAWSResource="true"),
        call("kms:CreateGrant", VOLUME_KEY, kms__ViaService=_EC2, kms__GrantIsForAWSResource="true"),
    ),
    "grant the key to somebody": (call("kms:CreateGrant", KEY, kms__ViaService=_S3), None),
    "delete the key": (call("kms:ScheduleKeyDeletion", KEY), None),
    "read a secret": (call("secretsmanager:GetSecretValue", arn("secretsmanager", "secret:login-1")), None),
    "read the user data of a node": _ec2_at_all("DescribeInstanceAttribute", NODE),
    "read the console of a node": _ec2_at_all("GetConsoleOutput", NODE),
    "allow IMDSv1 on a node": _ec2_at_all("ModifyInstanceMetadataOptions", NODE),
    "copy the volume of a node": _ec2_at_all("CreateSnapshot", VOLUME),
    "share a snapshot": _ec2_at_all("ModifySnapshotAttribute", "snapshot/snap-1"),
    "open a security group": _ec2_at_all("AuthorizeSecurityGroupIngress", "security-group/sg-1", ec2__Vpc=ARNS.vpc),
    "make a security group": _ec2_at_all("CreateSecurityGroup", "security-group/*", ec2__Vpc=ARNS.vpc),
    "delete a subnet": _ec2_at_all("DeleteSubnet", "subnet/subnet-1", ec2__Vpc=ARNS.vpc),
    "change a route": _ec2_at_all("ReplaceRoute", "route-table/rtb-1"),
    "tag a subnet": _ec2_at_all("CreateTags", "subnet/subnet-1", ec2__Vpc=ARNS.vpc),
    "tag a security group": _ec2_at_all("CreateTags", "security-group/sg-1", ec2__Vpc=ARNS.vpc),
    "tag the VPC": _ec2_at_all("CreateTags", "vpc/vpc-1"),
    "make a key pair": _ec2_at_all("CreateKeyPair", "key-pair/thief"),
    "delete a load balancer that is not Anyscale's": (
        (elb("DeleteLoadBalancer", "loadbalancer/app/shop/2", has=CLOUD),),
        (elb("DeleteLoadBalancer", DIRECT["loadbalancer"], has=CLOUD),),
    ),
    "bend the rules of a load balancer that is not Anyscale's": (
        (elb("SetRulePriorities", "listener-rule/app/shop/2/3/4"),),
        (elb("SetRulePriorities", DIRECT["listener-rule"]),),
    ),
    "delete a load balancer that is not Anyscale's by a stack": (
        by_stack(elb("DeleteLoadBalancer", "loadbalancer/app/shop/2")),
        by_stack(elb("DeleteLoadBalancer", BY_STACK["loadbalancer"])),
    ),
    "make a load balancer like a stack's without one": (
        (elb("CreateLoadBalancer", BY_STACK["loadbalancer"], gets=CLOUD),),
        by_stack(elb("CreateLoadBalancer", BY_STACK["loadbalancer"], gets=CLOUD)),
    ),
    "change a set of stacks": (call("cloudformation:UpdateStackSet", arn("cloudformation", "stackset/all:1")), None),
    "change a stack by a change set": (call("cloudformation:ExecuteChangeSet", _STACK, has=CLOUD), None),
    "take a certificate's private key": (call("acm:ExportCertificate", _CERTIFICATE, has=CLOUD), None),
    "import a certificate": (call("acm:ImportCertificate", _CERTIFICATE, has=CLOUD), None),
    "delete the file system": (
        call("elasticfilesystem:DeleteFileSystem", arn("elasticfilesystem", "file-system/fs-1"), has=CLOUD),
        None,
    ),
    "delete MemoryDB": (call("memorydb:DeleteCluster", arn("memorydb", "cluster/1"), has=CLOUD), None),
    "run a function": (call("lambda:CreateFunction", arn("lambda", "function:thief")), None),
    "run commands on a node": (call("ssm:SendCommand", arn("ec2", NODE), has=CLOUD), None),
}
"""By the control plane's credential, with or without a cloud id."""

OF_NODES: Mapping[str, Pair] = {
    "terminate a node": _ec2_at_all("TerminateInstances", NODE),
    "launch a node": (launch(), None),
    "tag a node": _ec2_at_all("CreateTags", NODE),
    "take on the control plane's role": (call("sts:AssumeRole", _ROLE), None),
    "pass on its own role": ((pass_role(),), None),
    "write a policy into the own role": (call("iam:PutRolePolicy", ARNS.cluster_node_role), None),
    "use a volume's key": (call("kms:Decrypt", VOLUME_KEY, kms__ViaService=_EC2), None),
    "read another bucket": OF_THE_ACCOUNT["read another bucket"],
    "open the bucket": OF_THE_ACCOUNT["open the bucket"],
    "decrypt by the key directly": OF_THE_ACCOUNT["decrypt by the key directly"],
    "decrypt by the secret's key directly": (call("kms:Decrypt", SECRET_KEY), None),
    "read another secret": (call("secretsmanager:GetSecretValue", f"{SECRET}-of-another"), None),
    "write another log": (call("logs:PutLogEvents", arn("logs", "log-group:/ray/x:log-stream:y")), None),
    "delete a log": (call("logs:DeleteLogGroup", arn("logs", "log-group:/anyscale/ray")), None),
    "delete the key": OF_THE_ACCOUNT["delete the key"],
    "make a stack": (make_stack("anyscale-1"), None),
    "delete a load balancer": ((elb("DeleteLoadBalancer", DIRECT["loadbalancer"], has=CLOUD),), None),
}
"""By the nodes' credential, which everything that runs on them has."""
