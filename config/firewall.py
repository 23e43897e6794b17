"""Who may talk to whom: every security-group rule of an environment.

The security groups are made from this list, and the audit compares them with it.
"""

from __future__ import annotations

from config.anyscale_cloud import AnyscaleCloudConfig
from config.anyscale_firewall import cloud_groups, cloud_rules
from config.ec2_cluster import Ec2ClusterConfig
from config.ec2_firewall import node_groups, node_rules
from config.eks_firewall import eks_groups, eks_rules
from config.foundation import FoundationConfig
from config.kuberay_eks import KuberayEksConfig
from config.security_rules import Group, Rule


def security_groups(environment: FoundationConfig) -> list[Group]:
    """The security groups that an environment has."""
    if isinstance(environment, Ec2ClusterConfig):
        return node_groups(environment)
    if isinstance(environment, KuberayEksConfig):
        return eks_groups(environment)
    return cloud_groups(_cloud(environment))


def declared_rules(environment: FoundationConfig) -> list[Rule]:
    """Every rule of the environment's security groups."""
    if isinstance(environment, Ec2ClusterConfig):
        return node_rules(environment)
    if isinstance(environment, KuberayEksConfig):
        return eks_rules(environment)
    return cloud_rules(_cloud(environment))


def _cloud(environment: FoundationConfig) -> AnyscaleCloudConfig:
    assert isinstance(environment, AnyscaleCloudConfig)
    return environment
