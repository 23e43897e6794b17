"""What an Anyscale cloud declares of the ways out."""

from __future__ import annotations

from ipaddress import IPv4Network

from config.anyscale import CloudAccessConfig, EgressConfig
from config.security_rules import INTERNET
from scripts.audit.reachability.declared import Declared, ports_outside
from scripts.audit.reachability.parties import CLOUD_TIER
from tests.audit.environments import load_cloud

STORE = IPv4Network("10.9.0.0/16")
NAMED = CloudAccessConfig(
    egress=[
        EgressConfig(cidr=INTERNET, first_port=9092, last_port=9094),
        EgressConfig(cidr=INTERNET, first_port=123, protocol="udp"),
        EgressConfig(cidr=STORE, first_port=5432),
    ]
)
CLOUD = load_cloud("anyscale").model_copy(update={"access": NAMED})


def test_only_tcp_to_all_of_the_internet_is_asked_of_the_internet() -> None:
    found = {ports.name: ports.shown for ports in ports_outside(CLOUD_TIER, CLOUD)}
    assert found == {"https": "tcp 443", "http": "tcp 80", "tcp_9092_9094": "tcp 9092-9094"}


def test_what_is_let_out_by_udp_opens_no_tcp_port() -> None:
    assert Declared(CLOUD, 4).between(CLOUD_TIER, CLOUD_TIER)
    into = EgressConfig(cidr=STORE, first_port=443, protocol="udp")
    alone = load_cloud("anyscale").model_copy(update={"access": CloudAccessConfig(egress=[into])})
    assert Declared(alone, 4).between(CLOUD_TIER, "endpoints") == Declared(load_cloud("anyscale"), 4).between(
        CLOUD_TIER, "endpoints"
    )
