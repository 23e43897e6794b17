"""Services, network policies and monitors."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network

from scripts.cluster_yaml.lint.cluster import listing, mapping, shown, text
from scripts.manifests.check.bundle import Bundle
from scripts.manifests.check.pods import PodTemplate, name_of
from scripts.manifests.check.reading import Document, Place
from scripts.manifests.check.registry import Hit, rule
from scripts.manifests.check.selectors import matches, selector_shown

_POLICIES = "https://kubernetes.io/docs/concepts/services-networking/network-policies/"
_BALANCERS = "https://docs.aws.amazon.com/eks/latest/userguide/network-load-balancing.html"
_SECURITY = "https://docs.ray.io/en/latest/ray-security/index.html"
_MONITORS = "https://docs.ray.io/en/latest/cluster/kubernetes/k8s-ecosystem/prometheus-grafana.html"
_INTERNAL = {
    "service.beta.kubernetes.io/aws-load-balancer-scheme": "internal",
    "service.beta.kubernetes.io/aws-load-balancer-internal": "true",
}
_RAY_PORTS = frozenset({6379, 8000, 8080, 8265, 10001, 44217, 44227, 52365})
"""GCS, Serve, metrics, dashboard, client, metrics of autoscaler and dashboard, dashboard agent."""
_METRICS = "metrics"
_HALF_OF_THE_WORLD = 1


def _is_world(cidr: object) -> bool:
    try:
        return ip_network(str(cidr), strict=False).prefixlen <= _HALF_OF_THE_WORLD
    except ValueError:
        return False


@rule("load-balancer-open", _BALANCERS)
def load_balancer_open(bundle: Bundle) -> Iterator[Hit]:
    """A Service makes a load balancer on the internet, or lets in the whole world.

    Why: the dashboard and Serve are then one guess of a token, or none, away from everybody.

    Want: the annotation service.beta.kubernetes.io/aws-load-balancer-scheme: internal, or loadBalancerSourceRanges.
    """
    for document, place, service in _services(bundle):
        spec, metadata = mapping(service.get("spec")), mapping(service.get("metadata"))
        annotations = mapping(metadata.get("annotations"))
        internal = any(text(annotations.get(name)) == value for name, value in _INTERNAL.items())
        ranges = listing(spec.get("loadBalancerSourceRanges"))
        if spec.get("type") != "LoadBalancer" or internal:
            continue
        if not ranges or any(map(_is_world, ranges)):
            yield Hit(document, (*place, "spec", "type"), f"LoadBalancer for {shown(', '.join(ranges) or 'everybody')}")


def _services(bundle: Bundle) -> Iterator[tuple[Document, Place, dict[str, object]]]:
    for document in bundle.of_kind("Service"):
        yield document, (), document.content
    for spec in bundle.ray:
        if service := mapping(spec.head.fields.get("headService")):
            yield spec.document, (*spec.head.place, "headService"), service
    for document in bundle.ray_of_kind("RayService"):
        if service := mapping(document.spec.get("serveService")):
            yield document, ("spec", "serveService"), service


@rule("head-service-exposed", _SECURITY)
def head_service_exposed(bundle: Bundle) -> Iterator[Hit]:
    """The head's service is reachable from outside the cluster.

    Why: it carries dashboard, jobs and the client protocol: whoever gets in runs code. None of it has TLS.

    Want: ClusterIP, and `make expose` to reach it.
    """
    for spec in bundle.ray:
        kind = spec.head.fields.get("serviceType")
        if kind not in (None, "", "ClusterIP"):
            yield Hit(spec.document, (*spec.head.place, "serviceType"), shown(kind))
        if spec.head.fields.get("enableIngress") is True:
            yield Hit(spec.document, (*spec.head.place, "enableIngress"), "true")


def _selected(bundle: Bundle, document: Document, selector: object) -> list[PodTemplate]:
    return [
        pod for pod in bundle.pods if pod.document.namespace == document.namespace and matches(selector, pod.labels)
    ]


@rule(
    "service-selects-nothing",
    "https://kubernetes.io/docs/concepts/services-networking/service/",
    needs_environment=True,
)
def service_selects_nothing(bundle: Bundle) -> Iterator[Hit]:
    """A Service selects no pod of the documents.

    Why: it has no endpoints: connections are refused.

    Want: labels that pods of the namespace have.
    """
    for document in bundle.of_kind("Service"):
        selector = mapping(document.spec.get("selector"))
        if selector and not _selected(bundle, document, {"matchLabels": selector}):
            yield Hit(document, ("spec", "selector"), selector_shown({"matchLabels": selector}))


@rule("network-policy-selects-nothing", _POLICIES, needs_environment=True)
def network_policy_selects_nothing(bundle: Bundle) -> Iterator[Hit]:
    """A NetworkPolicy selects no pod of the documents.

    Why: it guards nothing: the pods that were meant are open to the whole cluster.

    Want: labels that pods of the namespace have, or {} for all.
    """
    for document in bundle.of_kind("NetworkPolicy"):
        selector = document.spec.get("podSelector")
        if not _selected(bundle, document, selector) and mapping(selector):
            yield Hit(document, ("spec", "podSelector"), selector_shown(selector))


@rule("network-policy-not-for-all", _POLICIES, needs_environment=True)
def network_policy_not_for_all(bundle: Bundle) -> Iterator[Hit]:
    """The NetworkPolicies of a namespace leave pods out.

    Why: a pod that no policy selects reaches everything and is open to everybody, with the role of its service account.

    Want: a policy with `podSelector: {}` and policyTypes [Ingress, Egress].
    """
    policies = list(bundle.of_kind("NetworkPolicy"))
    first = {document.namespace: document for document in reversed(policies)}
    for namespace, document in first.items():
        for_all = [each.spec for each in policies if each.namespace == namespace and each.spec.get("podSelector") == {}]
        types = {text(kind) for spec in for_all for kind in listing(spec.get("policyTypes"))}
        if missing := [kind for kind in ("Ingress", "Egress") if kind not in types]:
            yield Hit(document, ("spec", "podSelector"), f"no policy for all pods with {' and '.join(missing)}")


@rule("network-policy-open", _POLICIES)
def network_policy_open(bundle: Bundle) -> Iterator[Hit]:
    """A NetworkPolicy lets in everybody.

    Why: an ingress rule without `from`, or from 0.0.0.0/0, is no rule.

    Want: podSelector, namespaceSelector or the range of those that need it.
    """
    for document in bundle.of_kind("NetworkPolicy"):
        for position, ingress in enumerate(map(mapping, listing(document.spec.get("ingress")))):
            place: Place = ("spec", "ingress", position)
            peers = listing(ingress.get("from"))
            if not peers:
                yield Hit(document, (*place, "from"), "none")
            for number, peer in enumerate(map(mapping, peers)):
                cidr = mapping(peer.get("ipBlock")).get("cidr")
                if cidr is not None and _is_world(cidr):
                    yield Hit(document, (*place, "from", number, "ipBlock", "cidr"), shown(cidr))


@rule("network-policy-port", _POLICIES, needs_environment=True)
def network_policy_port(bundle: Bundle) -> Iterator[Hit]:
    """A NetworkPolicy lets in a port on which Ray does not listen.

    Why: what was meant stays shut, or a port is open for nothing.

    Want: a port of Ray, of the container's ports, or pinned in rayStartParams.
    """
    for document in bundle.of_kind("NetworkPolicy"):
        pods = [pod for pod in _selected(bundle, document, document.spec.get("podSelector")) if pod.group is not None]
        if not pods:
            continue
        known = _RAY_PORTS.union(*map(_port_numbers, pods))
        names = {_METRICS}.union(*map(_port_names, pods))
        for place, port in _ports(document):
            if port.get("endPort") is None and port.get("port") is not None and port["port"] not in known | names:
                yield Hit(document, place, shown(port["port"]))


def _ports(document: Document) -> Iterator[tuple[Place, dict[str, object]]]:
    for position, ingress in enumerate(map(mapping, listing(document.spec.get("ingress")))):
        for number, port in enumerate(listing(ingress.get("ports"))):
            yield ("spec", "ingress", position, "ports", number, "port"), mapping(port)


def _port_numbers(pod: PodTemplate) -> set[object]:
    declared = {
        port.get("containerPort") for container in pod.containers for port in _container_ports(container.fields)
    }
    params = {} if pod.group is None else pod.group.params
    pinned = {int(value) for name, value in params.items() if name.endswith("port") and str(value).isdigit()}
    return declared | pinned


def _port_names(pod: PodTemplate) -> set[object]:
    return {name_of(port) for container in pod.containers for port in _container_ports(container.fields)}


def _container_ports(container: dict[str, object]) -> list[dict[str, object]]:
    return [mapping(port) for port in listing(container.get("ports"))]


@rule("monitor-selects-nothing", _MONITORS, needs_environment=True)
def monitor_selects_nothing(bundle: Bundle) -> Iterator[Hit]:
    """A PodMonitor selects no pod of the documents.

    Why: nothing is scraped, and nothing says so.

    Want: labels that pods of the namespace have.
    """
    for document in bundle.of_kind("PodMonitor"):
        if not _selected(bundle, document, document.spec.get("selector")):
            yield Hit(document, ("spec", "selector"), selector_shown(document.spec.get("selector")))


@rule("monitor-port-unknown", _MONITORS, needs_environment=True)
def monitor_port_unknown(bundle: Bundle) -> Iterator[Hit]:
    """A PodMonitor scrapes a port that no container declares.

    Why: nothing is scraped, and nothing says so. The operator declares `metrics` alone.

    Want: the name of a container's port.
    """
    for document in bundle.of_kind("PodMonitor"):
        pods = _selected(bundle, document, document.spec.get("selector"))
        names = {_METRICS}.union(*map(_port_names, pods))
        for position, endpoint in enumerate(map(mapping, listing(document.spec.get("podMetricsEndpoints")))):
            if pods and endpoint.get("port") is not None and endpoint["port"] not in names:
                yield Hit(document, ("spec", "podMetricsEndpoints", position, "port"), shown(endpoint["port"]))
