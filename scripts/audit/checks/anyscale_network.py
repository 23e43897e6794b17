"""The network of an Anyscale cloud: sizes, zones, ways out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import ip_network

from config.anyscale_cloud import AnyscaleCloudConfig
from config.ports import HTTPS_PORT
from scripts.audit.anyscale import cloud, reach
from scripts.audit.anyscale.dns import lets_out
from scripts.audit.reachability.addresses import INTERNET
from scripts.audit.reachability.trace import ARROW
from scripts.audit.reachability.ways import Outside, Ways
from scripts.audit.registry import Severity, check
from scripts.audit.subnet_routes import table_of
from scripts.audit.verdict import Verdict, expect, shown
from scripts.inventory import Inventory
from scripts.inventory.network import AMAZON_DNS
from scripts.inventory.reading import readable

VPC_LEAST, VPC_ROOMY = 24, 20
SUBNET_LEAST, SUBNET_ROOMY = 28, 24
"""Prefix lengths below which Anyscale refuses a cloud, and warns."""
ZONES = 2


def public_nodes(config: AnyscaleCloudConfig) -> bool:
    """Environments of flavour `anyscale-cloud` with direct networking."""
    return config.access.public_nodes


def private_nodes(config: AnyscaleCloudConfig) -> bool:
    """Environments of flavour `anyscale-cloud` with private nodes."""
    return not config.access.public_nodes


@check("anyscale.vpc_large_enough", severity=Severity.HIGH, setting="network.cidr")
def vpc_large_enough(inventory: Inventory, _config: AnyscaleCloudConfig) -> Iterator[Verdict]:
    """The primary block of the VPC is a /24 or larger, whatever blocks were added to it.

    Why: Anyscale looks at the primary block alone, and refuses to register a smaller one.

    Fix: `network.cidr` before the first apply, or another VPC: the primary block of one that is there never changes.
    """
    for vpc in readable(inventory.network.vpcs):
        yield _sized(vpc.vpc_id, vpc.cidrs[:1], VPC_LEAST)


@check("anyscale.vpc_roomy", severity=Severity.LOW, setting="network.cidr")
def vpc_roomy(inventory: Inventory, _config: AnyscaleCloudConfig) -> Iterator[Verdict]:
    """The VPC has at least as many addresses as a /20, in all of its blocks together.

    Why: each node takes an address, and a VPC that is full stops every cluster of the cloud from growing.

    Fix: `network.cidr` before the first apply, or add a block to an existing VPC.
    """
    for vpc in readable(inventory.network.vpcs):
        yield _sized(vpc.vpc_id, vpc.cidrs, VPC_ROOMY)


@check("anyscale.subnets_large_enough", severity=Severity.HIGH, setting="network.subnet_prefix")
def subnets_large_enough(inventory: Inventory, config: AnyscaleCloudConfig) -> Iterator[Verdict]:
    """Every subnet for nodes is a /28 or larger.

    Why: Anyscale refuses to register a smaller one.

    Fix: `network.subnet_prefix`, or other subnets in `network.existing`.
    """
    for subnet in cloud.node_subnets(inventory, config):
        yield _sized(subnet.subnet_id, (subnet.cidr,), SUBNET_LEAST)


@check("anyscale.subnets_roomy", severity=Severity.LOW, setting="network.subnet_prefix")
def subnets_roomy(inventory: Inventory, config: AnyscaleCloudConfig) -> Iterator[Verdict]:
    """Every subnet for nodes is a /24 or larger.

    Why: each node takes an address; one zone that is full stops clusters that need its machines.

    Fix: `network.subnet_prefix`, or other subnets in `network.existing`.
    """
    for subnet in cloud.node_subnets(inventory, config):
        yield _sized(subnet.subnet_id, (subnet.cidr,), SUBNET_ROOMY)


@check("anyscale.subnets_there", severity=Severity.HIGH, setting="network")
def subnets_there(inventory: Inventory, config: AnyscaleCloudConfig) -> Iterator[Verdict]:
    """Every subnet for nodes is there, in its zone and in the VPC.

    Why: Anyscale registers subnets of one VPC only, and launches nothing in a zone whose subnet is gone.

    Fix: `network.existing` with subnets of the VPC under the names of their zones, or apply again.
    """
    found = {subnet.zone: subnet.subnet_id for subnet in cloud.node_subnets(inventory, config)}
    for zone, wanted in config.layout.node_subnets(public=config.access.public_nodes).items():
        if zone in found:
            yield Verdict(found[zone], True, f"{wanted} in {zone}")
        else:
            yield Verdict(zone, False, f"the VPC has no subnet {wanted} in {zone}")


@check("anyscale.two_zones", severity=Severity.HIGH, setting="network.zones")
def two_zones(inventory: Inventory, config: AnyscaleCloudConfig) -> Iterator[Verdict]:
    """There are at least two subnets for nodes, in two zones.

    Why: Anyscale refuses to register fewer, and machines that are sold out in one zone are had in another.

    Fix: `network.zones`, or more subnets in `network.existing`.
    """
    zones = sorted({subnet.zone_id or subnet.zone for subnet in cloud.node_subnets(inventory, config)})
    detail = f"subnets for nodes in {shown(zones)}"
    yield Verdict("vpc", len(zones) >= ZONES, detail if len(zones) >= ZONES else f"{detail}, want {ZONES} zones")


@check("anyscale.nodes_reach_internet", severity=Severity.HIGH, setting="network.nat")
def nodes_reach_internet(inventory: Inventory, config: AnyscaleCloudConfig) -> Iterator[Verdict]:
    """Nodes in every subnet reach port 443 of the whole internet, and replies come back.

    Private ones by a NAT gateway or whatever the routes of the VPC lead to, public ones by an internet gateway.

    Why: each node calls the control plane, whose addresses Anyscale does not publish. Without an answer the cluster
    never starts, and no error says why.

    Fix: mend the hop that is named; `network.nat`, or the routes of an existing VPC.
    """
    internet = Outside("the internet", True, INTERNET[4])
    for party in reach.nodes(inventory, config):
        found = Ways(inventory, 4).outwards(party, internet).on(reach.one_port(HTTPS_PORT))
        answer, detail = reach.arrives(found)
        way = ARROW.join(found.hops(found.start)) if answer is True else detail
        yield Verdict(party.subnet_id, answer, way)


@check("anyscale.dns_servers", severity=Severity.HIGH, setting="access.egress")
def dns_servers(inventory: Inventory, config: AnyscaleCloudConfig) -> Iterator[Verdict]:
    """The cloud's security group lets nodes ask every DNS server that the DHCP options of the VPC name, by UDP and TCP.

    Amazon's own needs no rule: security groups do not filter it.

    Why: with a server that nobody reaches no name resolves, so that no node ever calls the control plane.

    Fix: `access.egress` with the server's address and port 53, an entry for each protocol.
    """
    group = cloud.group_id(inventory, config)
    out = [rule for rule in readable(inventory.security_groups.rules) if rule.group_id == group and rule.egress]
    resolvers = {str(ip_network(cidr)[2]) for vpc in readable(inventory.network.vpcs) for cidr in vpc.cidrs}
    for server in readable(inventory.network.dns_servers):
        closed = (
            []
            if server in resolvers.union(_AMAZONS)
            else [each for each in ("udp", "tcp") if not lets_out(out, server, each)]
        )
        no = f"port 53 of {server} is closed by {' and '.join(closed)}"
        yield Verdict(server, not closed, no if closed else "nodes may ask it")


_AMAZONS = (AMAZON_DNS, "169.254.169.253", "fd00:ec2::253")
"""Amazon's own, by name and by address, beside the third address of each block of the VPC:
https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html"""


@check("anyscale.public_addresses_at_launch", severity=Severity.HIGH, applies=public_nodes)
def public_addresses_at_launch(inventory: Inventory, config: AnyscaleCloudConfig) -> Iterator[Verdict]:
    """Public subnets give public addresses to what is launched there.

    Why: Anyscale asks for no address of its own. A node without one has no way out through an internet gateway.

    Fix: apply again; in an existing VPC `aws ec2 modify-subnet-attribute --map-public-ip-on-launch`.
    """
    for subnet in cloud.node_subnets(inventory, config):
        yield expect(subnet.subnet_id, "public address on launch", subnet.maps_public_ip, True)


@check("anyscale.no_public_addresses_at_launch", severity=Severity.LOW, applies=private_nodes)
def no_public_addresses_at_launch(inventory: Inventory, config: AnyscaleCloudConfig) -> Iterator[Verdict]:
    """Private subnets give no public addresses to what is launched there.

    Why: with such an address a private node stands on the internet as soon as a route leads there.

    Fix: `aws ec2 modify-subnet-attribute --no-map-public-ip-on-launch`, or apply again.
    """
    for subnet in cloud.node_subnets(inventory, config):
        yield expect(subnet.subnet_id, "public address on launch", subnet.maps_public_ip, False)


@check("anyscale.s3_endpoint", severity=Severity.LOW, setting="network")
def s3_endpoint(inventory: Inventory, config: AnyscaleCloudConfig) -> Iterator[Verdict]:
    """Every subnet for nodes reaches S3 through a gateway endpoint, or an interface endpoint with private DNS.

    Why: all data and logs of the cloud go to S3. Past the endpoint they pass a NAT gateway, paid by the gigabyte.

    Fix: apply again; an existing VPC needs a gateway endpoint on the route tables of these subnets.
    """
    endpoints = [each for each in readable(inventory.vpc_endpoints) if each.service == "s3"]
    working = [each for each in endpoints if each.state == "available"]
    served = {table for endpoint in working if endpoint.type == "Gateway" for table in endpoint.route_table_ids}
    by_name = any(endpoint.private_dns for endpoint in working)
    unseen = cloud.unseen_endpoints(inventory, config)
    for subnet in cloud.node_subnets(inventory, config):
        table = table_of(inventory.network, subnet)
        name = table.route_table_id if table is not None else "no route table"
        found = by_name or name in served
        yield expect(subnet.subnet_id, f"S3 endpoint on {name}", found if found or unseen is None else unseen, True)


def _sized(resource: str, cidrs: Iterable[str], prefix: int) -> Verdict:
    blocks = list(cidrs)
    found = sum(ip_network(cidr).num_addresses for cidr in blocks)
    detail = shown(blocks)
    return Verdict(
        resource,
        found >= 2 ** (32 - prefix),
        detail if found >= 2 ** (32 - prefix) else f"{detail}, want a /{prefix} or larger",
    )
