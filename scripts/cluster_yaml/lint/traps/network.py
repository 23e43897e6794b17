"""Where the instances stand, and who reaches them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scripts.audit.open_rules import is_wide
from scripts.cluster_yaml.lint.cluster import Cluster, listing, mapping, shown, text
from scripts.cluster_yaml.lint.registry import Hit, Severity, trap

_CONFIG = "autoscaler/_private/aws/config.py"
_PROVIDER = "autoscaler/_private/aws/node_provider.py"


@trap("region-missing", Severity.HIGH, _CONFIG)
def region_missing(cluster: Cluster) -> Iterator[Hit]:
    """`provider.region` is missing.

    Why: Ray has no default for it and does not read AWS_REGION: `ray up` ends in a KeyError.

    Want: `provider: {region: …}`.
    """
    if not text(cluster.provider.get("region")):
        yield Hit(("provider", "region"), shown(cluster.provider.get("region")), "provider")


@trap("zone-outside-region", Severity.HIGH, _CONFIG)
def zone_outside_region(cluster: Cluster) -> Iterator[Hit]:
    """`availability_zone` names a zone of another region.

    Why: Ray keeps only subnets in the zones named; none is left, and `ray up` ends.

    Want: zones of `provider.region`, or no `availability_zone`.
    """
    region = text(cluster.provider.get("region"))
    zones = [zone.strip() for zone in text(cluster.provider.get("availability_zone")).split(",")]
    outside = [zone for zone in zones if zone and not zone.startswith(region)]
    if region and outside:
        yield Hit(("provider", "availability_zone"), f"{shown(', '.join(outside))} in {shown(region)}", "provider")


@trap("subnet-id-ignored", Severity.HIGH, "https://github.com/ray-project/ray/issues/14551")
def subnet_id_ignored(cluster: Cluster) -> Iterator[Hit]:
    """`SubnetId` is ignored, only `SubnetIds` counts.

    Why: Ray looks for `SubnetIds` alone, picks subnets itself where it is missing, and writes its pick over `SubnetId`.
    A private subnet asked for in this way becomes a public one.

    Want: `SubnetIds`, a list.
    """
    for node in cluster.node_types:
        if "SubnetId" in node.config and "NetworkInterfaces" not in node.config:
            yield Hit(node.at("SubnetId"), shown(node.config["SubnetId"]), node.subject)


@trap("subnets-left-to-ray", Severity.HIGH, _CONFIG)
def subnets_left_to_ray(cluster: Cluster) -> Iterator[Hit]:
    """No `SubnetIds`: Ray picks the subnets.

    Why: it takes those of the region that hand out public addresses (any at all with `use_internal_ips: true`), from
    the last zone to the first, and keeps those in the VPC of the first. A new subnet in the account changes the pick.

    Want: `SubnetIds` in every node_config.
    """
    for node in cluster.node_types:
        elsewhere = node.has_template or {"NetworkInterfaces", "SubnetId"} & node.config.keys()
        if not elsewhere and not node.config.get("SubnetIds"):
            yield Hit(node.at("SubnetIds"), "none", node.subject)


@trap("network-interfaces-refused", Severity.HIGH, _CONFIG)
def network_interfaces_refused(cluster: Cluster) -> Iterator[Hit]:
    """`NetworkInterfaces` next to subnets or security groups, or without them inside.

    Why: Ray refuses `SubnetId`, `SubnetIds` and `SecurityGroupIds` beside `NetworkInterfaces`, and an interface that
    has no `SubnetId` and no `Groups` of its own.

    Want: `SubnetId` and `Groups` in each interface and nowhere else; or no `NetworkInterfaces`.
    """
    for node in cluster.node_types:
        if "NetworkInterfaces" not in node.config:
            continue
        beside = [name for name in ("SubnetId", "SubnetIds", "SecurityGroupIds") if name in node.config]
        for name in beside:
            yield Hit(node.at(name), f"{name} beside NetworkInterfaces", node.subject)
        for position, interface in enumerate(listing(node.config["NetworkInterfaces"])):
            lacking = [name for name in ("SubnetId", "Groups") if not mapping(interface).get(name)]
            if lacking:
                yield Hit(node.at("NetworkInterfaces", position), f"no {' and no '.join(lacking)}", node.subject)


@trap("network-interfaces-one-subnet", Severity.LOW, _PROVIDER)
def network_interfaces_one_subnet(cluster: Cluster) -> Iterator[Hit]:
    """`NetworkInterfaces` tie a node type to one subnet.

    Why: with `SubnetIds` Ray tries the next subnet when a zone has no capacity; with `NetworkInterfaces` it sends the
    same request again.

    Want: `SubnetIds` and `SecurityGroupIds` in place of `NetworkInterfaces`.
    """
    for node in cluster.node_types:
        if "NetworkInterfaces" in node.config:
            yield Hit(node.at("NetworkInterfaces"), "NetworkInterfaces", node.subject)


@trap("public-address", Severity.MEDIUM, "https://docs.ray.io/en/latest/ray-security/index.html")
def public_address(cluster: Cluster) -> Iterator[Hit]:
    """`AssociatePublicIpAddress: true` gives every node a public address.

    Why: whoever reaches a port of Ray can run code on the cluster; a private address takes security groups out of the
    question.

    Want: `AssociatePublicIpAddress: false`.
    """
    for node in cluster.node_types:
        for position, interface in enumerate(listing(node.config.get("NetworkInterfaces"))):
            if mapping(interface).get("AssociatePublicIpAddress"):
                place = node.at("NetworkInterfaces", position, "AssociatePublicIpAddress")
                yield Hit(place, "true", node.subject)


@trap("public-subnets-only", Severity.MEDIUM, "https://github.com/ray-project/ray/issues/3266")
def public_subnets_only(cluster: Cluster) -> Iterator[Hit]:
    """`use_internal_ips` is not true: nodes need public addresses.

    Why: Ray then takes only subnets that hand out public addresses, refuses private ones in `SubnetIds`, and connects
    to the head's public address.

    Want: `provider: {use_internal_ips: true}`, and a way into the VPC for who runs `ray up`.
    """
    if cluster.provider.get("use_internal_ips") is not True:
        got = shown(cluster.provider.get("use_internal_ips", "none"))
        yield Hit(("provider", "use_internal_ips"), got, "provider")


@trap("ssh-open-to-world", Severity.HIGH, _CONFIG)
def ssh_open_to_world(cluster: Cluster) -> Iterator[Hit]:
    """No `SecurityGroupIds`: Ray makes a group with port 22 open to the world.

    Why: the rule for 0.0.0.0/0 is fixed in Ray; `provider.security_group` only adds to it.

    Want: `SecurityGroupIds` of groups of your own in every node_config.
    """
    for node in cluster.node_types:
        elsewhere = node.has_template or "NetworkInterfaces" in node.config
        if not elsewhere and not node.config.get("SecurityGroupIds"):
            yield Hit(node.at("SecurityGroupIds"), "none", node.subject)


@trap("security-groups-mixed", Severity.HIGH, _CONFIG)
def security_groups_mixed(cluster: Cluster) -> Iterator[Hit]:
    """Some node types have `SecurityGroupIds` and others do not.

    Why: the group that Ray makes for the others lets in its own members only: Ray looks for the ids beside node_config
    and not in it, so it never admits your groups, and the nodes do not reach each other.

    Want: `SecurityGroupIds` in every node_config, or in none.
    """
    own = [node for node in cluster.node_types if node.config.get("SecurityGroupIds")]
    others = [node for node in cluster.node_types if "SecurityGroupIds" not in node.config]
    others = [node for node in others if not node.has_template and "NetworkInterfaces" not in node.config]
    if own and others:
        got = f"SecurityGroupIds here, none in {shown(others[0].name)}"
        yield Hit(own[0].at("SecurityGroupIds"), got, own[0].subject)


@trap("security-group-names", Severity.MEDIUM, _CONFIG)
def security_group_names(cluster: Cluster) -> Iterator[Hit]:
    """`SecurityGroups` (names) do not count, only `SecurityGroupIds`.

    Why: Ray looks for ids alone. It makes a group of its own and sends its id beside your names, in a subnet, where
    EC2 takes ids only.

    Want: `SecurityGroupIds`.
    """
    for node in cluster.node_types:
        if "SecurityGroups" in node.config:
            yield Hit(node.at("SecurityGroups"), shown(node.config["SecurityGroups"]), node.subject)


@trap("ingress-open", Severity.HIGH, "https://docs.ray.io/en/latest/ray-security/index.html")
def ingress_open(cluster: Cluster) -> Iterator[Hit]:
    """`security_group.IpPermissions` lets the internet in.

    Why: whoever reaches a port of Ray can run code on the cluster. Ranges wider than /8 (IPv6: /16) count: two halves
    of the internet are the internet.

    Want: the addresses of your office or VPN.
    """
    group = mapping(cluster.provider.get("security_group"))
    for position, permission in enumerate(listing(group.get("IpPermissions"))):
        ranges = [*_ranges(permission, "IpRanges", "CidrIp"), *_ranges(permission, "Ipv6Ranges", "CidrIpv6")]
        for cidr in filter(_is_wide, ranges):
            place = ("provider", "security_group", "IpPermissions", position)
            yield Hit(place, shown(cidr), "provider.security_group")


@trap("ingress-ignored", Severity.MEDIUM, _CONFIG)
def ingress_ignored(cluster: Cluster) -> Iterator[Hit]:
    """`provider.security_group` is ignored where every node type has `SecurityGroupIds`.

    Why: Ray names and fills a group only when it makes one. A group of that name that has rules is left as it is too.

    Want: the rules in the groups of `SecurityGroupIds`, and no `security_group`.
    """
    given = [bool(node.config.get("SecurityGroupIds")) for node in cluster.node_types]
    if cluster.provider.get("security_group") and given and all(given):
        yield Hit(("provider", "security_group"), "security_group", "provider")


def _ranges(permission: Any, ranges: str, cidr: str) -> Iterator[str]:
    return (text(mapping(item).get(cidr)) for item in listing(mapping(permission).get(ranges)))


def _is_wide(cidr: str) -> bool:
    try:
        return is_wide(cidr)
    except ValueError:  # no range at all: EC2 refuses it
        return False
