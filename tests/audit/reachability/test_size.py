"""A thousand workers are a handful of parties."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address

from scripts.audit.reachability.matrix import port_matrix
from scripts.audit.reachability.parties import parties_by_tier
from scripts.inventory.reading import readable
from scripts.state import Resource, State
from tests.audit.reachability.world import HEALTHY, SMALL, changed

WORKERS = 1000


def test_many_workers_are_few_parties() -> None:
    instance, interface = readable(HEALTHY.nodes.instances)[1], readable(HEALTHY.network_interfaces)[1]
    first = IPv4Address("10.0.0.30")
    instances = [replace(instance, instance_id=f"i-w{number}") for number in range(WORKERS)]
    interfaces = [
        # Every second address: no two touch.
        replace(interface, instance_id=f"i-w{number}", private_ips=(str(first + 2 * number),))
        for number in range(WORKERS)
    ]
    resources = [
        Resource(f"aws_instance.w[{number}]", "aws_instance", {"id": f"i-w{number}", "tags": {"Name": instance.name}})
        for number in range(WORKERS)
    ]
    inventory = changed(
        ("nodes.instances", (*readable(HEALTHY.nodes.instances), *instances)),
        ("network_interfaces", (*readable(HEALTHY.network_interfaces), *interfaces)),
        ("state", State((*HEALTHY.state.resources, *resources))),
    )
    workers = readable(parties_by_tier(inventory, SMALL)["worker"])
    assert len(workers) == len(readable(parties_by_tier(HEALTHY, SMALL)["worker"]))
    assert sum(party.size for party in workers) == WORKERS + 3
    before, after = port_matrix(HEALTHY, SMALL).cells, port_matrix(inventory, SMALL).cells
    assert [(each.source, each.destination, each.port, each.open) for each in after] == [
        (each.source, each.destination, each.port, each.open) for each in before
    ]
