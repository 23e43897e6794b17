"""Configuration values of add-ons: what Rayform sets, with what the environment says laid over it.

What an add-on takes: `aws eks describe-addon-configuration --addon-name … --addon-version …`.
"""

from __future__ import annotations

from typing import Any

from config.eks import AddonName
from config.kuberay_eks import KuberayEksConfig
from config.label import CLUSTER_TAG


def addon_configuration(environment: KuberayEksConfig, name: AddonName) -> dict[str, Any]:
    """Configuration values of one add-on; empty for its own defaults."""
    own = environment.eks.addons.get(name)
    return _laid_over(_defaults(environment).get(name, {}), own.configuration if own is not None else {})


def _defaults(environment: KuberayEksConfig) -> dict[AddonName, dict[str, Any]]:
    everywhere = {"node": {"tolerateAllTaints": True}}
    insights = {"metrics_collected": {"kubernetes": {"enhanced_container_insights": True}}}
    return {
        # Else network policies are there and nothing enforces them.
        "vpc-cni": {"enableNetworkPolicy": "true"},
        # Volumes of claims outlive the cluster: by the tag they are found, and counted before a destroy.
        "aws-ebs-csi-driver": {
            "controller": {"extraVolumeTags": {CLUSTER_TAG: environment.label.cluster}},
            **everywhere,
        },
        "aws-mountpoint-s3-csi-driver": everywhere,
        # Without Application Signals, which are on else, need X-Ray, and wait for an operator that is not here.
        "amazon-cloudwatch-observability": {
            "agent": {"config": {"logs": insights}},
            "applicationSignals": {"enabled": False},
        },
    }


def _laid_over(defaults: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Sections are merged, anything else is replaced."""
    merged = dict(defaults)
    for key, value in own.items():
        below = merged.get(key)
        merged[key] = _laid_over(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged
