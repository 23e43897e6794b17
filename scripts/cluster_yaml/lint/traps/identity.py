"""Roles, keys, names and tags."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from scripts.cluster_yaml.lint.cluster import Cluster, NodeType, listing, mapping, shown, text
from scripts.cluster_yaml.lint.registry import Hit, Severity, trap

_CONFIG = "autoscaler/_private/aws/config.py"
_PROVIDER = "autoscaler/_private/aws/node_provider.py"
_DEFAULT_PROFILE = "ray-autoscaler-v1"
_POWERFUL = re.compile(
    r"(?i:full[-_]?access|administrator|power[-_]?user)|(?<![A-Za-z])admin(?![a-z])|Admin(?![a-z])|ADMIN(?![A-Z])"
)
_RAYS_TAGS = frozenset({
    "ray-node-name", "ray-node-type", "ray-user-node-type", "ray-replica-index", "ray-node-status",
    "ray-cluster-name", "ray-launch-config", "ray-runtime-config", "ray-file-mounts-contents", "ray-launch-request",
})  # fmt: skip
"""Source: autoscaler/tags.py of Ray 2.60.0."""


@trap("head-profile-missing", Severity.HIGH, "https://github.com/ray-project/ray/issues/9327")
def head_profile_missing(cluster: Cluster) -> Iterator[Hit]:
    """The head has no `IamInstanceProfile`: Ray gives it full access to EC2 and S3.

    Why: `ray up` makes the role ray-autoscaler-v1 with AmazonEC2FullAccess and AmazonS3FullAccess, and needs rights on
    IAM to do so. Every job on the head has that role.

    Want: `IamInstanceProfile` in the head's node_config, with what the autoscaler calls and no more.
    """
    head = cluster.head
    if head is not None and not head.has_template and not head.config.get("IamInstanceProfile"):
        yield Hit(head.at("IamInstanceProfile"), "none", head.subject)


@trap("default-profile", Severity.HIGH, _CONFIG)
def default_profile(cluster: Cluster) -> Iterator[Hit]:
    """The profile is Ray's own, with full access to EC2 and S3.

    Why: ray-autoscaler-v1 is the profile that Ray makes with AmazonEC2FullAccess and AmazonS3FullAccess.

    Want: a profile of yours with what the node calls and no more.
    """
    for node in cluster.node_types:
        if _profile(node) == _DEFAULT_PROFILE:
            yield Hit(node.at("IamInstanceProfile"), _DEFAULT_PROFILE, node.subject)


@trap(
    "profile-sounds-powerful",
    Severity.LOW,
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege",
)
def profile_sounds_powerful(cluster: Cluster) -> Iterator[Hit]:
    """The profile sounds like full access.

    Why: every job on the node has the rights of its profile. The name says nothing for certain: look at the policies
    of its role.

    Want: a profile with what the node calls and no more.
    """
    for node in cluster.node_types:
        if _POWERFUL.search(_profile(node)):
            yield Hit(node.at("IamInstanceProfile"), shown(_profile(node)), node.subject)


@trap("worker-profile-missing", Severity.LOW, _CONFIG)
def worker_profile_missing(cluster: Cluster) -> Iterator[Hit]:
    """Workers have no `IamInstanceProfile`, hence no rights at AWS.

    Why: the profile that Ray makes is for the head only. Tasks that read S3 work on the head and fail on workers.

    Want: `IamInstanceProfile` with the rights of a worker: its buckets, no EC2.
    """
    for node in cluster.workers:
        if not node.has_template and not node.config.get("IamInstanceProfile"):
            yield Hit(node.at("IamInstanceProfile"), "none", node.subject)


@trap("worker-has-head-profile", Severity.MEDIUM, "https://github.com/ray-project/ray/issues/9327")
def worker_has_head_profile(cluster: Cluster) -> Iterator[Hit]:
    """Workers have the head's `IamInstanceProfile`.

    Why: the head's role launches and terminates instances; with the same profile every task on every worker may.

    Want: a profile without rights on EC2 for workers.
    """
    heads = _profile(cluster.head) if cluster.head is not None else ""
    for node in cluster.workers:
        if heads and _profile(node) == heads:
            yield Hit(node.at("IamInstanceProfile"), shown(heads), node.subject)


@trap(
    "imdsv1-allowed",
    Severity.MEDIUM,
    "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html",
)
def imdsv1_allowed(cluster: Cluster) -> Iterator[Hit]:
    """`MetadataOptions` does not require IMDSv2.

    Why: without tokens, a request that a task can be made to send (SSRF) reads the credentials of the node's role. The
    default depends on the AMI and the account.

    Want: `MetadataOptions: {HttpTokens: required}`.
    """
    for node in cluster.node_types:
        tokens = mapping(node.config.get("MetadataOptions")).get("HttpTokens", "none")
        if tokens != "required" and not node.has_template:
            yield Hit(node.at("MetadataOptions", "HttpTokens"), shown(tokens), node.subject)


@trap("key-name-missing", Severity.HIGH, _CONFIG)
def key_name_missing(cluster: Cluster) -> Iterator[Hit]:
    """`auth.ssh_private_key` without `KeyName`.

    Why: with a key of yours Ray wants `KeyName` (or `UserData` that brings the key) in every node_config, and ends.

    Want: `KeyName` in every node_config.
    """
    for node in cluster.node_types if "ssh_private_key" in cluster.auth else ():
        if not node.has_template and not {"KeyName", "UserData"} & node.config.keys():
            yield Hit(node.at("KeyName"), "none", node.subject)


@trap("key-name-overwritten", Severity.MEDIUM, _CONFIG)
def key_name_overwritten(cluster: Cluster) -> Iterator[Hit]:
    """`KeyName` without `auth.ssh_private_key` is overwritten.

    Why: without a private key Ray makes or reuses a key pair of its own and puts its name into every node_config.

    Want: `auth: {ssh_private_key: <file of that key pair>}`.
    """
    for node in cluster.node_types if "ssh_private_key" not in cluster.auth else ():
        if "KeyName" in node.config:
            yield Hit(node.at("KeyName"), shown(node.config["KeyName"]), node.subject)


@trap("key-pair-shared", Severity.LOW, _CONFIG)
def key_pair_shared(cluster: Cluster) -> Iterator[Hit]:
    """No SSH key: Ray makes a key pair that all clusters of the region share.

    Why: it is called ray-autoscaler_<region>, its private half goes to ~/.ssh of who ran `ray up` first and onto every
    head, and a head's key opens the nodes of every other such cluster.

    Want: `auth.ssh_private_key`, and `KeyName` in every node_config.
    """
    own = "ssh_private_key" in cluster.auth or "key_pair" in cluster.provider
    if not own and cluster.has_updaters and not any("KeyName" in node.config for node in cluster.node_types):
        yield Hit(("auth", "ssh_private_key"), "none", "auth")


@trap("cluster-name-shared", Severity.MEDIUM, _PROVIDER)
def cluster_name_shared(cluster: Cluster) -> Iterator[Hit]:
    """The cluster has Ray's default name, as others in the account may.

    Why: Ray knows its instances by the tag ray-cluster-name alone. Who runs `ray up` or `ray down` with the same name
    in the same account and region takes over, replaces or terminates the other's nodes.

    Want: a `cluster_name` that nobody else has.
    """
    if cluster.fields.get("cluster_name", "default") == "default":
        yield Hit(("cluster_name",), shown(cluster.fields.get("cluster_name", "none")))


@trap("ray-tags-overwritten", Severity.HIGH, _PROVIDER)
def ray_tags_overwritten(cluster: Cluster) -> Iterator[Hit]:
    """`TagSpecifications` overwrites a tag that Ray works with.

    Why: your value wins over Ray's. Ray finds its nodes by these tags: it loses them, and launches others for them.

    Want: tags with names of your own.
    """
    for node in cluster.node_types:
        for place, key in _instance_tags(node):
            if key in _RAYS_TAGS:
                yield Hit(place, shown(key), node.subject)


def _profile(node: NodeType) -> str:
    """Name of an instance profile, given by name or by ARN."""
    profile = mapping(node.config.get("IamInstanceProfile"))
    return text(profile.get("Name")) or text(profile.get("Arn")).rsplit("/", 1)[-1]


def _instance_tags(node: NodeType) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    for index, specification in enumerate(listing(node.config.get("TagSpecifications"))):
        if mapping(specification).get("ResourceType") != "instance":
            continue
        for position, tag in enumerate(listing(mapping(specification).get("Tags"))):
            yield node.at("TagSpecifications", index, "Tags", position), text(mapping(tag).get("Key"))
