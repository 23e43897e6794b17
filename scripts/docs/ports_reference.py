"""`docs/ports.md`, from the port table and the firewall."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network

from config.access import AccessConfig
from config.ec2_firewall import node_rules
from config.efs import MountedEfsConfig
from config.memorydb import MemoryDbConfig
from config.network import NetworkConfig
from config.nodes import HeadConfig, WorkerGroupConfig
from config.ports import Port, Source, Tier, port_table
from config.ray_ports import RayPortsConfig
from config.security_rules import Rule
from config.static_ec2 import StaticEc2Config
from scripts.docs.eks_ports_reference import render_eks_ports

_INTRODUCTION = """\
# Ports

Who may reach what in a cluster on EC2; the last table is for one on EKS. Security-group rules, the flags of
`ray start` and the audit are made from the same table: Ray listens on these ports, and each is open exactly where it is
listed. The numbers are the defaults; `ray.ports` changes them, on every node at once. `make dump` shows those of a
deployment.

Between nodes there is nothing beyond these tables, unless `access.intra_cluster` opens it. `workers` opens all traffic
among workers: torch.distributed, NCCL, Gloo and MPI choose ports of their own, so Ray Train on several workers needs
it. `all` opens all traffic. Each way in has its way out on the other side. From outside nothing comes in by default;
`access.client_cidrs` and `access.ssh_cidrs` name who may. A bastion (`access.bastion`) reaches on the head what clients
reach, and with `ssh` it is the bastion, not the nodes, that `access.ssh_cidrs` reach. Ray Serve's HTTP port is not
opened to anybody.
"""
_RAY = """\
## Ray

Who needs which port was found by taking each away from a running cluster, which `make test-ray` does again.
Workers join at the head's name in the private zone.

| port | setting in `ray.ports` | what for | on the head, from | on workers, from | pinned by |
|---|---|---|---|---|---|"""
_OTHERS = """\
## Everything else

| to | port | from | what for | when |
|---|---|---|---|---|"""

_SOURCES: dict[Source, str] = {"head": "head", "worker": "workers", "clients": "`access.client_cidrs`"}
_INTERNET = IPv4Network("0.0.0.0/0")
_OUTSIDE = IPv4Network("192.0.2.0/24")
_WHEN = {
    ("efs", "nfs"): "`efs`",
    ("memorydb", "redis"): "`ray.head_storage: memorydb`",
    ("endpoints", "https"): "`network.endpoints`",
    ("head", "ssh"): "`access.ssh_cidrs`, `access.bastion`",
    ("worker", "ssh"): "`access.ssh_cidrs`, `access.bastion`",
    ("bastion", "ssh"): "`access.bastion: ssh`",
    ("internet", "https"): "always",
    ("internet", "http"): "an image other than `al2023`",
}
_EVERYTHING = StaticEc2Config(
    name="docs",
    region="us-west-2",
    network=NetworkConfig(endpoints=["ssm"]),
    access=AccessConfig(ssh_cidrs=[_OUTSIDE]),
    head=HeadConfig(ami="ubuntu-24.04"),
    workers={"cpu": WorkerGroupConfig(ami="ubuntu-24.04")},
    efs=MountedEfsConfig(),
    memorydb=MemoryDbConfig(),
)
"""An environment with every kind of rule but those of Ray's clients, which the first table tells of."""
_WITH_BASTION = _EVERYTHING.model_copy(update={"access": AccessConfig(ssh_cidrs=[_OUTSIDE], bastion="ssh")})


def render_ports() -> str:
    """Render the page."""
    table = port_table(RayPortsConfig())
    rays = {port.name for port in table}
    of_bastion = [rule for rule in node_rules(_WITH_BASTION) if "bastion" in (rule.group, rule.peer)]
    others = [rule for rule in [*node_rules(_EVERYTHING), *of_bastion] if rule.name not in rays]
    return "\n".join(
        [_INTRODUCTION, _RAY, *map(_ray_row, table), "", _OTHERS, *_other_rows(others), "", render_eks_ports()]
    )


def _ray_row(port: Port) -> str:
    pins = ", ".join(f"`{name}`" for name in port.pinned_by)
    return _row(port.shown, f"`{port.name}`", port.purpose, _sources(port, "head"), _sources(port, "worker"), pins)


def _sources(port: Port, tier: Tier) -> str:
    if not port.is_on(tier):
        return "not there"
    return ", ".join(_SOURCES[source] for source in port.sources(tier)) or "nobody"


def _other_rows(rules: list[Rule]) -> Iterator[str]:
    """Ways in, each once for all who may take it; and the ways out that lead to no group."""
    sources: dict[tuple[str, str], list[Rule]] = {}
    for rule in rules:
        target: str = rule.group if rule.direction == "ingress" else "internet"
        if rule.direction == "ingress" or rule.peer == _INTERNET:
            sources.setdefault((target, rule.name), []).append(rule)
    for (target, name), found in sources.items():
        purpose = found[0].description.partition(", from ")[0]
        who = ", ".join(dict.fromkeys(_who(rule) for rule in found))
        yield _row(_place(target), str(found[0].first_port), who, purpose, _WHEN[target, name])


def _who(rule: Rule) -> str:
    if rule.direction == "egress":
        return _place(rule.group)
    return "`access.ssh_cidrs`" if rule.peer == _OUTSIDE else _place(str(rule.peer))


def _place(group: str) -> str:
    return {
        "worker": "workers",
        "efs": "mount targets",
        "memorydb": "MemoryDB",
        "endpoints": "interface endpoints",
        "internet": "the internet",
    }.get(group, group)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
