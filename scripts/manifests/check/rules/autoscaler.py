"""Ray's autoscaler: what the operator refuses."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.cluster_yaml.lint.cluster import listing, number, shown, text
from scripts.manifests.check.bundle import Bundle
from scripts.manifests.check.pods import name_of
from scripts.manifests.check.registry import Hit, operator_rule

_V2_VARIABLE = "RAY_enable_autoscaler_v2"
_START_COMMAND = "KUBERAY_GEN_AUTOSCALER_START_CMD"


@operator_rule("v2-variable-without-autoscaler")
def v2_variable_without_autoscaler(bundle: Bundle) -> Iterator[Hit]:
    """The head has RAY_enable_autoscaler_v2 while no autoscaler is on.

    Want: enableInTreeAutoscaling: true with autoscalerOptions.version: v2, or no such variable.
    """
    for spec in bundle.ray:
        for place, name, entry in spec.head.env():
            if name == _V2_VARIABLE and text(entry.get("value")) in ("1", "true") and not spec.autoscaling:
                yield Hit(spec.document, place, f"{name}={shown(entry['value'])}")


@operator_rule("autoscaler-version-twice")
def autoscaler_version_twice(bundle: Bundle) -> Iterator[Hit]:
    """autoscalerOptions.version beside the variable RAY_enable_autoscaler_v2.

    Want: the field alone: the operator sets the variable.
    """
    for spec in bundle.ray:
        for place, name, _entry in spec.head.env():
            if name == _V2_VARIABLE and spec.autoscaling and spec.autoscaler.get("version"):
                yield Hit(spec.document, place, f"{name} beside version {shown(spec.autoscaler['version'])}")


@operator_rule("restart-policy-with-v2")
def restart_policy_with_v2(bundle: Bundle) -> Iterator[Hit]:
    """Version 2 of the autoscaler with pods that restart.

    Why: it knows pods by their Ray node; a container that starts again in the same pod is another node.

    Want: restartPolicy: Never, or none, which the operator sets to Never.
    """
    for spec in bundle.ray:
        is_v2 = spec.autoscaling and spec.autoscaler.get("version") == "v2"
        for group in spec.groups if is_v2 else ():
            given = group.template.get("restartPolicy")
            if given not in (None, "", "Never"):
                yield Hit(spec.document, (*group.template_place, "restartPolicy"), shown(given))


@operator_rule("autoscaler-idle-timeout-negative")
def autoscaler_idle_timeout_negative(bundle: Bundle) -> Iterator[Hit]:
    """autoscalerOptions.idleTimeoutSeconds is negative.

    Want: at least 0.
    """
    for spec in bundle.ray:
        given = spec.autoscaler.get("idleTimeoutSeconds")
        if number(given) < 0:
            yield Hit(spec.document, spec.at("autoscalerOptions", "idleTimeoutSeconds"), shown(given))


@operator_rule("autoscaler-start-command")
def autoscaler_start_command(bundle: Bundle) -> Iterator[Hit]:
    """autoscalerOptions.env has KUBERAY_GEN_AUTOSCALER_START_CMD, which is the operator's own.

    Want: autoscalerOptions.command and args.
    """
    for spec in bundle.ray:
        for position, entry in enumerate(listing(spec.autoscaler.get("env"))):
            if name_of(entry) == _START_COMMAND:
                yield Hit(spec.document, spec.at("autoscalerOptions", "env", position), _START_COMMAND)
