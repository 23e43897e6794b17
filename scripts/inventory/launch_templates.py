"""Launch templates that carry the cluster's tag: what an autoscaler or a careless hand would start next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from config.label import CLUSTER_TAG
from scripts.inventory.filters import one_of
from scripts.inventory.reader import Reader
from scripts.inventory.reading import Read, Reading, Unreadable
from scripts.inventory.scope import Scope
from scripts.inventory.shapes import ordered

DESCRIBE_LAUNCH_TEMPLATES = Read("ec2", "DescribeLaunchTemplates", items="LaunchTemplates")
DESCRIBE_LAUNCH_TEMPLATE_VERSIONS = Read("ec2", "DescribeLaunchTemplateVersions", items="LaunchTemplateVersions")


@dataclass(frozen=True)
class LaunchTemplate:
    """The default version of a launch template."""

    launch_template_id: str
    name: str
    version: int
    metadata_tokens: str | None
    """`required`, `optional`, or None: whatever the account does by default."""
    asks_for_public_address: bool
    unencrypted_devices: tuple[str, ...]
    """Devices that are said to be unencrypted; where nothing is said, the account's default counts."""


def collect_launch_templates(reader: Reader, scope: Scope) -> Reading[tuple[LaunchTemplate, ...]]:
    """Read which templates are ours, and in the same round the default version of all."""
    tagged = one_of(f"tag:{CLUSTER_TAG}", [scope.environment.label.cluster])
    ours = reader.start(DESCRIBE_LAUNCH_TEMPLATES, Filters=tagged)
    versions = reader.start(DESCRIBE_LAUNCH_TEMPLATE_VERSIONS, Versions=["$Default"])
    ids = ours.parse(lambda answer: frozenset(template["LaunchTemplateId"] for template in answer))
    if isinstance(ids, Unreadable):
        return ids
    return versions.parse(lambda answer: _templates(answer, ids))


def _templates(answer: list[Any], ids: frozenset[str]) -> tuple[LaunchTemplate, ...]:
    templates = (_template(version) for version in answer if version["LaunchTemplateId"] in ids)
    return ordered(templates, key=lambda template: template.name)


def _template(version: Mapping[str, Any]) -> LaunchTemplate:
    data = version["LaunchTemplateData"]
    interfaces = data.get("NetworkInterfaces") or ()
    devices = data.get("BlockDeviceMappings") or ()
    return LaunchTemplate(
        launch_template_id=version["LaunchTemplateId"],
        name=version["LaunchTemplateName"],
        version=version["VersionNumber"],
        metadata_tokens=(data.get("MetadataOptions") or {}).get("HttpTokens"),
        asks_for_public_address=any(interface.get("AssociatePublicIpAddress") for interface in interfaces),
        unencrypted_devices=tuple(
            device.get("DeviceName", "?") for device in devices if (device.get("Ebs") or {}).get("Encrypted") is False
        ),
    )
