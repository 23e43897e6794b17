"""Openings, and ways that are closed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.verify.bending import Bend, Make, acl_entry, no_rule, rule, together
from tests.verify.deployment import Deployment

WORLD, CLIENTS = "0.0.0.0/0", "10.0.0.0/8"


def by_prefix_list(ports: tuple[int, int], *cidrs: str) -> Make:
    """A rule for a prefix list."""

    @contextmanager
    def make(d: Deployment) -> Iterator[None]:
        ec2 = d.client("ec2")
        entries = [{"Cidr": cidr} for cidr in cidrs]
        made = ec2.create_managed_prefix_list(
            PrefixListName="bent", MaxEntries=len(entries), AddressFamily="IPv4", Entries=entries
        )["PrefixList"]["PrefixListId"]
        with rule(ports, made)(d):
            yield
        ec2.delete_managed_prefix_list(PrefixListId=made)

    return make


def by_other_group(ports: tuple[int, int], *, group: str = "cloud") -> Make:
    """A rule for a group that somebody made."""

    @contextmanager
    def make(d: Deployment) -> Iterator[None]:
        ec2 = d.client("ec2")
        made = ec2.create_security_group(GroupName=f"others-{group}", Description="by hand", VpcId=d.vpc_id)["GroupId"]
        with rule(ports, made, group=group)(d):
            yield
        ec2.delete_security_group(GroupId=made)

    return make


CLOSED, OPEN = "anyscale.clients_reach_https", "anyscale.closed_outside"
EACH_OTHER, ITSELF = "anyscale.nodes_reach_each_other", "anyscale.group_names_itself"
FILES, INTERNET, STORE = "anyscale.files_reached", "anyscale.nodes_reach_internet", "anyscale.store_reached"
ANSWERED = "network ACL .* has no entry|network ACL .* stops"

BENDS = (
    Bend("8265 from the world", rule((8265, 8265), WORLD), {OPEN: "lets tcp 8265 in from 0.0.0.0/0"}),
    Bend("443 from the world", rule((443, 443), WORLD), {OPEN: "lets tcp 443 in from 0.0.0.0/0"}),
    Bend("all traffic from clients", rule(None, CLIENTS), {OPEN: "lets all traffic in from 10.0.0.0/8"}),
    Bend("a range of ports with Ray's", rule((400, 9000), CLIENTS), {OPEN: "lets tcp 400-9000 in from 10.0.0.0/8"}),
    Bend(
        "SSH from two halves of the internet",
        together(rule((22, 22), "0.0.0.0/1"), rule((22, 22), "128.0.0.0/1")),
        {OPEN: r"lets tcp 22 in from (0|128)\.0\.0\.0/1"},
    ),
    Bend("UDP from the world", rule((53, 53), WORLD, protocol="udp"), {OPEN: "lets udp 53 in from 0.0.0.0/0"}),
    Bend("a prefix list", by_prefix_list((8265, 8265), "198.51.100.0/24"), {OPEN: "lets tcp 8265 in from pl-"}),
    Bend("another group", by_other_group((8265, 8265)), {OPEN: "lets tcp 8265 in from others-cloud"}),
    Bend("443 closed", no_rule(443, CLIENTS), {CLOSED: "tcp 443 of nodes in .* not let in: .* no rule"}),
    Bend(
        "443 for half of the clients",
        together(no_rule(443, CLIENTS), rule((443, 443), "10.0.0.0/9")),
        {CLOSED: "not let in: .* no rule of security group"},
    ),
    Bend(
        "nodes let nobody of their own in",
        no_rule(-1, "cloud"),
        {EACH_OTHER: "no rule .* in from cloud", ITSELF: "from its members: no rule", FILES: "closed: .* in from"},
    ),
    Bend(
        "nodes let nobody of their own out",
        no_rule(-1, "cloud", egress=True),
        {EACH_OTHER: "no rule .* out to", ITSELF: "to its members: no rule", FILES: "closed: .* out to"},
    ),
    Bend(
        "nodes know each other by address only",
        together(
            no_rule(-1, "cloud", egress=True),
            rule(None, "10.40.0.0/16", egress=True),
        ),
        {ITSELF: "to its members: no rule"},
    ),
    Bend(
        "TCP only among nodes",
        together(no_rule(-1, "cloud"), rule((0, 65535), "cloud")),
        {ITSELF: "from its members: no rule"},
    ),
    Bend(
        "no way out in the group",
        no_rule(443, WORLD, egress=True),
        {INTERNET: "no rule of security group .* out to the internet"},
    ),
    Bend(
        "a network ACL closes 443",
        acl_entry(egress=False, ports=(443, 443), cidr="10.0.0.0/8"),
        {
            CLOSED: "network ACL .* stops tcp 443 in from 10.0.0.0/8",
            EACH_OTHER: "stops tcp 443",
            INTERNET: "to nat-.* and there: network ACL .* stops tcp 443",
        },
    ),
    Bend(
        "a network ACL stops answers to clients",
        acl_entry(egress=True, ports=(1024, 32767), cidr="10.128.0.0/9"),
        {CLOSED: ANSWERED},
    ),
    Bend(
        "a network ACL closes NFS",
        acl_entry(egress=False, ports=(2049, 2049), cidr="10.40.0.0/16"),
        {FILES: "closed: .* stops tcp 2049", EACH_OTHER: "stops tcp 2049"},
    ),
    Bend(
        "a network ACL closes the way out",
        acl_entry(egress=True, ports=(443, 443), cidr="0.0.0.0/0"),
        {INTERNET: "network ACL .* stops tcp 443 out to", EACH_OTHER: "stops tcp 443 out to"},
    ),
)
