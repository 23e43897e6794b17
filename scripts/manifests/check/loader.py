"""YAML as kubectl reads it: dates are text, `1:30` is text, equal names are found."""

from __future__ import annotations

import re
from typing import Any

import yaml

_Parent: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml, where it is there, reads ten times as fast: definitions have some 100,000 lines."""

_TEXT_TO_KUBECTL = ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:value", "tag:yaml.org,2002:int")
_DEEPEST = 200
_INTEGER = re.compile(r"[-+]?(?:0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+|0|[1-9][0-9_]*)$")


class KubectlLoader(_Parent):  # type: ignore[misc]  # which of both it is, is known when it runs
    """A loader with the types of sigs.k8s.io/yaml, which kubectl and helm use."""

    yaml_implicit_resolvers = {  # noqa: RUF012  # as the parent has it
        first: [(tag, pattern) for tag, pattern in resolvers if tag not in _TEXT_TO_KUBECTL]
        for first, resolvers in _Parent.yaml_implicit_resolvers.items()
    }


def _integer(loader: Any, node: yaml.ScalarNode) -> int:
    digits = str(loader.construct_scalar(node)).replace("_", "").lower()
    sign, digits = (-1, digits[1:]) if digits.startswith("-") else (1, digits.removeprefix("+"))
    for prefix, base in (("0b", 2), ("0x", 16), ("0o", 8)):
        if digits.startswith(prefix):
            return sign * int(digits[2:], base)
    return sign * (int(digits, 8) if len(digits) > 1 and digits.startswith("0") else int(digits))


KubectlLoader.add_implicit_resolver("tag:yaml.org,2002:int", _INTEGER, list("-+0123456789"))
KubectlLoader.add_constructor("tag:yaml.org,2002:int", _integer)


def require_shallow(content: str) -> None:
    """Raise ValueError for text that is nested without end, which would end libyaml's composer and Python with it."""
    depth = 0
    try:
        for event in yaml.parse(content, Loader=KubectlLoader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEEPEST:
                raise ValueError("settings nested without end")
    except yaml.YAMLError:
        return  # who reads it says so
