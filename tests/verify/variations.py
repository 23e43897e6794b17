"""What is written otherwise than here and works as well: nothing of it may be found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from config.anyscale import CLOUD_ID_TAG, CloudBucketConfig, CloudEfsConfig, CloudMemoryDbConfig
from tests.verify.bending import (
    Bend,
    acl_entry,
    allow,
    anyway,
    boundary,
    everybody,
    inline,
    no_rule,
    rule,
    together,
    trust,
)
from tests.verify.bends_access import CLIENTS, WORLD, by_prefix_list
from tests.verify.bends_files import file_policy
from tests.verify.bends_network import PUBLIC, existing, nothing
from tests.verify.bends_roles import ANYSCALE, EXTERNAL_ID, by_service, let_in
from tests.verify.bucket_bending import (
    CONSOLE,
    bucket_blocks,
    bucket_policy,
    cors,
    encryption,
    for_roles,
    key_policy,
    only_tls,
    origin,
)
from tests.verify.deployment import Deployment

TAG = {"StringEquals": {f"aws:ResourceTag/{CLOUD_ID_TAG}": "cld_1a2b3c4d5e6f7g8h"}}
HERE = {"StringEquals": {"aws:RequestedRegion": ["us-west-2", "us-east-1"]}}
OWN = "arn:aws:iam::123456789012:root"


@contextmanager
def in_the_cloud_group(d: Deployment) -> Iterator[None]:
    """MemoryDB where Anyscale's verification looks for it."""
    memorydb, groups = d.client("memorydb"), d.output("security_group_ids")
    memorydb.update_cluster(ClusterName=d.store, SecurityGroupIds=[groups["cloud"]])
    yield
    memorydb.update_cluster(ClusterName=d.store, SecurityGroupIds=[groups["memorydb"]])


@contextmanager
def list_with_default_user(d: Deployment) -> Iterator[None]:
    """An ACL of its own, with the user that whoever names none is."""
    memorydb = d.client("memorydb")
    memorydb.create_acl(ACLName="ours", UserNames=["default"])
    memorydb.update_cluster(ClusterName=d.store, ACLName="ours")
    yield
    memorydb.update_cluster(ClusterName=d.store, ACLName="open-access")
    memorydb.delete_acl(ACLName="ours")


@contextmanager
def more_tags(d: Deployment) -> Iterator[None]:
    """Tags of the company's own."""
    tags = [{"Key": "cost-center", "Value": "42"}]
    d.client("ec2").create_tags(Resources=[d.group_id, d.vpc_id], Tags=tags)
    d.client("iam").tag_role(RoleName=d.node, Tags=tags)
    yield
    d.client("ec2").delete_tags(Resources=[d.group_id, d.vpc_id], Tags=tags)
    d.client("iam").untag_role(RoleName=d.node, TagKeys=["cost-center"])


@contextmanager
def more_profiles(d: Deployment) -> Iterator[None]:
    """A second instance profile that holds the nodes' role."""
    iam, name = d.client("iam"), {"InstanceProfileName": "second"}
    iam.create_instance_profile(**name)
    iam.add_role_to_instance_profile(**name, RoleName=d.node)
    yield
    iam.remove_role_from_instance_profile(**name, RoleName=d.node)
    iam.delete_instance_profile(**name)


@contextmanager
def public_addresses(d: Deployment) -> Iterator[None]:
    """Public subnets give public addresses."""
    ec2, subnets = d.client("ec2"), d.output("public_subnet_ids").values()
    for value in (True, False):
        for subnet in subnets:
            ec2.modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch={"Value": value})
        if value:
            yield


def rights(*services: str) -> list[dict[str, object]]:
    """A statement for each service: all of it."""
    return [dict(allow(f"{service}:*")) for service in services]


ROLES = (
    Bend(
        "whole services by wildcard",
        together(
            inline("control_plane", *rights("ec2", "iam", "elasticfilesystem"), name="instances"),
            inline("control_plane", *rights("ec2", "cloudformation", "elasticloadbalancing", "acm"), name="services"),
        ),
        {},
    ),
    Bend(
        "Allow split over statements and policies, with other conditions",
        together(
            inline(
                "control_plane",
                allow("ec2:Describe*", "ec2:Run*", "ec2:*Spot*", Condition=HERE),
                allow("ec2:Create*", "ec2:AllocateAddress"),
                allow("ec2:St*Instances", "ec2:TerminateInstance?", Condition=TAG),
                allow("EC2:modifyinstanceattribute", "ec2:*IamInstanceProfile*", "ec2:*Volume", Condition=TAG),
                allow("ec2:Delete*", Condition=TAG),
                allow("ec2:ReleaseAddress", "ec2:DeleteTags"),
                name="instances",
            ),
            inline(
                "control_plane", {"Effect": "Allow", "NotAction": ["ec2:*", "s3:*"], "Resource": ["*"]}, name="rest"
            ),
        ),
        {},
    ),
    Bend(
        "a boundary with room",
        boundary("control_plane", {"Effect": "Allow", "NotAction": "organizations:*", "Resource": "*"}),
        {},
    ),
)
TRUSTS = (
    Bend(
        "a trust by lists",
        trust(
            "control_plane",
            let_in([ANYSCALE], by="StringLike", id_=[EXTERNAL_ID], Action=["sts:AssumeRole", "sts:TagSession"]),
        ),
        {},
    ),
    Bend(
        "a trust by account and by Deny",
        trust(
            "control_plane",
            let_in("525325868955"),
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "sts:AssumeRole",
                "Condition": {"StringNotEquals": {"sts:ExternalId": EXTERNAL_ID}},
            },
        ),
        {},
    ),
    Bend("a trust of the own account beside it", trust("control_plane", let_in(), let_in(OWN, id_=None)), {}),
)
NODE_TRUSTS = (
    Bend(
        "nodes that ECS may be, too",
        trust(
            "node", by_service("ec2.amazonaws.com", Principal={"Service": ["ec2.amazonaws.com", "ecs.amazonaws.com"]})
        ),
        {},
    ),
)
ACCESS = (
    Bend("443 in a range", together(no_rule(443, CLIENTS), rule((440, 444), CLIENTS)), {}),
    Bend(
        "443 by many rules",
        together(no_rule(443, CLIENTS), rule((443, 443), "10.0.0.0/9"), rule((442, 443), "10.128.0.0/9")),
        {},
    ),
    Bend("443 by a prefix list", together(no_rule(443, CLIENTS), by_prefix_list((443, 443), "10.0.0.0/8")), {}),
    Bend("everything out", together(no_rule(443, WORLD, egress=True), rule(None, WORLD, egress=True)), {}),
    Bend("ping from the world", rule((-1, -1), WORLD, protocol="icmp"), {}),
    Bend(
        "a network ACL that says what it allows",
        acl_entry(egress=False, ports=(443, 443), cidr=CLIENTS, action="allow"),
        {},
    ),
)
BUCKET = (
    Bend("rights on the bucket by the roles only", bucket_policy(only_tls), {}),
    Bend(
        "rights on the bucket by its policy only",
        together(
            # The key's rights stay with the roles.
            inline("node", allow("kms:Decrypt", "kms:GenerateDataKey"), name="bucket"),
            inline("control_plane", allow("kms:*"), name="bucket"),
        ),
        {},
    ),
    Bend("rights on all buckets", inline("node", allow("s3:*"), allow("kms:*"), name="bucket"), {}),
)
CORS = (
    Bend(
        "CORS in several rules",
        cors(
            origin("https://other.example.com", ["GET"], exposed=[]),
            origin(
                "https://console.anyscale.com",
                ["GET", "HEAD"],
                exposed=["accept-ranges", "content-range", "Content-Length", "ETag"],
            ),
            origin("*", ["PUT", "POST", "DELETE"]),
        ),
        {},
    ),
    Bend("CORS as Anyscale's own tool writes it", cors(origin(CONSOLE)), {}),
)
KEPT = (
    Bend("blocked by the account", bucket_blocks(BlockPublicAcls=False, BlockPublicPolicy=False), {}),
    Bend("encrypted by S3's own key", encryption(SSEAlgorithm="AES256"), {}),
    Bend("a key that names both roles", key_policy(lambda d: for_roles(d, "node", "control_plane")), {}),
)
FILES = (
    Bend("files without a policy", file_policy(lambda _statements: []), {}),
    Bend("files for everybody", file_policy(lambda _statements: [everybody("Allow", "elasticfilesystem:Client*")]), {}),
    Bend(
        "files for the roles, by TLS",
        file_policy(
            lambda statements: [
                *(each for each in statements if each["Principal"] != {"AWS": "*"}),
                everybody("Deny", "*", Condition={"Bool": {"aws:SecureTransport": "false"}}),
            ]
        ),
        {},
        anyway(efs=CloudEfsConfig(require_iam=True)),
    ),
)
STORE = (
    Bend(
        "the store in the cloud's group",
        in_the_cloud_group,
        {},
        anyway(memorydb=CloudMemoryDbConfig(in_cloud_security_group=True)),
    ),
    Bend("the store with a list of its own", list_with_default_user, {}),
)
OTHERS = (
    Bend("more tags", more_tags, {}),
    Bend("more profiles", more_profiles, {}),
    Bend(
        "an existing bucket",
        nothing,
        {},
        anyway(bucket=CloudBucketConfig(existing_name="anyscale-production-data-cld-1a2b3c4d5e6f7g8h")),
    ),
)
NETWORKS = (
    Bend("an existing VPC", nothing, {}, existing("us-west-2a", "us-west-2b")),
    Bend("direct networking", public_addresses, {}, anyway(access=PUBLIC)),
)
AREAS = (ROLES, TRUSTS, NODE_TRUSTS, ACCESS, BUCKET, CORS, KEPT, FILES, STORE, OTHERS, NETWORKS)
