"""Who reaches Ray's pods, and whom they reach: the port table as NetworkPolicies.

No rule is needed for kubelet, its probes and `kubectl port-forward`: the node of a pod always reaches it.
https://kubernetes.io/docs/concepts/services-networking/network-policies/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network
from typing import Any

from config.kuberay_eks import KuberayEksConfig
from config.ports import HTTP_PORT, HTTPS_PORT, REDIS_PORT, Port, Tier
from scripts.manifests.facts import ManifestFacts
from scripts.manifests.names import NODE_TYPE_LABEL, ROLE_LABEL, SUBMITTER, WORKLOAD_LABEL
from scripts.manifests.ports import CHOSEN_BY_JOBS, PORTS, SERVE_PORT
from scripts.manifests.workloads import Workload

Rule = Mapping[str, Any]
_DNS_PORT = 53
_EVERYWHERE = "0.0.0.0/0"
_LINK_LOCAL = "169.254.0.0/16"
"""IMDS is there, which no pod may ask for the node's role."""
_POD_IDENTITY_AGENT = "169.254.170.23/32"
_PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
"""Where the subnets of an existing VPC are, whose ranges nobody has told us."""
_OPERATOR = {"app.kubernetes.io/name": "kuberay-operator"}
_PROMETHEUS = {"app.kubernetes.io/name": "prometheus"}
"""Label of the pods that the Prometheus operator makes."""


@dataclass(frozen=True)
class NetworkPolicy:
    """One policy: what it allows to and from some pods; all else is refused to them."""

    name: str
    why: str
    pods: Mapping[str, Any]
    ingress: Sequence[Rule] = ()
    egress: Sequence[Rule] = ()
    types: Sequence[str] = field(default=("Ingress", "Egress"))


def shared_policies(environment: KuberayEksConfig, facts: ManifestFacts) -> list[NetworkPolicy]:
    """What holds for all of Ray's pods."""
    ours = {"matchExpressions": [{"key": WORKLOAD_LABEL, "operator": "Exists"}]}
    rules = [_egress([{"ipBlock": {"cidr": _EVERYWHERE, "except": _not_aws(environment, facts)}}], [_tcp(HTTPS_PORT)])]
    if environment.eks.service_account_roles == "pod-identity":
        rules.append(_egress([_block(_POD_IDENTITY_AGENT)], [_tcp(HTTP_PORT)]))
    names = [_namespace("kube-system", {"k8s-app": "kube-dns"})]
    return [
        NetworkPolicy("ray-default-deny", "Nothing but what other policies allow, for any pod of the namespace.", {}),
        NetworkPolicy(
            "ray-names",
            "Names, which any pod may ask for.",
            {},
            egress=[_egress(names, [_tcp(_DNS_PORT), _udp(_DNS_PORT)])],
            types=("Egress",),
        ),
        NetworkPolicy(
            "ray-aws", "AWS by TLS, and the Pod Identity agent of the node.", ours, egress=rules, types=("Egress",)
        ),
    ]


def _not_aws(environment: KuberayEksConfig, facts: ManifestFacts) -> list[str]:
    """What is not AWS's: IMDS, services of the cluster, and the private subnets, in which the API has addresses, too.

    Interface endpoints are in these subnets: where there may be some, the API can be reached there, without a token.
    """
    may_have_endpoints = environment.network.existing is not None or environment.network.endpoints
    subnets = [] if may_have_endpoints else _subnets(environment)
    return [_LINK_LOCAL, str(facts.service_cidr), *subnets]


def workload_policies(
    environment: KuberayEksConfig, facts: ManifestFacts, workload: Workload
) -> Iterator[NetworkPolicy]:
    """What one Ray cluster needs: its head, its workers, and what else belongs to it."""
    head, worker = _pods(workload, "head"), _pods(workload, "worker")
    serve = [_ingress([_any_pod_here()], [_tcp(SERVE_PORT)])] if workload.service is not None else []
    metrics = _scrapers(environment)
    yield NetworkPolicy(
        f"{workload.label}-head",
        "The head: workers, KubeRay, and who submits jobs.",
        _selector(head),
        ingress=[
            _ingress([_peer(worker)], _ports("head", "worker")),
            _ingress([_operator(environment)], _operator_ports(workload)),
            *([_ingress([_peer(_submitter(workload))], [_tcp(PORTS["dashboard"].first)])] if workload.job else []),
            *serve,
            *([_ingress(metrics, _metrics_ports("head"))] if metrics else []),
        ],
        egress=[
            _egress([_peer(worker)], _ports("worker", "head")),
            *([_api(facts)] if environment.autoscaler.enabled else []),
        ],
    )
    yield NetworkPolicy(
        f"{workload.label}-worker",
        "Workers: the head and each other, also on ports that torch.distributed and NCCL let the system choose.",
        _selector(worker),
        ingress=[
            _ingress([_peer(head)], _ports("worker", "head")),
            _ingress([_peer(worker)], _among_workers()),
            *serve,
            *([_ingress(metrics, _metrics_ports("worker"))] if metrics else []),
        ],
        egress=[
            _egress([_peer(head)], _ports("head", "worker")),
            _egress([_peer(worker)], _among_workers()),
        ],
    )
    if workload.job is not None:
        yield _submitter_policy(workload)
    if workload.service is not None:
        yield NetworkPolicy(
            f"{workload.label}-callers",
            "Any pod of the namespace: the service.",
            {},
            egress=[_egress([_peer(workload.pod_labels)], [_tcp(SERVE_PORT)])],
            types=("Egress",),
        )
    if workload.store is not None:
        yield _store_policy(environment, workload)


def _submitter_policy(workload: Workload) -> NetworkPolicy:
    rule = _egress([_peer(_pods(workload, "head"))], [_tcp(PORTS["dashboard"].first)])
    return NetworkPolicy(
        f"{workload.label}-submitter",
        "The pod that submits the job: the head's Jobs API.",
        _selector(_submitter(workload)),
        egress=[rule],
        types=("Egress",),
    )


def _store_policy(environment: KuberayEksConfig, workload: Workload) -> NetworkPolicy:
    """KubeRay empties the store when the cluster is deleted, from a pod of another type."""
    types = {"key": NODE_TYPE_LABEL, "operator": "In", "values": ["head", "redis-cleanup"]}
    return NetworkPolicy(
        f"{workload.label}-store",
        "The head and KubeRay's clean-up job: MemoryDB.",
        {"matchLabels": dict(workload.pod_labels), "matchExpressions": [types]},
        egress=[_egress([_block(cidr) for cidr in _subnets(environment)], [_tcp(REDIS_PORT)])],
        types=("Egress",),
    )


def _pods(workload: Workload, node_type: str) -> dict[str, str]:
    return {**workload.pod_labels, NODE_TYPE_LABEL: node_type}


def _submitter(workload: Workload) -> dict[str, str]:
    return {**workload.pod_labels, ROLE_LABEL: SUBMITTER}


def _operator(environment: KuberayEksConfig) -> Rule:
    return _namespace(environment.kuberay.operator_namespace, _OPERATOR)


def _operator_ports(workload: Workload) -> list[Rule]:
    """KubeRay asks the dashboard for jobs and applications, and Serve's proxy on the head for its health."""
    dashboard = _tcp(PORTS["dashboard"].first)
    return [dashboard, _tcp(SERVE_PORT)] if workload.service is not None else [dashboard]


def _ports(tier: Tier, source: Tier) -> list[Rule]:
    """Ports of a tier that pods of another must reach."""
    return [_of(port) for port in PORTS if source in port.sources(tier)]


def _among_workers() -> list[Rule]:
    first, last = CHOSEN_BY_JOBS
    return [*_ports("worker", "worker"), {**_tcp(first), "endPort": last}]


def _metrics_ports(tier: Tier) -> list[Rule]:
    names = ("metrics", "autoscaler_metrics", "dashboard_metrics")
    return [_of(PORTS[name]) for name in names if PORTS[name].is_on(tier)]


def _scrapers(environment: KuberayEksConfig) -> list[Rule]:
    """Who reads metrics: pods of a Prometheus operator, and AMP's scraper, which is in the private subnets."""
    pods = [{"namespaceSelector": {}, "podSelector": {"matchLabels": _PROMETHEUS}}]
    managed = [_block(cidr) for cidr in _subnets(environment)]
    return [
        *(pods if environment.kuberay.pod_monitor else []),
        *(managed if environment.prometheus is not None else []),
    ]


def _subnets(environment: KuberayEksConfig) -> list[str]:
    """The private subnets."""
    subnets = environment.layout.private.values()
    known = [str(subnet) for subnet in subnets if isinstance(subnet, IPv4Network)]
    return known or list(_PRIVATE)


def _api(facts: ManifestFacts) -> Rule:
    """The VPC CNI compares with the address of the service, not with those behind it (kuberay issue 4638)."""
    return _egress([_block(f"{facts.api_address}/32")], [_tcp(HTTPS_PORT)])


def _of(port: Port) -> Rule:
    return _tcp(port.first) if port.size == 1 else {**_tcp(port.first), "endPort": port.last}


def _tcp(port: int) -> dict[str, Any]:
    return {"protocol": "TCP", "port": port}


def _udp(port: int) -> dict[str, Any]:
    return {"protocol": "UDP", "port": port}


def _selector(labels: Mapping[str, str]) -> Rule:
    return {"matchLabels": dict(labels)}


def _peer(labels: Mapping[str, str]) -> Rule:
    return {"podSelector": _selector(labels)}


def _any_pod_here() -> Rule:
    return {"podSelector": {}}


def _namespace(name: str, labels: Mapping[str, str]) -> Rule:
    selector = {"matchLabels": {"kubernetes.io/metadata.name": name}}
    return {"namespaceSelector": selector, "podSelector": _selector(labels)}


def _block(cidr: str) -> Rule:
    return {"ipBlock": {"cidr": cidr}}


def _ingress(sources: Iterable[Rule], ports: Iterable[Rule]) -> Rule:
    return {"from": list(sources), "ports": list(ports)}


def _egress(targets: Iterable[Rule], ports: Iterable[Rule]) -> Rule:
    return {"to": list(targets), "ports": list(ports)}
