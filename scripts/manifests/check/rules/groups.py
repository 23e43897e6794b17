"""Head and worker groups: what the operator refuses."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.cluster_yaml.lint.cluster import listing, mapping, number, shown
from scripts.manifests.check.bundle import Bundle
from scripts.manifests.check.ray import Group, RaySpec
from scripts.manifests.check.registry import Hit, operator_rule
from scripts.manifests.check.rules.metadata import label_fault

_RESOURCE_PARAMS = ("num-cpus", "num-gpus", "memory", "resources")
_FIRST_WITH_PRIORITY = (2, 56, 0)


def groups(bundle: Bundle) -> Iterator[tuple[RaySpec, Group]]:
    """Every group of every Ray cluster."""
    for spec in bundle.ray:
        for group in spec.groups:
            yield spec, group


def workers(bundle: Bundle) -> Iterator[tuple[RaySpec, Group]]:
    """Every group of workers of every Ray cluster."""
    return ((spec, group) for spec, group in groups(bundle) if not group.is_head)


@operator_rule("ray-container-missing")
def ray_container_missing(bundle: Bundle) -> Iterator[Hit]:
    """A group's template has no container.

    Want: a container; Ray runs in the first.
    """
    for spec, group in groups(bundle):
        if not listing(group.template.get("containers")):
            yield Hit(spec.document, (*group.template_place, "containers"), "none")


@operator_rule("ray-resources-twice")
def ray_resources_twice(bundle: Bundle) -> Iterator[Hit]:
    """Ray's resources stand in rayStartParams and in the group's `resources`.

    Want: one of the two.
    """
    for spec, group in groups(bundle):
        given = [name for name in _RESOURCE_PARAMS if name in group.params]
        if given and mapping(group.fields.get("resources")):
            yield Hit(spec.document, (*group.place, "resources"), f"resources beside {', '.join(given)}")


@operator_rule("ray-labels-in-params")
def ray_labels_in_params(bundle: Bundle) -> Iterator[Hit]:
    """rayStartParams has `labels`.

    Want: the group's own field `labels`.
    """
    for spec, group in groups(bundle):
        if "labels" in group.params:
            yield Hit(spec.document, (*group.place, "rayStartParams", "labels"), shown(group.params["labels"]))


@operator_rule("ray-label-form")
def ray_label_form(bundle: Bundle) -> Iterator[Hit]:
    """A label of a group has a form that Kubernetes refuses: these become labels of its pods.

    Want: at most 63 letters, digits, hyphens, underscores and dots, a letter or digit at both ends.
    """
    for spec, group in groups(bundle):
        for key, value in mapping(group.fields.get("labels")).items():
            if fault := label_fault(key, value):
                yield Hit(spec.document, (*group.place, "labels", key), fault)


@operator_rule("replicas-unbounded")
def replicas_unbounded(bundle: Bundle) -> Iterator[Hit]:
    """Without an autoscaler a group of workers names no minReplicas or no maxReplicas.

    Why: an operator whose definitions have no defaults refuses it; with them the most is 2147483647.

    Want: both.
    """
    for spec, group in workers(bundle):
        for field in ("minReplicas", "maxReplicas"):
            if not spec.autoscaling and group.fields.get(field) is None:
                yield Hit(spec.document, (*group.place, field), "none")


@operator_rule("min-replicas-negative")
def min_replicas_negative(bundle: Bundle) -> Iterator[Hit]:
    """minReplicas is negative.

    Want: at least 0.
    """
    yield from _negative(bundle, "minReplicas")


@operator_rule("max-replicas-negative")
def max_replicas_negative(bundle: Bundle) -> Iterator[Hit]:
    """maxReplicas is negative.

    Want: at least 0.
    """
    yield from _negative(bundle, "maxReplicas")


@operator_rule("idle-timeout-negative")
def idle_timeout_negative(bundle: Bundle) -> Iterator[Hit]:
    """idleTimeoutSeconds of a group is negative.

    Want: at least 0.
    """
    yield from _negative(bundle, "idleTimeoutSeconds")


def _negative(bundle: Bundle, field: str) -> Iterator[Hit]:
    for spec, group in workers(bundle):
        if number(group.fields.get(field)) < 0:
            yield Hit(spec.document, (*group.place, field), shown(group.fields[field]))


@operator_rule("min-over-max-replicas")
def min_over_max_replicas(bundle: Bundle) -> Iterator[Hit]:
    """minReplicas is more than maxReplicas.

    Want: at most maxReplicas.
    """
    for spec, group in workers(bundle):
        least, most = number(group.fields.get("minReplicas")), number(group.fields.get("maxReplicas"), 2**31 - 1)
        if least > most >= 0:
            yield Hit(spec.document, (*group.place, "minReplicas"), f"{shown(least)} over {shown(most)}")


@operator_rule("idle-timeout-without-v2")
def idle_timeout_without_v2(bundle: Bundle) -> Iterator[Hit]:
    """idleTimeoutSeconds of a group without version 2 of the autoscaler.

    Want: enableInTreeAutoscaling: true and autoscalerOptions.version: v2.
    """
    for spec, group in workers(bundle):
        if group.fields.get("idleTimeoutSeconds") is not None and not spec.autoscaler_v2:
            yield Hit(spec.document, (*group.place, "idleTimeoutSeconds"), shown(group.fields["idleTimeoutSeconds"]))


@operator_rule("priority-unsupported")
def priority_unsupported(bundle: Bundle) -> Iterator[Hit]:
    """A group has a priority, which wants Ray 2.56 and version 2 of the autoscaler.

    Want: rayVersion of at least 2.56.0 and autoscalerOptions.version: v2.
    """
    for spec, group in workers(bundle):
        supported = spec.autoscaler_v2 and spec.version is not None and spec.version >= _FIRST_WITH_PRIORITY
        if number(group.fields.get("priority")) != 0 and not supported:
            got = f"{shown(group.fields['priority'])} with Ray {shown(spec.fields.get('rayVersion', 'unknown'))}"
            yield Hit(spec.document, (*group.place, "priority"), got)


@operator_rule("suspend-without-gate")
def suspend_without_gate(bundle: Bundle) -> Iterator[Hit]:
    """A group is suspended without the feature gate RayJobDeletionPolicy.

    Want: no suspend, or the gate on in the values of the operator's chart.
    """
    for spec, group in workers(bundle):
        if group.fields.get("suspend") is True and not bundle.gates.get("RayJobDeletionPolicy"):
            yield Hit(spec.document, (*group.place, "suspend"), "true")


@operator_rule("suspend-with-autoscaler")
def suspend_with_autoscaler(bundle: Bundle) -> Iterator[Hit]:
    """A group is suspended while Ray's autoscaler is on.

    Want: no suspend, or no autoscaler.
    """
    for spec, group in workers(bundle):
        if group.fields.get("suspend") is True and spec.autoscaling:
            yield Hit(spec.document, (*group.place, "suspend"), "true")


@operator_rule("group-name-repeated")
def group_name_repeated(bundle: Bundle) -> Iterator[Hit]:
    """Two groups of workers have the same name.

    Why: the operator tells pods apart by the label ray.io/group alone: both groups count each other's.

    Want: each name once.
    """
    for spec in bundle.ray:
        seen: set[str] = set()
        for group in spec.workers:
            if group.name and group.name in seen:
                yield Hit(spec.document, (*group.place, "groupName"), shown(group.name))
            seen.add(group.name)
