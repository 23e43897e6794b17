"""Log groups whose names AWS gives, outside of `/<project>/<environment>/`."""

from __future__ import annotations

from collections.abc import Mapping

from config.kuberay_eks import KuberayEksConfig
from config.label import Label

INSIGHTS_PREFIX = "/aws/containerinsights"
_INSIGHTS = ("application", "dataplane", "host", "performance")
"""https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-reference.html"""


def control_plane_log_group(cluster: str) -> str:
    """Where EKS sends the logs of a cluster's control plane."""
    return f"/aws/eks/{cluster}/cluster"


def insight_log_groups(environment: KuberayEksConfig) -> Mapping[str, str]:
    """Names, by part, of the groups that Container Insights writes to; in an existing cluster they may be there."""
    if not environment.makes_cluster or "amazon-cloudwatch-observability" not in environment.addons:
        return {}
    return {part: f"{INSIGHTS_PREFIX}/{environment.cluster_name}/{part}" for part in _INSIGHTS}


def prometheus_log_group(label: Label) -> str:
    """Where the workspace of Prometheus writes; AWS delivers to groups of this prefix without a policy of theirs."""
    return f"/aws/vendedlogs/prometheus/{label.cluster}"


def named_log_groups(environment: KuberayEksConfig) -> list[str]:
    """All of them that are made: the key must encrypt them, too."""
    control_plane = [control_plane_log_group(environment.cluster_name)] if environment.makes_cluster else []
    prometheus = [prometheus_log_group(environment.label)] if environment.prometheus is not None else []
    return [*control_plane, *insight_log_groups(environment).values(), *prometheus]
