"""Token authentication, network policies and TLS of KubeRay: what the operator refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scripts.cluster_yaml.lint.cluster import listing, mapping, shown, text
from scripts.manifests.check.bundle import Bundle
from scripts.manifests.check.pods import name_of
from scripts.manifests.check.ray import RaySpec
from scripts.manifests.check.reading import Place
from scripts.manifests.check.registry import Hit, operator_rule

_FIRST_WITH_TOKENS = (2, 52, 0)
_FIRST_WITH_KUBERNETES_TOKENS = (2, 55, 0)
_DNS_1123 = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_TLS_VARIABLES = ("RAY_USE_TLS", "RAY_TLS_SERVER_CERT", "RAY_TLS_SERVER_KEY", "RAY_TLS_CA_CERT")
_TLS_VOLUME = "ray-tls"
_WRONG_RULES = {"DenyAllEgress": "ingressRules", "DenyAllIngress": "egressRules"}


@operator_rule("token-auth-version")
def token_auth_version(bundle: Bundle) -> Iterator[Hit]:
    """authOptions.mode token without a rayVersion that knows tokens.

    Want: rayVersion of at least 2.52.0, as the image has it.
    """
    for spec in bundle.ray:
        auth = mapping(spec.fields.get("authOptions"))
        if auth.get("mode") == "token" and (spec.version is None or spec.version < _FIRST_WITH_TOKENS):
            yield Hit(spec.document, spec.at("rayVersion"), shown(spec.fields.get("rayVersion", "none")))


@operator_rule("kubernetes-token-auth")
def kubernetes_token_auth(bundle: Bundle) -> Iterator[Hit]:
    """authOptions.enableK8sTokenAuth where it cannot be.

    Want: mode token, Ray 2.55.0 or later, no secretName, in a RayCluster of its own.
    """
    for spec in bundle.ray:
        auth = mapping(spec.fields.get("authOptions"))
        if auth.get("enableK8sTokenAuth") is not True:
            continue
        place = spec.at("authOptions", "enableK8sTokenAuth")
        if auth.get("mode") != "token":
            yield Hit(spec.document, place, f"mode {shown(auth.get('mode', 'none'))}")
        elif spec.version is None or spec.version < _FIRST_WITH_KUBERNETES_TOKENS:
            yield Hit(spec.document, place, f"Ray {shown(spec.fields.get('rayVersion', 'unknown'))}")
        elif auth.get("secretName"):
            yield Hit(spec.document, place, "secretName beside it")
        if spec.document.kind != "RayCluster":
            yield Hit(spec.document, place, f"a {spec.document.kind}")


def _policies(bundle: Bundle) -> Iterator[tuple[RaySpec, dict[str, object]]]:
    for spec in bundle.ray:
        if isinstance(spec.fields.get("networkPolicy"), dict):
            yield spec, mapping(spec.fields["networkPolicy"])


@operator_rule("network-policy-without-gate")
def network_policy_without_gate(bundle: Bundle) -> Iterator[Hit]:
    """spec.networkPolicy without the feature gate RayClusterNetworkPolicy.

    Want: documents of kind NetworkPolicy, or the gate on in the values of the operator's chart.
    """
    for spec, _policy in _policies(bundle):
        if not bundle.gates.get("RayClusterNetworkPolicy"):
            yield Hit(spec.document, spec.at("networkPolicy"), "networkPolicy")


@operator_rule("network-policy-mode")
def network_policy_mode(bundle: Bundle) -> Iterator[Hit]:
    """spec.networkPolicy has rules for a direction that its mode leaves open.

    Want: no ingressRules with DenyAllEgress, no egressRules with DenyAllIngress.
    """
    for spec, policy in _policies(bundle):
        wrong = _WRONG_RULES.get(text(policy.get("mode")), "")
        sections: list[tuple[Place, object]] = [((name,), policy.get(name)) for name in ("head", "worker")]
        sections += [(("workerGroups", n), group) for n, group in enumerate(listing(policy.get("workerGroups")))]
        for place, section in sections:
            if wrong and listing(mapping(section).get(wrong)):
                yield Hit(spec.document, spec.at("networkPolicy", *place, wrong), f"{wrong} with {policy['mode']}")


@operator_rule("network-policy-group-form")
def network_policy_group_form(bundle: Bundle) -> Iterator[Hit]:
    """With spec.networkPolicy the name of a group is no DNS label.

    Want: at most 63 lower case letters, digits and hyphens.
    """
    for spec, _policy in _policies(bundle):
        for group in spec.workers:
            if not _DNS_1123.fullmatch(group.name):
                yield Hit(spec.document, (*group.place, "groupName"), shown(group.name))


@operator_rule("network-policy-group-unknown")
def network_policy_group_unknown(bundle: Bundle) -> Iterator[Hit]:
    """spec.networkPolicy.workerGroups names a group that is not there.

    Want: a groupName of workerGroupSpecs.
    """
    for spec, policy in _policies(bundle):
        names = {group.name for group in spec.workers}
        for position, entry in enumerate(listing(policy.get("workerGroups"))):
            name = text(mapping(entry).get("groupName"))
            if name not in names:
                yield Hit(spec.document, spec.at("networkPolicy", "workerGroups", position, "groupName"), shown(name))


@operator_rule("tls-without-gate")
def tls_without_gate(bundle: Bundle) -> Iterator[Hit]:
    """spec.tlsOptions without the feature gate RayClusterMTLS.

    Want: no tlsOptions, or the gate on in the values of the operator's chart.
    """
    for spec in bundle.ray:
        if spec.fields.get("tlsOptions") is not None and not bundle.gates.get("RayClusterMTLS"):
            yield Hit(spec.document, spec.at("tlsOptions"), "tlsOptions")


@operator_rule("tls-by-hand")
def tls_by_hand(bundle: Bundle) -> Iterator[Hit]:
    """With spec.tlsOptions a container sets variables or a mount that are the operator's own.

    Want: tlsOptions alone.
    """
    for spec in bundle.ray:
        if mapping(spec.fields.get("tlsOptions")).get("enabled") is not True:
            continue
        for place, name in _container_parts(spec):
            if name in (*_TLS_VARIABLES, _TLS_VOLUME):
                yield Hit(spec.document, place, name)


def _container_parts(spec: RaySpec) -> Iterator[tuple[Place, str]]:
    """Names of variables and mounts of Ray's containers and of the autoscaler."""
    for group in spec.groups:
        for place, name, _entry in group.env():
            yield place, name
        for place, mount in group.mounts():
            yield place, name_of(mount)
    for field in ("env", "volumeMounts"):
        for position, entry in enumerate(listing(spec.autoscaler.get(field))):
            yield spec.at("autoscalerOptions", field, position), name_of(entry)
