"""What network policies must let out."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.cluster_yaml.lint.cluster import listing, mapping, shown
from scripts.manifests.check.bundle import Bundle
from scripts.manifests.check.pods import PodTemplate
from scripts.manifests.check.reading import Document
from scripts.manifests.check.registry import Hit, rule
from scripts.manifests.check.selectors import matches

_POLICIES = "https://kubernetes.io/docs/concepts/services-networking/network-policies/"
_DNS = 53
_HTTPS = 443
_REDIS = 6379


def _policies(bundle: Bundle, pod: PodTemplate) -> list[Document]:
    """The policies that say whom a pod may call; without any it may call everybody."""
    return [
        document
        for document in bundle.of_kind("NetworkPolicy")
        if document.namespace == pod.document.namespace
        and matches(document.spec.get("podSelector"), pod.labels)
        and ("Egress" in listing(document.spec.get("policyTypes")) or document.spec.get("egress") is not None)
    ]


def _lets_out(policies: list[Document], wanted: int) -> bool:
    """Whether a port is open to somebody, or there is no policy."""
    rules = [mapping(entry) for policy in policies for entry in listing(policy.spec.get("egress"))]
    return not policies or any(_has_port(rule.get("ports"), wanted) for rule in rules)


def _has_port(ports: object, wanted: int) -> bool:
    if not listing(ports):
        return True
    for port in map(mapping, listing(ports)):
        first = port.get("port")
        last = port.get("endPort", first)
        # A name is that of a port of the other pod, whose number is not known here.
        if not isinstance(first, int) or not isinstance(last, int) or first <= wanted <= last:
            return True
    return False


def _shut(bundle: Bundle, wanted: int) -> Iterator[PodTemplate]:
    for pod in bundle.pods:
        if pod.group is not None and not _lets_out(_policies(bundle, pod), wanted):
            yield pod


@rule("network-policy-without-names", _POLICIES, needs_environment=True)
def network_policy_without_names(bundle: Bundle) -> Iterator[Hit]:
    """Network policies keep a pod of Ray from asking for names.

    Why: workers do not find the head, and nobody finds AWS: everything ends in timeouts.

    Want: a policy with egress to kube-dns in kube-system on port 53, UDP and TCP.
    """
    for pod in _shut(bundle, _DNS):
        yield Hit(pod.document, pod.place, "no egress on port 53")


@rule("network-policy-without-api", "https://github.com/ray-project/kuberay/issues/4638", needs_environment=True)
def network_policy_without_api(bundle: Bundle) -> Iterator[Hit]:
    """Network policies keep the head's autoscaler from the Kubernetes API.

    Why: it makes no workers, and jobs wait for ever.

    Want: a policy for the head with egress on port 443 to the address of the service `kubernetes`.
    """
    for pod in _shut(bundle, _HTTPS):
        if pod.group is not None and pod.group.is_head and pod.group.spec.autoscaling:
            yield Hit(pod.document, pod.place, "no egress on port 443")


@rule("network-policy-without-store", _POLICIES, needs_environment=True)
def network_policy_without_store(bundle: Bundle) -> Iterator[Hit]:
    """Network policies keep the head from the store of its state.

    Why: the head does not start.

    Want: a policy for the head with egress on port 6379.
    """
    for pod in _shut(bundle, _REDIS):
        store = None if pod.group is None or not pod.group.is_head else pod.group.spec.fault_tolerance
        if store is not None and store.get("redisAddress"):
            yield Hit(pod.document, pod.place, f"no egress on port 6379 to {shown(store['redisAddress'])}")
