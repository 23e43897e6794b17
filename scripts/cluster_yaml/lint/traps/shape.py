"""Names and kinds of settings: what Ray refuses, and what it drops without a word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from scripts.cluster_yaml.lint import fields
from scripts.cluster_yaml.lint.cluster import Cluster, mapping, number, shown
from scripts.cluster_yaml.lint.document import Place
from scripts.cluster_yaml.lint.registry import Hit, Severity, trap

_SCHEMA = "autoscaler/ray-schema.json"
_UTIL = "autoscaler/_private/util.py"
Section = tuple[Place, Mapping[str, Any], frozenset[str], Mapping[str, str], str]
"""Place, content, known names, kinds by name, how messages call it."""


@trap("node-types-missing", Severity.HIGH, "autoscaler/aws/defaults.yaml")
def node_types_missing(cluster: Cluster) -> Iterator[Hit]:
    """No `available_node_types`: Ray takes its own.

    Why: a head of m5.large and spot workers of m5.large, in subnets, groups and images of Ray's choice.

    Want: `available_node_types` and `head_node_type`.
    """
    if not cluster.node_types and not fields.LEGACY & cluster.fields.keys():
        yield Hit(("available_node_types",), shown(cluster.fields.get("available_node_types", "none")))


@trap("head-type-unknown", Severity.HIGH, _UTIL)
def head_type_unknown(cluster: Cluster) -> Iterator[Hit]:
    """`head_node_type` is none of `available_node_types`.

    Why: `ray up` ends in a ValueError. Without `head_node_type` it is ray.head.default.

    Want: the name of a node type.
    """
    if cluster.node_types and cluster.head is None:
        yield Hit(("head_node_type",), shown(cluster.fields.get("head_node_type", "none")))


@trap("legacy-field", Severity.HIGH, _UTIL)
def legacy_field(cluster: Cluster) -> Iterator[Hit]:
    """A setting of old releases of Ray.

    Why: `ray up` of today refuses it; an empty `head_node` or `worker_nodes` is dropped.

    Want: `available_node_types`, `head_node_type`, `upscaling_speed`; `min_workers` of a node type.
    """
    for name in cluster.fields:
        if name in fields.LEGACY:
            yield Hit((name,), shown(name))


@trap("global-min-workers", Severity.MEDIUM, _UTIL)
def global_min_workers(cluster: Cluster) -> Iterator[Hit]:
    """`min_workers` at the top is dropped.

    Why: Ray removes it without a word; no worker starts for it.

    Want: `min_workers` of a node type.
    """
    if "min_workers" in cluster.fields and not fields.LEGACY & cluster.fields.keys():
        yield Hit(("min_workers",), shown(cluster.fields["min_workers"]))


@trap("unknown-field", Severity.HIGH, _SCHEMA)
def unknown_field(cluster: Cluster) -> Iterator[Hit]:
    """A setting that Ray does not know.

    Why: its schema takes no others, and `ray up` ends in a ValidationError.

    Want: a name of Ray's reference, or `metadata` for what is yours.
    """
    known_at_top = fields.TOP | fields.LEGACY | {"min_workers"}
    for place, content, known, _, subject in _refusing_sections(cluster):
        for name in content:
            if name not in known | (known_at_top if not place else frozenset()):
                yield Hit((*place, name), _with_guess(name, known), subject)


@trap("unknown-provider-field", Severity.MEDIUM, _SCHEMA)
def unknown_provider_field(cluster: Cluster) -> Iterator[Hit]:
    """A setting of `provider` that nothing reads on AWS.

    Why: Ray takes any name there and ignores it: `use_internal_ip: true` leaves nodes public.

    Want: a name that Ray reads.
    """
    for name in cluster.provider:
        if name not in fields.PROVIDER:
            yield Hit(("provider", name), _with_guess(name, fields.PROVIDER), "provider")


@trap(
    "unknown-node-config-field",
    Severity.HIGH,
    "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html",
)
def unknown_node_config_field(cluster: Cluster) -> Iterator[Hit]:
    """A setting of node_config that RunInstances does not know.

    Why: Ray does not look, boto3 refuses it at the launch. For workers that is on the head, where nobody reads it.

    Want: a parameter of RunInstances.
    """
    for node in cluster.node_types:
        for name in node.config:
            if name not in fields.NODE_CONFIG:
                yield Hit(node.at(name), _with_guess(name, fields.NODE_CONFIG), node.subject)


@trap("wrong-kind", Severity.HIGH, _SCHEMA)
def wrong_kind(cluster: Cluster) -> Iterator[Hit]:
    """A value of another kind than Ray or EC2 takes.

    Why: Ray's schema refuses it, or boto3 does at the launch. Resources are whole numbers from 0, labels are text.

    Want: the kind that the message names.
    """
    for place, content, _, kinds, subject in _sections(cluster):
        for name, value in content.items():
            kind = kinds.get(name)
            if kind is not None and not fields.is_kind(value, kind):
                yield Hit((*place, name), f"{_shown_kind(value)}, not {kind}", subject)
    yield from _wrong_node_types(cluster)


@trap("name-repeated", Severity.MEDIUM, "https://yaml.org/spec/1.2.2/#mapping")
def name_repeated(cluster: Cluster) -> Iterator[Hit]:
    """A setting stands twice in one section.

    Why: Ray keeps the last one and drops the other without a word.

    Want: one of them.
    """
    for place, line in cluster.document.repeated:
        yield Hit(place, shown(place[-1]), line=line)


@trap("launch-count-overwritten", Severity.LOW, "autoscaler/_private/aws/node_provider.py")
def launch_count_overwritten(cluster: Cluster) -> Iterator[Hit]:
    """`MinCount` and `MaxCount` are overwritten.

    Why: Ray sets both at each launch to what it needs.

    Want: `min_workers` and `max_workers` of the node type.
    """
    for node in cluster.node_types:
        for name in ("MinCount", "MaxCount"):
            if name in node.config:
                yield Hit(node.at(name), shown(node.config[name]), node.subject)


def _refusing_sections(cluster: Cluster) -> Iterator[Section]:
    """The sections where Ray refuses what it does not know."""
    yield (), cluster.fields, fields.TOP, fields.KINDS, ""
    yield ("auth",), cluster.auth, fields.AUTH, fields.AUTH_KINDS, "auth"
    yield ("docker",), cluster.docker, fields.DOCKER, fields.DOCKER_KINDS, "docker"
    group = mapping(cluster.provider.get("security_group"))
    yield ("provider", "security_group"), group, fields.SECURITY_GROUP, {"IpPermissions": "a list"}, "security_group"
    for node in cluster.node_types:
        yield node.place, node.fields, fields.NODE_TYPE, fields.NODE_TYPE_KINDS, node.subject
        docker = mapping(node.fields.get("docker"))
        yield (*node.place, "docker"), docker, fields.NODE_TYPE_DOCKER, fields.DOCKER_KINDS, node.subject


def _sections(cluster: Cluster) -> Iterator[Section]:
    yield from _refusing_sections(cluster)
    yield ("provider",), cluster.provider, fields.PROVIDER, fields.PROVIDER_KINDS, "provider"
    for node in cluster.node_types:
        yield node.at(), node.config, fields.NODE_CONFIG, fields.NODE_CONFIG_KINDS, node.subject


def _wrong_node_types(cluster: Cluster) -> Iterator[Hit]:
    for name, value in mapping(cluster.fields.get("available_node_types")).items():
        if not isinstance(value, dict):
            got = f"{_shown_kind(value)}, not a mapping"
            yield Hit(("available_node_types", name), got, f"node type {shown(name)}")
    for node in cluster.node_types:
        for name, amount in mapping(node.fields.get("resources")).items():
            if not fields.is_kind(amount, "a whole number") or number(amount) < 0:
                got = f"{shown(name)} {_shown_kind(amount)}, not a whole number from 0"
                yield Hit((*node.place, "resources", name), got, node.subject)
        for name, label in mapping(node.fields.get("labels")).items():
            if not isinstance(label, str):
                yield Hit((*node.place, "labels", name), f"{shown(name)} {shown(label)}, not text", node.subject)


def _shown_kind(value: object) -> str:
    """A value of the wrong kind; text may be a command, and is not shown."""
    return "text" if isinstance(value, str) else shown(value)


def _with_guess(name: str, known: frozenset[str]) -> str:
    near = get_close_matches(name, sorted(known), n=1, cutoff=0.8)
    return f"{shown(name)} (is {near[0]} meant?)" if near else shown(name)
