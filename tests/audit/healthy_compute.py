"""The account around a healthy environment, and what its nodes leave behind."""

from __future__ import annotations

from config.ec2_cluster import Ec2ClusterConfig
from config.foundation import FoundationConfig
from config.kuberay_eks import KuberayEksConfig
from config.layout import NetworkLayout
from config.memorydb_zones import anyscale_memorydb_zones
from config.node_groups import node_groups
from config.vcpu_quotas import ALL_VCPU_QUOTAS
from scripts.inventory.account import Account, SubnetRoom
from scripts.inventory.addresses import Address
from scripts.inventory.ebs import Ebs, Snapshot
from scripts.inventory.instance_defaults import InstanceDefaults
from scripts.inventory.launch_templates import LaunchTemplate
from scripts.inventory.network import Network
from scripts.inventory.quotas import Quotas, vcpu_quotas
from scripts.inventory.reading import readable

VCPUS = 1152


def ebs(key_arn: str) -> Ebs:
    """An account that is set up well, and one snapshot."""
    return Ebs(True, "block-all-sharing", (Snapshot("snap-1", "vol-0", True, key_arn),), ())


def launch_templates() -> tuple[LaunchTemplate, ...]:
    """One that somebody made for the cluster."""
    return (LaunchTemplate("lt-1", "more-workers", 1, "required", False, ()),)


def instance_defaults() -> InstanceDefaults:
    """Version 2 of the metadata service unless an instance says otherwise."""
    return InstanceDefaults("required")


def addresses(layout: NetworkLayout) -> tuple[Address, ...]:
    """One for each NAT gateway."""
    return tuple(
        Address(f"eipalloc-{zone}", f"nat-{zone}", "1.2.3.4", f"eipassoc-{zone}", True) for zone in layout.nat_zones
    )


def quotas(config: FoundationConfig) -> Quotas:
    """The defaults of AWS, and vCPUs enough."""
    nodes = (config.head, *config.workers.values()) if isinstance(config, Ec2ClusterConfig) else ()
    groups = node_groups(config) if isinstance(config, KuberayEksConfig) else ()
    types = {node.instance_type: 2 for node in nodes} | {type_: 4 for group in groups for type_ in group.instance_types}
    return Quotas(
        ec2={"L-0263D0A3": 5.0, **{quota.code: float(VCPUS) for quota in ALL_VCPU_QUOTAS}},
        vpc={"L-F678F1CE": 5.0, "L-A4707A72": 5.0, "L-FE5A380F": 5.0},
        s3={},
        efs={},
        vcpus_in_use={quota.code: 100.0 for quota in vcpu_quotas(config)},
        vcpus_of_types=types,
    )


def account(config: FoundationConfig, network: Network) -> Account:
    """The environment, and next to nothing beside it."""
    rooms = (SubnetRoom(subnet.subnet_id, subnet.zone, subnet.zone_id, 1000) for subnet in readable(network.subnets))
    return Account(
        vpcs=2,
        internet_gateways=2,
        nat_gateways=dict.fromkeys(config.layout.nat_zones, 1),
        subnets=tuple(rooms),
        buckets=10,
        file_systems=1,
    )


def zone_ids(config: FoundationConfig) -> dict[str, str]:
    """Ids of the zones by their names: such as offer MemoryDB."""
    zones = sorted({*config.layout.private, *config.layout.public})
    return dict(zip(zones, sorted(anyscale_memorydb_zones(config.region) or ()), strict=False))
