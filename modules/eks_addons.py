"""Add-ons of EKS."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from cdktf import ITerraformDependable, TerraformResource
from constructs import Construct

from config.addon_settings import addon_configuration
from config.eks import AddonName
from config.kuberay_eks import KuberayEksConfig
from modules.aws import EksAddon
from modules.ids import construct_id

BEFORE_NODES: Sequence[AddonName] = ("vpc-cni", "kube-proxy", "eks-pod-identity-agent")
"""No node becomes ready without them; the others are Deployments, which need a node to become active themselves."""


def define_addons(
    scope: Construct,
    *,
    config: KuberayEksConfig,
    names: Sequence[AddonName],
    cluster_name: str,
    role_arns: Mapping[AddonName, str],
    wait_for: Mapping[AddonName, Sequence[ITerraformDependable]],
) -> list[TerraformResource]:
    """Define add-ons with pinned versions.

    `role_arns` are for accounts that get their roles from the OIDC provider. In a cluster of somebody else an add-on
    stays when it is not managed here any more.
    """
    return [
        EksAddon(
            scope,
            construct_id("addon", name),
            cluster_name=cluster_name,
            addon_name=name,
            addon_version=config.addon_version(name),
            configuration_values=_json(addon_configuration(config, name)),
            service_account_role_arn=role_arns.get(name),
            # What somebody has changed by hand goes back to what is said here.
            resolve_conflicts_on_create="OVERWRITE",
            resolve_conflicts_on_update="OVERWRITE",
            preserve=not config.makes_cluster,
            depends_on=list(wait_for.get(name, ())) or None,
            tags=config.label.tags(name),
        )
        for name in names
    ]


def _json(values: Mapping[str, object]) -> str | None:
    return json.dumps(values, sort_keys=True) if values else None
