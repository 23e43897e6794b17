"""The dump as text, from the templates in `templates/reports/`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from config.paths import TEMPLATES
from scripts.dump.plain import is_unreadable

_INDENT = 2
_NAME_WIDTH = 26
_MANY = 8
_ACRONYMS = {"acls", "ebs", "efs", "eks", "iam", "kms", "s3", "vpc"}


def render_text(document: dict[str, Any]) -> str:
    """Render a dump's document."""
    return _environment().get_template("dump.txt.j2").render(_printable_parts(document))


def printable(text: str) -> str:
    """Text without what a terminal would obey: a name from AWS must not end a line or colour a screen."""
    return text if text.isprintable() else "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)


def _printable_parts(part: Any) -> Any:
    if isinstance(part, dict):
        return {_printable_parts(key): _printable_parts(value) for key, value in part.items()}
    if isinstance(part, list):
        return [_printable_parts(item) for item in part]
    return printable(part) if isinstance(part, str) else part


@cache
def _environment() -> Environment:
    environment = Environment(  # noqa: S701 — plain text: nothing to escape
        loader=FileSystemLoader(TEMPLATES / "reports"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.tests["unreadable"] = is_unreadable
    environment.filters["shown"] = shown
    environment.filters["pad"] = pad
    environment.filters["label"] = label
    environment.filters["pretty"] = pretty
    environment.filters["others"] = others
    environment.filters["trim_lines"] = _own_lines
    environment.filters["part_lines"] = lambda part: "\n".join(_lines(part, _INDENT)) or "  none"
    environment.filters["words"] = words
    return environment


def shown(value: Any) -> str:
    """One value on one line; what could not be read says so."""
    if is_unreadable(value):
        return f"UNREADABLE: {value['unreadable']}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{key}={shown(item)}" for key, item in value.items() if item is not None) or "none"
    if isinstance(value, list):
        flat = all(isinstance(item, str) for item in value)
        return (", " if flat else "; ").join(shown(item) for item in value) or "none"
    return "none" if value is None or value == "" else printable(str(value))


def words(name: str) -> str:
    """A section's title from the name of a field: `network_acls` is `Network ACLs`."""
    parts = [_acronym(part) if part in _ACRONYMS else part for part in name.split("_")]
    return " ".join([parts[0][:1].upper() + parts[0][1:], *parts[1:]])


def _acronym(word: str) -> str:
    return "ACLs" if word == "acls" else word.upper()


def label(name: str) -> str:
    """A name before its value: in a column, and a space apart however long it is."""
    return f"{name} ".ljust(_NAME_WIDTH)


def pad(value: Any, width: int) -> str:
    """A value in a column of at least this width."""
    return shown(value).ljust(width)


def pretty(document: Any, indent: int) -> str:
    """A policy document over several lines."""
    if is_unreadable(document) or document is None:
        return " " * indent + shown(document)
    lines = json.dumps(document, indent=_INDENT, ensure_ascii=False).splitlines()
    return "\n".join(" " * indent + line for line in lines)


def others(item: Mapping[str, Any], known: str, indent: int = 4) -> str:
    """Lines for the fields that a template does not name: what a model learns later is not forgotten."""
    rest = {key: value for key, value in item.items() if key not in known.split()}
    return "".join(f"\n{line}" for line in _lines(rest, indent))


def _own_lines(lines: str) -> str:
    """The same on lines of their own, or nothing."""
    return f"{lines[1:]}\n" if lines else ""


def _lines(value: Any, indent: int) -> Iterator[str]:
    """Any part of a document, one fact a line."""
    if is_unreadable(value) or not isinstance(value, (dict, list)):
        yield " " * indent + shown(value)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _field_lines(key, item, indent)
    else:
        for item in value:
            yield from _item_lines(item, indent)


def _field_lines(key: str, value: Any, indent: int) -> Iterator[str]:
    if _is_flat(value):
        yield f"{' ' * indent}{label(key.replace('_', ' '))}{shown(value)}"
        return
    yield f"{' ' * indent}{key.replace('_', ' ')}"
    yield from _lines(value, indent + _INDENT)


def _item_lines(item: Any, indent: int) -> Iterator[str]:
    """An item of a list: who it is on the first line, as a heading, the rest below."""
    if not isinstance(item, dict) or is_unreadable(item):
        yield from _lines(item, indent)
        return
    keys = list(item)
    head = [key for key in keys[:1] if _is_flat(item[key])]
    head += [key for key in keys[1:2] if isinstance(item[key], str) and item[key]]
    yield " " * indent + " ".join(shown(item[key]) for key in head)
    yield from _lines({key: value for key, value in item.items() if key not in head}, indent + _INDENT)


def _is_flat(value: Any) -> bool:
    """Whether a value is one fact: a scalar, or a list or small mapping of scalars such as tags."""
    if is_unreadable(value) or not isinstance(value, (dict, list)):
        return True
    items = value.values() if isinstance(value, dict) else value
    if isinstance(value, dict) and len(value) > _MANY:
        return False
    return not any(isinstance(item, (dict, list)) for item in items)
