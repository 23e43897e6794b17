"""YAML that people read, and that Ray reads as it was meant."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

_WIDE = 100_000


def render_yaml(document: Mapping[str, Any]) -> str:
    """Text of a document; scripts as they are, and without aliases."""
    yaml = YAML()
    yaml.width = _WIDE
    yaml.representer.ignore_aliases = lambda _: True
    text = io.StringIO()
    yaml.dump(_styled(document), text)
    return text.getvalue()


def _styled(value: Any) -> Any:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        return {_text(name): _styled(item) for name, item in value.items()}
    if isinstance(value, Sequence):
        return [_styled(item) for item in value]
    return value


def _text(value: str) -> str:
    if "\n" in value and all(character.isprintable() or character in "\n\t" for character in value):
        script: str = LiteralScalarString(value)
        return script
    # Ray reads YAML 1.1, in which a bare `on` is true, and 1:20 is 80.
    if value.isidentifier() and value.lower() not in _WORDS:
        return value
    quoted: str = DoubleQuotedScalarString(value)
    return quoted


_WORDS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
