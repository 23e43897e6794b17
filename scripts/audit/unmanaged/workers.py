"""What is not Terraform's and is meant to be there: what Ray's autoscaler makes, Anyscale or EKS."""

from __future__ import annotations

from config.anyscale_cloud import AnyscaleCloudConfig
from config.autoscaling_ec2 import AutoscalingEc2Config
from config.foundation import FoundationConfig
from config.kuberay_eks import CLUSTER_ROLE, KuberayEksConfig
from scripts.inventory.surroundings import Thing

_HEAD = "head"


def worker_of(config: FoundationConfig, thing: Thing) -> str:
    """Who made an instance, or nothing when nobody but Terraform makes instances there.

    The autoscaler gives its instances the cluster's tag, which stands in the rendered configuration, and tags of its
    own: https://docs.ray.io/en/latest/cluster/vms/references/ray-cluster-configuration.html
    """
    if not isinstance(config, AutoscalingEc2Config) or not thing.tagged:
        return ""
    if thing.ray_node == _HEAD:
        return "" if config.terraform_makes_head else "`ray up` made it"
    return "Ray's autoscaler made it" if thing.ray_node else ""


def record_of(config: FoundationConfig, thing: Thing) -> str:
    """Who wrote a record of the private zone that is not in the state, or nothing when nobody but Terraform does."""
    by_ray = isinstance(config, AutoscalingEc2Config) and not config.terraform_makes_head
    its_own = by_ray and thing.id == f"{config.label.head_address} A"
    return "the head that `ray up` made wrote it" if its_own else ""


_MADE_FOR_CLOUD = frozenset({"instances", "addresses", "volumes", "interfaces"})
"""Kinds that the control plane's role can make: nodes, and what it gives them."""
_LOAD_BALANCER = "load balancer anyscale"
"""How notes about the interfaces of a service's load balancer begin: the role can make no other.

https://docs.anyscale.com/iam/aws
"""


def cloud_of(config: FoundationConfig, kind: str, thing: Thing) -> str:
    """Whether Anyscale's control plane made it for the cloud, in words; nothing when nobody can tell, or elsewhere."""
    if not isinstance(config, AnyscaleCloudConfig):
        return ""
    if kind in _MADE_FOR_CLOUD and thing.of_cloud:
        return "Anyscale's control plane made it"
    of_service = kind == "interfaces" and thing.used_by_service and thing.note.lower().startswith(_LOAD_BALANCER)
    return "a service of Anyscale's is reached by it" if of_service and config.anyscale.services else ""


def eks_of(config: FoundationConfig, kind: str, thing: Thing) -> str:
    """Whether EKS made it for the cluster, in words; nothing when nobody can tell, or elsewhere."""
    if not isinstance(config, KuberayEksConfig):
        return ""
    if kind == "interfaces" and thing.used_by_service:
        scraped = config.prometheus is not None and thing.note == "a scraper of Prometheus"
        of_cluster = thing.note == f"EKS cluster {config.cluster_name}"
        return "EKS made it for the cluster" if of_cluster else "the scraper reads pods by it" if scraped else ""
    role = config.place.iam_arn(f"role/{config.label.name(CLUSTER_ROLE)}")
    of_secrets = kind == "grants" and thing.note.startswith(f"lets {role} ")
    return "EKS encrypts Kubernetes secrets by it" if of_secrets else ""
