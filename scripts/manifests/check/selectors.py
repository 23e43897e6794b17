"""Label selectors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scripts.cluster_yaml.lint.cluster import listing, mapping, shown


def matches(selector: object, labels: Mapping[str, Any]) -> bool:
    """Whether labels match a selector; an empty one matches all, none matches nothing.

    Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
    """
    if not isinstance(selector, dict):
        return False
    wanted = mapping(selector.get("matchLabels"))
    expressions = [mapping(entry) for entry in listing(selector.get("matchExpressions"))]
    return all(labels.get(key) == value for key, value in wanted.items()) and all(
        _holds(expression, labels) for expression in expressions
    )


def _holds(expression: Mapping[str, Any], labels: Mapping[str, Any]) -> bool:
    key, values = expression.get("key"), listing(expression.get("values"))
    return {
        "In": labels.get(str(key)) in values,
        "NotIn": labels.get(str(key)) not in values,
        "Exists": key in labels,
        "DoesNotExist": key not in labels,
    }.get(str(expression.get("operator")), False)


def selector_shown(selector: object) -> str:
    """A selector as `kubectl get -l` has it."""
    pairs = [f"{key}={value}" for key, value in mapping(mapping(selector).get("matchLabels")).items()]
    return shown(", ".join(pairs) or f"{len(listing(mapping(selector).get('matchExpressions')))} expressions")
