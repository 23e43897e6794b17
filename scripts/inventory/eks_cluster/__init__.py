"""The Kubernetes cluster of an environment of flavour kuberay-eks, as AWS describes it: made here, or there already."""

from __future__ import annotations

from dataclasses import dataclass

from config.kuberay_eks import KuberayEksConfig
from scripts.inventory.eks_cluster.access import AccessEntry as AccessEntry
from scripts.inventory.eks_cluster.access import start_access_entries
from scripts.inventory.eks_cluster.addons import Addon as Addon
from scripts.inventory.eks_cluster.addons import OfferedAddon as OfferedAddon
from scripts.inventory.eks_cluster.addons import start_addons, start_offered_addons
from scripts.inventory.eks_cluster.control_plane import ControlPlane as ControlPlane
from scripts.inventory.eks_cluster.control_plane import start_control_plane
from scripts.inventory.eks_cluster.identities import OidcProvider as OidcProvider
from scripts.inventory.eks_cluster.identities import PodIdentity as PodIdentity
from scripts.inventory.eks_cluster.identities import start_oidc_providers, start_pod_identities
from scripts.inventory.eks_cluster.node_groups import NodeGroup as NodeGroup
from scripts.inventory.eks_cluster.node_groups import start_node_groups
from scripts.inventory.eks_cluster.node_images import NodeImage as NodeImage
from scripts.inventory.eks_cluster.node_images import start_node_images
from scripts.inventory.eks_cluster.templates import TemplateVersion as TemplateVersion
from scripts.inventory.eks_cluster.templates import collect_templates
from scripts.inventory.reader import Reader
from scripts.inventory.reading import Reading
from scripts.inventory.scope import Scope


@dataclass(frozen=True)
class Eks:
    """One cluster with all that AWS knows of it."""

    control_plane: Reading[ControlPlane | None]
    """None when it is gone."""
    node_groups: Reading[tuple[Reading[NodeGroup], ...]]
    """All of a cluster that is made here; of an existing one those that are ours."""
    templates: Reading[tuple[TemplateVersion, ...]]
    """Every version of the launch templates that the state or a node group names."""
    node_images: Reading[tuple[NodeImage, ...]]
    """EKS's newest image for the Kubernetes version, of each kind."""
    addons: Reading[tuple[Reading[Addon], ...]]
    offered_addons: Reading[tuple[OfferedAddon, ...]]
    """What AWS offers for the Kubernetes version."""
    access_entries: Reading[tuple[Reading[AccessEntry], ...]]
    """All of a cluster that is made here; of an existing one those that are ours."""
    pod_identities: Reading[tuple[Reading[PodIdentity], ...]]
    """All of a cluster that is made here; of an existing one those of our service accounts and in our namespace."""
    oidc_providers: tuple[Reading[OidcProvider], ...]
    """Of the state: for service accounts that have their roles by IRSA."""


def collect_eks(reader: Reader, scope: Scope) -> Eks | None:
    """Read the cluster; None for other flavours. What is known by name is asked for before anything is waited for."""
    environment = scope.environment
    if not isinstance(environment, KuberayEksConfig):
        return None
    control_plane = start_control_plane(reader, environment)
    node_groups = start_node_groups(reader, scope, environment)
    addons = start_addons(reader, scope, environment)
    access_entries = start_access_entries(reader, scope, environment)
    pod_identities = start_pod_identities(reader, scope, environment)
    offered_addons = start_offered_addons(reader, environment)
    node_images = start_node_images(reader, environment)
    oidc_providers = start_oidc_providers(reader, scope)
    groups = node_groups()
    return Eks(
        control_plane=control_plane(),
        node_groups=groups,
        templates=collect_templates(reader, scope, groups),
        node_images=node_images(),
        addons=addons(),
        offered_addons=offered_addons(),
        access_entries=access_entries(),
        pod_identities=pod_identities(),
        oidc_providers=oidc_providers(),
    )
