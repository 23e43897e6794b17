"""Each kind of hop on the healthy small environment: what opens a path, what closes it, and what the cell says."""

from __future__ import annotations

import pytest

from scripts.audit.reachability.matrix import port_matrix
from scripts.inventory.network import Route
from scripts.inventory.network_acls import NetworkAclEntry
from scripts.inventory.prefix_lists import PrefixLists
from tests.audit.environments import FILES, load_any
from tests.audit.healthy import healthy
from tests.audit.reachability.world import (
    GATEWAY,
    HEAD_TABLE,
    HEALTHY,
    LOCAL,
    NAT,
    S3,
    SMALL,
    acl,
    cell,
    changed,
    public_head,
    public_table,
    rule,
    rules,
)

ALLOW_IPV6 = tuple(NetworkAclEntry(101, egress, True, "-1", None, None, "::/0") for egress in (False, True))
DASHBOARD = (8265, 8265)


@pytest.mark.parametrize("name", list(FILES))
def test_every_needed_path_is_there_and_nothing_else(name: str) -> None:
    environment = load_any(name)
    cells = port_matrix(healthy(environment), environment).cells
    assert [each for each in cells if each.needed and each.open is not True] == []
    assert [each for each in cells if each.open is not False and not each.declared] == []
    assert all(each.hops for each in cells)


def test_the_matrix_has_every_pair_of_tiers_and_every_port() -> None:
    matrix = port_matrix(HEALTHY, SMALL)
    tiers = ("head", "worker", "efs", "memorydb", "endpoints")
    assert matrix.sources == ("internet", "10.0.0.0/8", "192.168.7.0/24", *tiers)
    assert matrix.destinations == (*tiers, "s3", "internet")
    pairs = {(each.source, each.destination) for each in matrix.cells}
    expected = {(source, tier) for source in matrix.sources for tier in tiers if source != tier}
    assert pairs >= expected | {("worker", "worker"), ("head", "s3"), ("worker", "internet")}
    ports = [each.port for each in matrix.cells if (each.source, each.destination) == ("worker", "head")]
    assert ports == [*(port.name for port in SMALL.port_table), "ssh", "other"]
    keys = [(each.source, each.destination, each.port) for each in matrix.cells]
    assert len(keys) == len(set(keys))


def test_an_open_path_names_every_hop() -> None:
    found = cell(HEALTHY, "head", "memorydb", "redis")
    assert found.hops == (
        "ray-small-head-node",
        "security group ray-small-head lets tcp 6379 out to ray-small-memorydb"
        " (State of the head, over TLS, to memorydb)",
        "rtb-private-us-west-2a route 10.0.0.0/16 to local",
        "security group ray-small-memorydb lets tcp 6379 in from ray-small-head"
        " (State of the head, over TLS, from head)",
        "ray-small-gcs",
    )


def test_of_what_is_not_there_only_what_is_needed_is_shown() -> None:
    matrix = port_matrix(changed(("memorydb.clusters", ())), SMALL)
    (found,) = (each for each in matrix.cells if "memorydb" in (each.source, each.destination))
    assert (found.source, found.port, found.open, found.needed) == ("head", "redis", False, True)
    assert found.hops == ("nothing is there in the tier memorydb",)


class TestFromTheInternet:
    def test_an_open_group_is_not_reached_without_a_way_in(self) -> None:
        found = cell(changed(rules(rule("head", DASHBOARD, "0.0.0.0/0"))), "internet", "head", "dashboard")
        assert (found.open, found.declared) == (False, False)
        assert found.hops[-1] == "rtb-private-us-west-2a route 0.0.0.0/0 to nat-us-west-2a, which lets nothing in"

    def test_nor_without_a_public_address(self) -> None:
        inventory = changed(rules(rule("head", DASHBOARD, "0.0.0.0/0")), public_head(public_ip=None))
        found = cell(inventory, "internet", "head", "dashboard")
        assert found.open is False
        assert found.hops[-1] == "rtb-public-us-west-2a route 0.0.0.0/0 to igw-1, but it has no public address"

    def test_nor_without_a_rule(self) -> None:
        found = cell(changed(public_head()), "internet", "head", "dashboard")
        assert found.open is False
        assert found.hops[-1] == "no rule of security group ray-small-head lets tcp 8265 in from internet"

    def test_nor_by_a_gateway_that_is_not_attached(self) -> None:
        inventory = changed(
            rules(rule("head", DASHBOARD, "0.0.0.0/0")), public_head(), ("network.internet_gateways", ())
        )
        found = cell(inventory, "internet", "head", "dashboard")
        assert (found.open, found.hops[-1].endswith("which is not attached to the VPC")) == (False, True)

    def test_nor_by_a_route_into_a_black_hole(self) -> None:
        routes = (LOCAL, Route("0.0.0.0/0", "igw-1", "blackhole"))
        inventory = changed(rules(rule("head", DASHBOARD, "0.0.0.0/0")), public_head(), (public_table(), routes))
        found = cell(inventory, "internet", "head", "dashboard")
        assert (found.open, "black hole" in found.hops[-1]) == (False, True)

    def test_the_whole_path_is_open(self) -> None:
        found = cell(
            changed(rules(rule("head", DASHBOARD, "0.0.0.0/0")), public_head()), "internet", "head", "dashboard"
        )
        assert (found.open, found.declared) == (True, False)
        assert found.hops == (
            "internet: nearly all of it",  # all but S3, which is reached by its endpoint
            "rtb-public-us-west-2a route 0.0.0.0/0 to igw-1",
            "network ACL acl-1 rule 100 lets all in from 0.0.0.0/0",
            "security group ray-small-head lets tcp 8265 in from 0.0.0.0/0 (by hand)",
            "ray-small-head-node",
        )

    @pytest.mark.parametrize("peers", [("0.0.0.0/1", "128.0.0.0/1"), ("0.0.0.0/1",), ("8.0.0.0/8",), ("9.9.9.9/32",)])
    def test_halves_and_parts_are_the_internet(self, peers: tuple[str, ...]) -> None:
        inventory = changed(rules(*(rule("head", DASHBOARD, peer) for peer in peers)), public_head())
        assert cell(inventory, "internet", "head", "dashboard").open is True

    def test_a_part_of_it_is_named(self) -> None:
        inventory = changed(rules(rule("head", DASHBOARD, "8.0.0.0/8")), public_head())
        assert cell(inventory, "internet", "head", "dashboard").hops[0] == "internet: 8.0.0.0/8"

    @pytest.mark.parametrize(
        ("ports", "protocol"), [((8000, 9000), "tcp"), ((0, 65535), "6"), ((-1, -1), "-1"), ((8265, 8265), "tcp")]
    )
    def test_a_range_that_holds_the_port_opens_it(self, ports: tuple[int, int], protocol: str) -> None:
        inventory = changed(rules(rule("head", ports, "0.0.0.0/0", protocol=protocol)), public_head())
        assert cell(inventory, "internet", "head", "dashboard").open is True

    @pytest.mark.parametrize(("ports", "protocol"), [((8266, 9000), "tcp"), ((8265, 8265), "udp"), ((-1, -1), "icmp")])
    def test_another_does_not(self, ports: tuple[int, int], protocol: str) -> None:
        inventory = changed(rules(rule("head", ports, "0.0.0.0/0", protocol=protocol)), public_head())
        assert cell(inventory, "internet", "head", "dashboard").open is False

    def test_a_port_without_a_name_is_found_and_shown(self) -> None:
        inventory = changed(rules(rule("head", (8888, 8888), "0.0.0.0/0")), public_head())
        found = cell(inventory, "internet", "head", "other")
        assert (found.open, found.ports) == (True, "tcp 8888")

    def test_a_single_port_of_a_range_is_enough(self) -> None:
        inventory = changed(rules(rule("head", (15000, 15000), "0.0.0.0/0")), public_head())
        assert cell(inventory, "internet", "head", "workers").open is True

    @pytest.mark.parametrize("first", [True, False])
    def test_the_acl_stops_it_and_its_order_counts(self, *, first: bool) -> None:
        denied = NetworkAclEntry(90 if first else 110, False, False, "6", 8000, 9000, "0.0.0.0/0")
        inventory = changed(rules(rule("head", DASHBOARD, "0.0.0.0/0")), public_head(), acl(denied))
        found = cell(inventory, "internet", "head", "dashboard")
        assert found.open is not first
        assert not first or found.hops[-1] == "network ACL acl-1 rule 90 stops tcp 8000-9000 in from 0.0.0.0/0"

    def test_the_acl_stops_the_replies(self) -> None:
        denied = NetworkAclEntry(10, True, False, "6", 1024, 65535, "0.0.0.0/0")
        inventory = changed(rules(rule("head", DASHBOARD, "0.0.0.0/0")), public_head(), acl(denied))
        found = cell(inventory, "internet", "head", "dashboard")
        assert found.open is False
        assert found.hops[-1] == "network ACL acl-1 rule 10 stops replies to tcp 1024-65535 out to 0.0.0.0/0"

    def test_some_reply_ports_are_enough_for_somebody(self) -> None:
        denied = NetworkAclEntry(10, True, False, "6", 1024, 60000, "0.0.0.0/0")
        inventory = changed(rules(rule("head", DASHBOARD, "0.0.0.0/0")), public_head(), acl(denied))
        assert cell(inventory, "internet", "head", "dashboard").open is True

    def test_ipv6_only(self) -> None:
        open_rule, to_gateway = rules(rule("head", DASHBOARD, "::/0")), Route("::/0", "igw-1", "active")
        address = public_head(public_ip=None, ipv6_ips=("2600:1f14::5",))
        routed = (public_table(), (LOCAL, to_gateway))
        assert cell(changed(open_rule, address, routed), "internet", "head", "dashboard").open is False  # the ACL
        found = cell(changed(open_rule, address, routed, acl(*ALLOW_IPV6)), "internet", "head", "dashboard")
        assert found.open is True
        assert "security group ray-small-head lets tcp 8265 in from ::/0 (by hand)" in found.hops
        one_way = (public_table(), (LOCAL, Route("::/0", "eigw-1", "active")))
        found = cell(changed(open_rule, address, one_way, acl(*ALLOW_IPV6)), "internet", "head", "dashboard")
        assert found.open is False

    @pytest.mark.parametrize(("cidrs", "is_open"), [(("8.0.0.0/8",), True), (("10.0.0.0/8",), False)])
    def test_a_prefix_list(self, cidrs: tuple[str, ...], *, is_open: bool) -> None:
        lists = PrefixLists(HEALTHY.prefix_lists.of_aws, {"pl-office": cidrs})
        inventory = changed(rules(rule("head", DASHBOARD, "pl-office")), public_head(), ("prefix_lists", lists))
        assert cell(inventory, "internet", "head", "dashboard").open is is_open

    def test_a_second_interface_counts(self) -> None:
        _, second = public_head()
        interfaces = (*HEALTHY.network_interfaces, second)  # type: ignore[misc]  # it is readable
        inventory = changed(rules(rule("head", DASHBOARD, "0.0.0.0/0")), ("network_interfaces", interfaces))
        assert cell(inventory, "internet", "head", "dashboard").open is True

    def test_the_main_table_counts_for_a_subnet_without_one(self) -> None:
        tables = [(f"network.route_tables.{i}.subnet_ids", ()) for i in range(1, 5)]
        inventory = changed(
            rules(rule("head", DASHBOARD, "0.0.0.0/0")),
            public_head(),
            *tables,
            ("network.route_tables.0.routes", (LOCAL, GATEWAY)),
        )
        assert cell(inventory, "internet", "head", "dashboard").open is True

    def test_the_longest_prefix_wins(self) -> None:
        routes = (LOCAL, GATEWAY, Route("0.0.0.0/1", "nat-us-west-2a", "active"))
        inventory = changed(rules(rule("head", DASHBOARD, "8.0.0.0/8")), public_head(), (public_table(), routes))
        assert cell(inventory, "internet", "head", "dashboard").open is False


class TestFromClients:
    def test_the_part_in_the_vpc_comes_in(self) -> None:
        found = cell(HEALTHY, "10.0.0.0/8", "head", "dashboard")
        assert (found.open, found.declared) == (True, True)
        assert found.hops[0] == "10.0.0.0/8: 10.0.0.0/16"

    def test_a_private_range_without_a_way_back_does_not_and_says_so(self) -> None:
        found = cell(HEALTHY, "192.168.7.0/24", "head", "ssh")
        assert (found.open, found.declared, found.needed) == (False, True, False)
        assert found.hops[-1] == "rtb-private-us-west-2a route 0.0.0.0/0 to nat-us-west-2a, which lets nothing in"

    @pytest.mark.parametrize("target", ["vgw-1", "tgw-1", "pcx-1"])
    def test_with_one_it_does(self, target: str) -> None:
        routes = (LOCAL, S3, NAT, Route("192.168.0.0/16", target, "active"))
        found = cell(changed((HEAD_TABLE, routes)), "192.168.7.0/24", "head", "ssh")
        assert (found.open, found.declared) == (True, True)

    def test_an_internet_gateway_is_none_for_private_addresses(self) -> None:
        found = cell(changed(public_head()), "192.168.7.0/24", "head", "ssh")
        assert found.open is False
        assert found.hops[-1].endswith("to igw-1, which carries no private addresses")

    def test_what_is_open_to_them_and_not_declared(self) -> None:
        found = cell(changed(rules(rule("head", (6379, 6379), "10.0.0.0/8"))), "10.0.0.0/8", "head", "gcs")
        assert (found.open, found.declared) == (True, False)


class TestBetweenTiers:
    def test_a_rule_for_the_group_of_a_node_opens(self) -> None:
        inventory = changed(
            rules(rule("memorydb", (6379, 6379), "sg-worker"), rule("worker", (6379, 6379), "sg-memorydb", egress=True))
        )
        found = cell(inventory, "worker", "memorydb", "redis")
        assert (found.open, found.declared) == (True, False)

    def test_only_both_ends_together_open(self) -> None:
        inventory = changed(rules(rule("memorydb", (6379, 6379), "sg-worker")))
        found = cell(inventory, "worker", "memorydb", "redis")
        assert found.open is False
        assert found.hops[-1] == "no rule of security group ray-small-worker lets tcp 6379 out to memorydb"

    def test_one_node_of_many_breaks_what_is_needed(self) -> None:
        found = cell(changed(("network_interfaces.3.group_ids", ("sg-default",))), "worker", "head", "gcs")
        assert found.open is False
        assert found.hops == (
            "ray-small-worker-gpu-0",
            "no rule of security group default lets tcp 6379 out to head",
        )

    def test_one_node_of_many_opens_what_is_not_declared(self) -> None:
        extra = ("network_interfaces.3.group_ids", ("sg-memorydb", "sg-worker"))
        inventory = changed(
            extra,
            rules(
                rule("memorydb", (7000, 7000), "sg-worker"), rule("worker", (7000, 7000), "10.0.0.0/16", egress=True)
            ),
        )
        found = cell(inventory, "worker", "worker", "other")
        assert (found.open, found.ports, found.hops[-1]) == (True, "tcp 7000", "ray-small-worker-gpu-0")

    def test_an_acl_stands_around_a_subnet_not_inside(self) -> None:
        denied = NetworkAclEntry(10, False, False, "-1", None, None, "10.0.0.0/16")
        found = cell(changed(acl(denied)), "head", "efs", "efs")
        assert found.open is True  # the mount target is in the head's own subnet
        found = cell(changed(acl(denied)), "head", "memorydb", "redis")
        assert (found.open, found.hops[-1]) == (False, "network ACL acl-1 rule 10 stops all in from 10.0.0.0/16")

    def test_an_acl_without_entries_denies(self) -> None:
        found = cell(changed(("network_acls.0.entries", ())), "head", "memorydb", "redis")
        assert found.hops[-1].startswith("network ACL acl-1 has no entry that lets tcp 6379 out to 10.0.")

    def test_nodes_mount_by_the_target_of_their_zone(self) -> None:
        other_zone = ("file_systems.0.mount_targets.1.group_ids", ("sg-default",))
        found = cell(changed(other_zone), "head", "efs", "efs")
        assert found.open is True
        assert cell(changed(other_zone), "worker", "efs", "efs").open is False  # one of them is in that zone

    def test_and_by_another_where_there_is_none(self) -> None:
        targets = HEALTHY.file_systems[0].mount_targets[1:]  # type: ignore[union-attr,index]  # it is readable
        inventory = changed(("file_systems.0.mount_targets", targets))
        assert cell(inventory, "head", "efs", "efs").open is True
        assert cell(changed(("file_systems.0.mount_targets", ())), "head", "efs", "efs").open is False

    def test_a_route_around_the_vpcs_own(self) -> None:
        routes = (LOCAL, S3, NAT, Route("10.0.0.0/20", "eni-firewall", "active"))
        found = cell(changed((HEAD_TABLE, routes)), "head", "memorydb", "redis")
        assert (found.open, found.hops[-1].endswith("not straight to the other end")) == (False, True)


class TestOutwards:
    def test_s3_goes_by_its_endpoint(self) -> None:
        found = cell(HEALTHY, "head", "s3", "https")
        assert (found.open, found.needed) == (True, True)
        assert "rtb-private-us-west-2a route pl-s3 to vpce-s3" in found.hops

    def test_or_by_nat(self) -> None:
        assert cell(changed((HEAD_TABLE, (LOCAL, NAT))), "head", "s3", "https").open is True

    def test_or_not_at_all(self) -> None:
        found = cell(changed((HEAD_TABLE, (LOCAL,))), "head", "s3", "https")
        assert (found.open, found.hops[-1]) == (False, "rtb-private-us-west-2a has no route to 3.5.0.0")

    def test_a_gateway_serves_only_public_addresses(self) -> None:
        found = cell(changed((HEAD_TABLE, (LOCAL, S3, GATEWAY))), "head", "internet", "https")
        assert (found.open, found.hops[-1].endswith("but it has no public address")) == (False, True)
        assert cell(changed(public_head()), "head", "internet", "https").open is True

    def test_a_part_of_the_internet_that_is_cut_off(self) -> None:
        routes = (LOCAL, S3, NAT, Route("8.8.8.0/24", "igw-1", "active"))
        found = cell(changed((HEAD_TABLE, routes)), "head", "internet", "https")
        assert found.hops[-1] == "rtb-private-us-west-2a route 8.8.8.0/24 to igw-1, but it has no public address"

    def test_the_way_of_the_nat_gateway_itself(self) -> None:
        found = cell(changed((public_table(), (LOCAL,))), "head", "internet", "https")
        assert found.open is False
        assert found.hops[-1] == (
            "rtb-private-us-west-2a route 0.0.0.0/0 to nat-us-west-2a, "
            "and there: rtb-public-us-west-2a has no route to 1.0.0.0"
        )

    def test_replies_to_the_nat_gateway(self) -> None:
        denied = NetworkAclEntry(10, False, False, "6", 1024, 65535, "0.0.0.0/0")
        found = cell(changed(acl(denied)), "head", "internet", "https")
        assert found.open is False
        assert "stops replies to tcp 1024-65535 in from 0.0.0.0/0" in found.hops[-1]

    def test_an_acl_that_denies_rdp_is_no_harm(self) -> None:
        denied = NetworkAclEntry(10, False, False, "6", 3389, 3389, "0.0.0.0/0")
        assert cell(changed(acl(denied)), "head", "internet", "https").open is True

    def test_egress(self) -> None:
        https = next(
            each.rule_id
            for each in HEALTHY.security_groups.rules  # type: ignore[union-attr]  # it is readable
            if (each.group_id, each.egress, each.peer) == ("sg-head", True, "0.0.0.0/0")
        )
        found = cell(changed(rules(without=https)), "head", "internet", "https")
        assert (found.open, found.hops[-1]) == (
            False,
            "no rule of security group ray-small-head lets tcp 443 out to internet",
        )

    def test_beyond_a_transit_gateway_is_taken_to_be_open(self) -> None:
        routes = (LOCAL, Route("0.0.0.0/0", "tgw-1", "active"))
        assert cell(changed((HEAD_TABLE, routes)), "head", "internet", "https").open is True
