"""The rules of nftables that stand for security groups."""

from __future__ import annotations

from config.firewall import declared_rules
from config.security_rules import Group
from tests.ray.deployment import HEAD, STORE, WORKERS, environment_of
from tests.ray.firewall import Flow, flow_of, render_ruleset

RULES = declared_rules(environment_of("memorydb"))
MEMBERS: dict[Group, list[str]] = {"head": [HEAD], "worker": [*WORKERS.values()], "memorydb": [STORE]}
GCS = Flow("worker", "head", "gcs")


def chains(group: Group, *without: Flow) -> tuple[list[str], list[str]]:
    """Lines of the two chains."""
    text = render_ruleset(group, RULES, MEMBERS, resolver="10.0.0.2", without=without)
    ingress, egress = text.split("chain ingress {")[1].split("chain egress {")
    return [line.strip() for line in ingress.splitlines()], [line.strip() for line in egress.splitlines()]


def test_everything_is_dropped_but_answers_and_what_is_declared() -> None:
    for chain in chains("memorydb"):
        assert chain[1].endswith("policy drop;")
    ingress, egress = chains("memorydb")
    assert [line for line in ingress if "accept" in line] == [
        "iif lo accept",
        "ct state established,related accept",
        f'ip saddr {{ {HEAD} }} tcp dport 6379-6379 accept comment "redis"',
    ]
    assert not [line for line in egress if "comment" in line]


def test_both_ends_of_a_flow_have_a_rule() -> None:
    assert f'ip saddr {{ {", ".join(WORKERS.values())} }} tcp dport 6379-6379 accept comment "gcs"' in chains("head")[0]
    assert f'ip daddr {{ {HEAD} }} tcp dport 6379-6379 accept comment "gcs"' in chains("worker")[1]


def test_ranges_of_clients_and_of_the_internet_are_addresses() -> None:
    assert 'ip saddr { 192.168.77.0/24 } tcp dport 8265-8265 accept comment "dashboard"' in chains("head")[0]
    assert 'ip daddr { 0.0.0.0/0 } tcp dport 443-443 accept comment "https"' in chains("head")[1]


def test_metadata_and_resolver_are_not_filtered() -> None:
    for address in ("169.254.169.254", "10.0.0.2"):
        assert f"ip daddr {address} accept" in chains("worker")[1]


def test_a_flow_that_is_taken_away_stops_at_both_ends_with_its_open_connections() -> None:
    for group, side in (("head", HEAD), ("worker", WORKERS["worker-cpu-0"])):
        for chain in chains(group, GCS):  # type: ignore[arg-type]
            answers_of_all = chain.index("ct state established,related accept")
            (dropped,) = [line for line in chain if line.endswith('comment "gcs"')]
            assert "drop" in dropped, side
            assert chain.index(dropped) < answers_of_all


def test_a_flow_that_is_taken_away_leaves_the_others_of_its_port() -> None:
    ingress, _ = chains("head", Flow("worker", "head", "dashboard"))
    assert [line.split()[0:4] for line in ingress if 'accept comment "dashboard"' in line] == [
        ["ip", "saddr", "{", "192.168.77.0/24"]
    ]


def test_every_rule_belongs_to_one_flow_and_every_flow_but_those_from_outside_has_two() -> None:
    flows = [flow_of(rule) for rule in RULES]
    for flow in set(flows):
        from_outside = "/" in flow.source or "/" in flow.target
        assert flows.count(flow) == (1 if from_outside else 2), flow
