"""Quotas of the account against what is used and what the environment may ask for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from config.ec2_cluster import Ec2ClusterConfig
from config.firewall import declared_rules
from config.foundation import FoundationConfig
from config.kuberay_eks import KuberayEksConfig
from scripts.audit import applies, quota_limits
from scripts.audit.names import group_names_of
from scripts.audit.open_rules import is_ipv6
from scripts.audit.quota_limits import Limit, within
from scripts.audit.registry import Severity, check
from scripts.audit.vcpu_use import node_group_uses, vcpu_uses
from scripts.audit.verdict import Verdict
from scripts.inventory import Inventory
from scripts.inventory.reading import each, readable


@check("quotas.on_demand_vcpus", severity=Severity.MEDIUM, setting="workers")
def on_demand_vcpus(inventory: Inventory, config: Ec2ClusterConfig) -> Iterator[Verdict]:
    """There are on-demand vCPUs for every declared node, and for one replacement of the largest that Terraform makes.

    Of the workers that Ray's autoscaler makes, as many are declared as `max_workers` allows, on-demand fallbacks too.

    Why: when the head is lost and the quota is used up, no new head starts; and beyond it the autoscaler asks for
    workers in vain, again and again.

    Fix: ask for more in Service Quotas, by the code that is shown; or a smaller `count` or `max_workers`.
    """
    yield from _vcpus(inventory, config, spot=False)


@check("quotas.spot_vcpus", severity=Severity.MEDIUM, applies=applies.has_spot_workers, setting="workers")
def spot_vcpus(inventory: Inventory, config: Ec2ClusterConfig) -> Iterator[Verdict]:
    """There are spot vCPUs for every declared spot worker, and for one replacement of the largest that Terraform makes.

    Of the workers that Ray's autoscaler makes, as many are declared as `max_workers` allows.

    Why: spot has quotas of its own, which are 0 for GPUs in a new account.

    Fix: ask for more in Service Quotas, by the code that is shown; or a smaller `count` or `max_workers`.
    """
    yield from _vcpus(inventory, config, spot=True)


@check("quotas.node_group_vcpus", severity=Severity.MEDIUM, setting="workers")
def node_group_vcpus(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """There are vCPUs, on demand and spot apart, for as many nodes as every node group may have.

    Why: beyond the quota the Cluster Autoscaler asks for nodes in vain, and pods wait for ever.

    Fix: ask for more in Service Quotas, by the code that is shown; or a smaller `max_nodes`.
    """
    for spot in (False, True):
        for use in node_group_uses(inventory, config, spot=spot):
            limit = Limit(use.quota.code, f"{use.quota.families} vCPUs", use.quota.default)
            yield within(limit, inventory.quotas.ec2, used=use.used, more=use.more)


@check("quotas.vpcs", severity=Severity.LOW, applies=applies.own_vpc, setting="network.existing")
def vpcs(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """The account may have the VPCs that it has, and the environment's.

    Why: at the limit, the apply of the next environment fails in its first minute.

    Fix: ask for more in Service Quotas, or use a VPC that is there: `network.existing`.
    """
    more = 0 if readable(inventory.network.vpcs) else 1
    used = readable(inventory.account.vpcs)
    yield within(quota_limits.VPCS, inventory.quotas.vpc, used=used, more=more)


@check("quotas.internet_gateways", severity=Severity.LOW, applies=applies.has_public_subnets)
def internet_gateways(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """The account may have the internet gateways that it has, and the environment's.

    Why: without one there is no NAT gateway, and no package for a node.

    Fix: ask for more in Service Quotas: the quota of VPCs raises this one, too.
    """
    more = 0 if readable(inventory.network.internet_gateways) else 1
    used = readable(inventory.account.internet_gateways)
    yield within(quota_limits.INTERNET_GATEWAYS, inventory.quotas.vpc, used=used, more=more)


@check("quotas.nat_gateways", severity=Severity.LOW, applies=applies.has_nat, setting="network.nat")
def nat_gateways(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Each zone has room for the environment's NAT gateway.

    Why: at the limit, a NAT gateway that failed cannot be replaced.

    Fix: ask for more in Service Quotas, or `network.nat: single`.
    """
    zones = {subnet.subnet_id: subnet.zone for subnet in readable(inventory.network.subnets)}
    ours = {zones.get(gateway.subnet_id) for gateway in readable(inventory.network.nat_gateways)}
    used = readable(inventory.account.nat_gateways)
    for zone in config.layout.nat_zones:
        more = 0 if zone in ours else 1
        where = f" in {zone}"
        yield within(quota_limits.NAT_GATEWAYS, inventory.quotas.vpc, used=used.get(zone, 0), more=more, where=where)


@check("quotas.addresses", severity=Severity.LOW, applies=applies.has_nat, setting="network.nat")
def addresses(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """There are Elastic IP addresses for every declared NAT gateway.

    Why: a new account has five for all its VPCs, and one with a NAT gateway in each zone takes three.

    Fix: ask for more in Service Quotas, release addresses that are not used, or `network.nat: single`.
    """
    found = readable(inventory.addresses)
    more = max(len(config.layout.nat_zones) - sum(address.ours for address in found), 0)
    yield within(quota_limits.ADDRESSES, inventory.quotas.ec2, used=len(found), more=more)


@check(
    "quotas.interface_endpoints",
    severity=Severity.LOW,
    applies=applies.has_interface_endpoints,
    setting="network.endpoints",
)
def interface_endpoints(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """The VPC has room for every declared interface endpoint.

    Why: a node without a way out that misses one endpoint does not boot.

    Fix: ask for more in Service Quotas, or fewer `network.endpoints`.
    """
    found = [endpoint.service for endpoint in readable(inventory.vpc_endpoints) if endpoint.type != "Gateway"]
    more = len(set(config.network.endpoints).difference(found))
    yield within(quota_limits.INTERFACE_ENDPOINTS, inventory.quotas.vpc, used=len(found), more=more)


@check("quotas.groups_per_interface", severity=Severity.LOW)
def groups_per_interface(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """No interface of a node is in more security groups than AWS allows.

    Why: at the limit, a group that must be added in an emergency cannot be.

    Fix: take the node out of groups that were added by hand.
    """
    used = max((len(node.group_ids) for node in readable(inventory.nodes.instances)), default=0)
    yield within(quota_limits.GROUPS_PER_INTERFACE, inventory.quotas.vpc, used=used, more=0)


@check("quotas.rules_per_group", severity=Severity.MEDIUM, setting="access.client_cidrs")
def rules_per_group(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Every security group has room for its declared rules, inbound and outbound, IPv4 and IPv6 apart.

    Why: each range in the access section is a rule for each port; beyond the limit the apply fails half-way, with a
    part of the ports open.

    Fix: fewer and wider ranges in `access.client_cidrs`, or ask for more in Service Quotas.
    """
    ids = {group.group_id: group.name for group in readable(inventory.security_groups.groups)}
    found, wanted = _Rules(), _Rules()
    for rule in readable(inventory.security_groups.rules):
        found.add(ids.get(rule.group_id, rule.group_id), egress=rule.egress, peer=rule.peer)
    for declared in declared_rules(config):
        wanted.add(config.group_name(declared.group), egress=declared.direction == "egress", peer=str(declared.peer))
    for name in group_names_of(config):
        used = found.most(name)
        more = max(wanted.most(name) - used, 0)
        yield within(quota_limits.RULES_PER_GROUP, inventory.quotas.vpc, used=used, more=more, where=f" of {name}")


@check("quotas.buckets", severity=Severity.LOW, applies=applies.has_buckets, setting="buckets")
def buckets(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """The account may have the buckets that it has, and those that the environment declares.

    Why: at the limit, the apply of the next environment fails.

    Fix: ask for more in Service Quotas, or remove buckets that are not used.
    """
    found = {bucket.name for bucket in inventory.buckets}
    more = len({config.bucket_name(name) for name in config.all_buckets} - found)
    yield within(quota_limits.BUCKETS, inventory.quotas.s3, used=readable(inventory.account.buckets), more=more)


@check("quotas.file_systems", severity=Severity.LOW, applies=applies.has_efs, setting="efs")
def file_systems(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """The account may have the file systems that it has, and the environment's.

    Why: at the limit, no backup can be restored into a new one.

    Fix: ask for more in Service Quotas, or remove file systems that are not used.
    """
    more = 0 if list(each(inventory.file_systems)) else 1
    used = readable(inventory.account.file_systems)
    yield within(quota_limits.FILE_SYSTEMS, inventory.quotas.efs, used=used, more=more)


class _Rules:
    """Counts of rules by group, direction and family; a group or prefix list as peer counts for both families.

    https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html#vpc-limits-security-groups
    """

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, bool, int]] = Counter()

    def add(self, group: str, *, egress: bool, peer: str) -> None:
        """Count one rule."""
        for family in (4, 6):
            if "/" not in peer or is_ipv6(peer) == (family == 6):
                self._counts[group, egress, family] += 1

    def most(self, group: str) -> int:
        """The largest count of a group: that one meets the limit first."""
        return max(self._counts[group, egress, family] for egress in (False, True) for family in (4, 6))


def _vcpus(inventory: Inventory, config: Ec2ClusterConfig, *, spot: bool) -> Iterator[Verdict]:
    for use in vcpu_uses(inventory, config, spot=spot):
        limit = Limit(use.quota.code, f"{use.quota.families} vCPUs", use.quota.default)
        yield within(limit, inventory.quotas.ec2, used=use.used, more=use.more)
