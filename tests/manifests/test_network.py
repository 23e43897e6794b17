"""Who reaches whom, judged from the policies alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from tests.manifests.rendered import EXISTING, STORAGE, WORK, Document, documents, named, of_kind

HEAD = {"rayform/workload": "cluster", "ray.io/node-type": "head"}
WORKER = {"rayform/workload": "cluster", "ray.io/node-type": "worker"}
CLEANUP = {"rayform/workload": "cluster", "ray.io/node-type": "redis-cleanup"}
SUBMITTER = {"rayform/workload": "job-train", "rayform/role": "submitter"}
JOB_HEAD = {"rayform/workload": "job-train", "ray.io/node-type": "head"}
SERVICE_HEAD = {"rayform/workload": "service-embed", "ray.io/node-type": "head"}
NEIGHBOUR = {"app": "neighbour"}
OPERATOR = {"app.kubernetes.io/name": "kuberay-operator"}
PROMETHEUS = {"app.kubernetes.io/name": "prometheus"}
IMDS, AGENT, API = "169.254.169.254", "169.254.170.23", "192.0.2.1"


class Network:
    """The policies of an environment; a pod is its labels and its namespace."""

    def __init__(self, **settings: Any) -> None:
        self.policies = of_kind("NetworkPolicy", documents(**settings))

    def lets(self, source: Mapping[str, str], target: Mapping[str, str], port: int, *, namespace: str = "ray") -> bool:
        """Whether a pod of a namespace reaches a pod of Ray's: both ends must allow it."""
        leaves = namespace != "ray" or self._allows("egress", source, "to", (target, "ray"), port)
        return leaves and self._allows("ingress", target, "from", (source, namespace), port)

    def reaches(self, source: Mapping[str, str], address: str, port: int) -> bool:
        """Whether a pod reaches an address that is no pod's."""
        return any(
            _opens(rule, port) and any(_holds(peer, address) for peer in rule["to"])
            for rule in self._rules("egress", source)
        )

    def _allows(
        self, direction: str, pod: Mapping[str, str], end: str, other: tuple[Mapping[str, str], str], port: int
    ) -> bool:
        if not any(_selects(policy["spec"]["podSelector"], pod) for policy in self.policies):
            return True
        return any(
            _opens(rule, port) and any(_is(peer, *other) for peer in rule[end]) for rule in self._rules(direction, pod)
        )

    def _rules(self, direction: str, pod: Mapping[str, str]) -> Iterator[Document]:
        for policy in self.policies:
            if _selects(policy["spec"]["podSelector"], pod):
                yield from policy["spec"].get(direction, [])


def _selects(selector: Document, labels: Mapping[str, str]) -> bool:
    named_ones = all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items())
    return named_ones and all(_expression(each, labels) for each in selector.get("matchExpressions", []))


def _expression(expression: Document, labels: Mapping[str, str]) -> bool:
    value = labels.get(expression["key"])
    return value is not None if expression["operator"] == "Exists" else value in expression["values"]


def _opens(rule: Document, port: int) -> bool:
    return any(each["port"] <= port <= each.get("endPort", each["port"]) for each in rule["ports"])


def _is(peer: Document, labels: Mapping[str, str], namespace: str) -> bool:
    if "podSelector" not in peer:
        return False
    here = {"kubernetes.io/metadata.name": namespace}
    right_place = _selects(peer["namespaceSelector"], here) if "namespaceSelector" in peer else namespace == "ray"
    return right_place and _selects(peer["podSelector"], labels)


def _holds(peer: Document, address: str) -> bool:
    block = peer.get("ipBlock")
    if block is None or ip_address(address) not in ip_network(block["cidr"]):
        return False
    return not any(ip_address(address) in ip_network(hole) for hole in block.get("except", []))


@pytest.mark.parametrize(
    ("source", "target", "ports"),
    [
        # What was proven by taking it away from a running cluster: config/ports.py.
        (WORKER, HEAD, {6379, 6380, 6381, 8265, 10002, 19999}),
        (HEAD, WORKER, {6380, 6381, 6383, 10002, 19999}),
        # Also what torch.distributed and NCCL take: 52365 and the metrics of a head are among those numbers.
        (WORKER, WORKER, {6380, 6381, 10002, 19999, 32768, 44217, 44227, 52365, 60999}),
        (SUBMITTER, JOB_HEAD, {8265}),
        (NEIGHBOUR, HEAD, set()),
        (NEIGHBOUR, WORKER, set()),
        (NEIGHBOUR, SERVICE_HEAD, {8000}),
        (SUBMITTER, HEAD, set()),
        # Another Ray cluster of the same namespace.
        (JOB_HEAD, HEAD, set()),
        (WORKER, JOB_HEAD, set()),
    ],
)
def test_pods_reach_each_other_on_ports_of_ray(
    source: Mapping[str, str], target: Mapping[str, str], ports: set[int]
) -> None:
    network = Network(**WORK)
    asked = {
        80, 443, 6379, 6380, 6381, 6382, 6383, 8000, 8080, 8265, 10001, 10002, 19999, 20000, 32767, 32768,
        44217, 44227, 52365, 60999, 61000,
    }  # fmt: skip
    assert {port for port in asked if network.lets(source, target, port)} == ports


def test_the_operator_asks_heads_from_its_own_namespace() -> None:
    network = Network(**WORK)
    assert network.lets(OPERATOR, HEAD, 8265, namespace="kuberay-operator")
    assert network.lets(OPERATOR, SERVICE_HEAD, 8000, namespace="kuberay-operator")
    assert not network.lets(OPERATOR, HEAD, 8265, namespace="elsewhere")
    assert not network.lets(NEIGHBOUR, HEAD, 8265, namespace="kuberay-operator")


@pytest.mark.parametrize("pod", [HEAD, WORKER, SUBMITTER])
def test_pods_reach_aws_and_their_role_but_not_that_of_the_node(pod: Mapping[str, str]) -> None:
    network = Network(**WORK)
    assert network.reaches(pod, "52.94.0.1", 443)
    assert network.reaches(pod, AGENT, 80)
    assert not any(network.reaches(pod, IMDS, port) for port in (80, 443))
    assert not network.reaches(pod, "52.94.0.1", 80)


def test_a_pod_of_somebody_has_names_and_nothing_else() -> None:
    network = Network()
    dns = {"k8s-app": "kube-dns"}
    assert [policy["metadata"]["name"] for policy in network.policies if not policy["spec"]["podSelector"]] == [
        "ray-default-deny",
        "ray-names",
    ]
    assert network._allows("egress", NEIGHBOUR, "to", (dns, "kube-system"), 53)
    assert not network.lets(NEIGHBOUR, NEIGHBOUR, 8265)
    assert not network.lets(NEIGHBOUR, NEIGHBOUR, 8265, namespace="elsewhere")
    assert not network.reaches(NEIGHBOUR, AGENT, 80)
    assert not network.reaches(NEIGHBOUR, "52.94.0.1", 443)


@pytest.mark.parametrize(
    ("settings", "reached"), [({}, False), ({"network": {"endpoints": ["ecr.api"]}}, True), (EXISTING, True)]
)
def test_the_subnets_are_shut_where_no_endpoint_is_in_them(settings: dict[str, Any], reached: bool) -> None:
    """The API has addresses there."""
    assert Network(**settings).reaches(HEAD, "10.0.0.9", 443) is reached


def test_irsa_needs_no_agent() -> None:
    assert not Network(eks={"service_account_roles": "irsa"}).reaches(HEAD, AGENT, 80)


@pytest.mark.parametrize("enabled", [True, False])
def test_only_a_head_with_the_autoscaler_reaches_the_api(enabled: bool) -> None:
    workers = {"cpu": {"instance_type": "m7i.4xlarge", "min_replicas": 1}}
    network = Network(autoscaler={"enabled": enabled}, workers=workers)
    assert network.reaches(HEAD, API, 443) is enabled
    assert not network.reaches(WORKER, API, 443)


@pytest.mark.parametrize(("settings", "address"), [({}, "10.0.0.9"), (EXISTING, "172.31.0.9")])
def test_heads_and_their_clean_up_reach_the_store(settings: dict[str, Any], address: str) -> None:
    stored = {"memorydb": {}, "ray": {"head_storage": "memorydb"}}
    network = Network(**settings, **stored)
    assert network.reaches(HEAD, address, 6379)
    assert network.reaches(CLEANUP, address, 6379)
    assert not network.reaches(WORKER, address, 6379)
    assert not network.reaches(HEAD, "52.94.0.1", 6379)
    assert not Network(**settings).reaches(HEAD, address, 6379)


def test_metrics_are_for_prometheus() -> None:
    network = Network(kuberay={"pod_monitor": True})
    assert all(network.lets(PROMETHEUS, HEAD, port, namespace="monitoring") for port in (8080, 44217, 44227))
    assert network.lets(PROMETHEUS, WORKER, 8080, namespace="monitoring")
    assert not network.lets(PROMETHEUS, HEAD, 8265, namespace="monitoring")
    assert not network.lets(NEIGHBOUR, HEAD, 8080, namespace="monitoring")
    assert not Network().lets(PROMETHEUS, HEAD, 8080, namespace="monitoring")


def test_the_managed_scraper_comes_from_the_private_subnets() -> None:
    head = named("NetworkPolicy", "cluster-head", documents(prometheus={}))["spec"]["ingress"]
    (scraper,) = [rule for rule in head if "ipBlock" in str(rule)]
    assert {port["port"] for port in scraper["ports"]} == {8080, 44217, 44227}
    assert all(
        _holds({"ipBlock": {"cidr": "10.0.0.0/8"}}, peer["ipBlock"]["cidr"].split("/")[0]) for peer in scraper["from"]
    )


def test_names_are_asked_of_the_clusters_own_server() -> None:
    (rule,) = [
        rule for rule in named("NetworkPolicy", "ray-names", documents(**STORAGE))["spec"]["egress"] if _opens(rule, 53)
    ]
    assert {each["protocol"] for each in rule["ports"]} == {"TCP", "UDP"}
    assert _is(rule["to"][0], {"k8s-app": "kube-dns"}, "kube-system")
