"""The part of `docs/ports.md` about flavour `kuberay-eks`, from its firewall."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network

from config.efs import MountedEfsConfig
from config.eks import EksAccessConfig
from config.eks_firewall import eks_rules
from config.fsx import FsxConfig
from config.kuberay_eks import KuberayEksConfig
from config.memorydb import MemoryDbConfig
from config.network import NetworkConfig
from config.security_rules import INTERNET, Rule

_INTRODUCTION = """\
## On EKS

With flavour `kuberay-eks` pods have their nodes' security group and the ports that Ray chooses; between pods,
`kuberay.network_policy` lets only those through that belong together. The group of the control plane is there where the
cluster is made here.

| to | port | from | what for | when |
|---|---|---|---|---|"""
_PLACES = {
    "control_plane": "control plane",
    "node": "nodes and pods",
    "efs": "mount targets",
    "fsx": "FSx for Lustre",
    "memorydb": "MemoryDB",
    "endpoints": "interface endpoints",
}
_OUTSIDE = IPv4Network("192.0.2.0/24")
_WHEN = {"efs": "`efs`", "fsx": "`fsx`", "memorydb": "`ray.head_storage: memorydb`", "endpoints": "`network.endpoints`"}
_EVERYTHING = KuberayEksConfig(
    name="docs",
    region="us-west-2",
    network=NetworkConfig(endpoints=["eks"]),
    access=EksAccessConfig(client_cidrs=[_OUTSIDE]),
    efs=MountedEfsConfig(),
    fsx=FsxConfig(),
    memorydb=MemoryDbConfig(),
)


def render_eks_ports() -> str:
    """Render the part: ways in, and the ways out that lead to no group."""
    return "\n".join([_INTRODUCTION, *_rows()])


def _rows() -> Iterator[str]:
    for rule in eks_rules(_EVERYTHING):
        if rule.direction == "ingress":
            purpose = rule.description.partition(", from ")[0]
            yield _row(_PLACES[rule.group], _ports(rule), _peer(rule), purpose, _when(rule))
        elif rule.peer == INTERNET:
            yield _row("the internet", _ports(rule), _PLACES[rule.group], rule.description, "always")


def _ports(rule: Rule) -> str:
    if rule.first_port is None:
        return "all"
    return str(rule.first_port) if rule.first_port == rule.last_port else f"{rule.first_port}-{rule.last_port}"


def _peer(rule: Rule) -> str:
    return "`access.client_cidrs`" if rule.peer == _OUTSIDE else _PLACES[str(rule.peer)]


def _when(rule: Rule) -> str:
    if rule.peer == _OUTSIDE:
        return "`access.client_cidrs`"
    return next((_WHEN[group] for group in (rule.group, str(rule.peer)) if group in _WHEN), "always")


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
