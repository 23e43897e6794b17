"""Add-ons, and which versions of them AWS offers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from config.kuberay_eks import KuberayEksConfig
from scripts.inventory.eks_cluster.listed import GONE, Later, issues_of, later, tags_of
from scripts.inventory.reader import Reader
from scripts.inventory.reading import Read, Reading
from scripts.inventory.scope import Scope
from scripts.inventory.shapes import Tags, ordered

LIST_ADDONS = Read("eks", "ListAddons", items="addons", absent=GONE)
DESCRIBE_ADDON = Read("eks", "DescribeAddon", absent=GONE)
DESCRIBE_ADDON_VERSIONS = Read("eks", "DescribeAddonVersions", items="addons")


@dataclass(frozen=True)
class Addon:
    """An add-on of the cluster."""

    name: str
    arn: str
    status: str
    """`ACTIVE`."""
    issues: tuple[str, ...]
    version: str
    configuration: str
    """Values as JSON; nothing when none were given."""
    account_role_arn: str | None
    """Role that its service account has by IRSA."""
    tags: Tags


@dataclass(frozen=True)
class OfferedAddon:
    """What AWS offers of an add-on for the Kubernetes version."""

    name: str
    versions: tuple[str, ...]
    """Newest first."""
    default: str
    """What a new add-on gets; nothing when AWS names none."""


def start_addons(
    reader: Reader, scope: Scope, environment: KuberayEksConfig
) -> Later[Reading[tuple[Reading[Addon], ...]]]:
    """Describe the add-ons."""
    cluster = environment.cluster_name
    return later(
        reader.start(LIST_ADDONS, clusterName=cluster),
        scope.state.values("aws_eks_addon", "addon_name"),
        lambda name: reader.start(DESCRIBE_ADDON, clusterName=cluster, addonName=name),
        lambda found: _addon(found["addon"]),
        str,
    )


def start_offered_addons(reader: Reader, environment: KuberayEksConfig) -> Later[Reading[tuple[OfferedAddon, ...]]]:
    """Ask for what AWS itself publishes for the environment's Kubernetes version."""
    version = environment.eks.version
    answer = reader.start(DESCRIBE_ADDON_VERSIONS, kubernetesVersion=version, owners=["aws"])
    return lambda: answer.parse(
        lambda items: ordered((_offered(item, version) for item in items), key=lambda each: each.name)
    )


def _addon(addon: Mapping[str, Any]) -> Addon:
    return Addon(
        name=addon["addonName"],
        arn=addon["addonArn"],
        status=addon["status"],
        issues=issues_of(addon),
        version=addon["addonVersion"],
        configuration=addon.get("configurationValues") or "",
        account_role_arn=addon.get("serviceAccountRoleArn"),
        tags=tags_of(addon),
    )


def _offered(item: Mapping[str, Any], kubernetes: str) -> OfferedAddon:
    fitting = {
        version["addonVersion"]: fit
        for version in item.get("addonVersions") or ()
        for fit in version.get("compatibilities") or ()
        if fit.get("clusterVersion", kubernetes) == kubernetes
    }
    default = next((version for version, fit in fitting.items() if fit.get("defaultVersion")), "")
    return OfferedAddon(item["addonName"], tuple(fitting), default)
