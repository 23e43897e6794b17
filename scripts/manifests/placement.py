"""Where pods run: on the nodes of their own group, and nowhere else."""

from __future__ import annotations

from config.eks import SYSTEM_GROUP
from config.kuberay_eks import NODE_GROUP_LABEL, KuberayEksConfig
from config.node_groups import node_groups


def node_selector(group: str) -> dict[str, str]:
    """Label of the nodes of a group."""
    return {NODE_GROUP_LABEL: group}


def system_selector(environment: KuberayEksConfig) -> dict[str, str]:
    """Label of the nodes for what is not Ray; empty where an existing cluster has its own."""
    return {} if environment.eks.system_nodes is None else node_selector(SYSTEM_GROUP)


def tolerations(environment: KuberayEksConfig, group: str) -> list[dict[str, str]]:
    """Exactly the taints of a group's nodes."""
    taints = next(each.taints for each in node_groups(environment) if each.name == group)
    return [{"key": key, "operator": "Equal", "value": value, "effect": "NoSchedule"} for key, value in taints.items()]
