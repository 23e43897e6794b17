"""Launch templates of the node groups, each version of them: what their nodes are started from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scripts.inventory.eks_cluster.node_groups import NodeGroup
from scripts.inventory.reader import Reader
from scripts.inventory.reading import Read, Reading, Unreadable, joined, mapped
from scripts.inventory.scope import Scope
from scripts.inventory.shapes import ordered

DESCRIBE_TEMPLATE_VERSIONS = Read(
    "ec2",
    "DescribeLaunchTemplateVersions",
    items="LaunchTemplateVersions",
    absent=("InvalidLaunchTemplateId.NotFound",),
)


@dataclass(frozen=True)
class TemplateVolume:
    """A volume that a node is started with."""

    device: str
    type: str | None
    size_gib: int | None
    encrypted: bool | None
    """None when the template does not say: then the account's default counts."""
    kms_key: str | None


@dataclass(frozen=True)
class TemplateVersion:
    """One version of a launch template."""

    template_id: str
    name: str
    version: int
    metadata_tokens: str | None
    metadata_hop_limit: int | None
    group_ids: tuple[str, ...]
    public_address: bool
    """Whether it asks for a public address."""
    volumes: tuple[TemplateVolume, ...]
    image_id: str | None
    """None when EKS chooses the image."""


def collect_templates(
    reader: Reader, scope: Scope, node_groups: Reading[tuple[Reading[NodeGroup], ...]]
) -> Reading[tuple[TemplateVersion, ...]]:
    """Read the templates of the state, and those that a node group has instead."""
    known = scope.state.values("aws_launch_template")
    for template in known:
        reader.start(DESCRIBE_TEMPLATE_VERSIONS, LaunchTemplateId=template)
    ids = sorted({*known, *_used(node_groups)})
    answers = [reader.start(DESCRIBE_TEMPLATE_VERSIONS, LaunchTemplateId=template) for template in ids]
    found = joined(answer.parse(lambda items: tuple(map(_version, items))) for answer in answers)
    return mapped(found, lambda versions: ordered(versions, key=lambda each: (each.name, each.version)))


def _used(node_groups: Reading[tuple[Reading[NodeGroup], ...]]) -> Iterator[str]:
    for group in () if isinstance(node_groups, Unreadable) else node_groups:
        if not isinstance(group, Unreadable) and group.template_id is not None:
            yield group.template_id


def _version(answer: Mapping[str, Any]) -> TemplateVersion:
    data = answer["LaunchTemplateData"]
    interfaces = data.get("NetworkInterfaces") or ()
    metadata = data.get("MetadataOptions") or {}
    groups = {*(data.get("SecurityGroupIds") or ()), *(id_ for each in interfaces for id_ in each.get("Groups") or ())}
    return TemplateVersion(
        template_id=answer["LaunchTemplateId"],
        name=answer["LaunchTemplateName"],
        version=answer["VersionNumber"],
        metadata_tokens=metadata.get("HttpTokens"),
        metadata_hop_limit=metadata.get("HttpPutResponseHopLimit"),
        group_ids=tuple(sorted(groups)),
        public_address=any(interface.get("AssociatePublicIpAddress") for interface in interfaces),
        volumes=tuple(map(_volume, data.get("BlockDeviceMappings") or ())),
        image_id=data.get("ImageId"),
    )


def _volume(device: Mapping[str, Any]) -> TemplateVolume:
    ebs = device.get("Ebs") or {}
    return TemplateVolume(
        device=device.get("DeviceName", ""),
        type=ebs.get("VolumeType"),
        size_gib=ebs.get("VolumeSize"),
        encrypted=ebs.get("Encrypted"),
        kms_key=ebs.get("KmsKeyId"),
    )
