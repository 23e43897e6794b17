"""Who may talk to whom in an Anyscale cloud: from its access section."""

from __future__ import annotations

from collections.abc import Iterator

from config.anyscale_cloud import AnyscaleCloudConfig
from config.ports import HTTP_PORT, HTTPS_PORT, REDIS_PORT
from config.security_rules import INTERNET, Group, Rule, flow

MACHINE_POOL_PORTS: tuple[tuple[int, int], ...] = (
    (80, 80), (443, 443), (1010, 1012), (2222, 2222), (5555, 5555), (5903, 5903), (6379, 6379), (6822, 6824),
    (6826, 6826), (7878, 7878), (8000, 8000), (8076, 8076), (8085, 8085), (8201, 8201), (8265, 8266), (8686, 8687),
    (8912, 8912), (8999, 8999), (9090, 9090), (9092, 9092), (9100, 9100), (9478, 9482),
)  # fmt: skip
"""What machines of a customer-managed pool must reach: https://docs.anyscale.com/machine-pools/config-ref"""


def cloud_groups(environment: AnyscaleCloudConfig) -> list[Group]:
    """The security groups of a cloud. Mount targets are in the cloud's own."""
    optional: dict[Group, bool] = {
        "memorydb": environment.memorydb is not None and not environment.memorydb.in_cloud_security_group,
        "endpoints": bool(environment.network.endpoints),
    }
    return ["cloud", *(group for group, wanted in optional.items() if wanted)]


def cloud_rules(environment: AnyscaleCloudConfig) -> list[Rule]:
    """Every rule of a cloud's security groups."""
    return [
        *_among_nodes(environment),
        *_from_outside(environment),
        *_to_the_internet(environment),
        *_named(environment),
    ]


def _among_nodes(environment: AnyscaleCloudConfig) -> Iterator[Rule]:
    """Anyscale chooses the ports of its nodes itself, and asks for a group that trusts its own."""
    yield from flow("cloud", "cloud", "all", None, None, "All traffic")
    groups = cloud_groups(environment)
    if "memorydb" in groups:
        yield from flow("cloud", "memorydb", "redis", REDIS_PORT, REDIS_PORT, "State of heads, over TLS")
    if "endpoints" in groups:
        yield from flow("cloud", "endpoints", "https", HTTPS_PORT, HTTPS_PORT, "AWS services")


def _from_outside(environment: AnyscaleCloudConfig) -> Iterator[Rule]:
    access = environment.access
    for cidr in access.client_cidrs:
        yield Rule("cloud", "ingress", "https", cidr, f"Clients, from {cidr}", HTTPS_PORT, HTTPS_PORT)
    for cidr in access.machine_pool_cidrs:
        for first, last in MACHINE_POOL_PORTS:
            if first == HTTPS_PORT and cidr in access.client_cidrs:
                continue  # said above; EC2 takes no rule twice
            name = f"machine_pool_{first}"
            yield Rule("cloud", "ingress", name, cidr, f"Machine pool, from {cidr}", first, last)


def _named(environment: AnyscaleCloudConfig) -> Iterator[Rule]:
    for each in environment.access.egress:
        first, last = each.ports
        name = f"{each.protocol}_{first}" if first == last else f"{each.protocol}_{first}_{last}"
        yield Rule("cloud", "egress", name, each.cidr, f"access.egress, to {each.cidr}", first, last, each.protocol)


def _to_the_internet(environment: AnyscaleCloudConfig) -> Iterator[Rule]:
    if environment.access.open_egress:
        yield Rule("cloud", "egress", "internet", INTERNET, "Anything")
        return
    yield Rule("cloud", "egress", "https", INTERNET, "Control plane, packages, AWS", HTTPS_PORT, HTTPS_PORT)
    yield Rule("cloud", "egress", "http", INTERNET, "Signed packages of Ubuntu", HTTP_PORT, HTTP_PORT)
