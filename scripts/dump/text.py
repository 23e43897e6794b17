"""The dump as text, from the templates in `templates/reports/`."""

from __future__ import annotations

import json
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from config.paths import TEMPLATES
from scripts.dump.plain import is_unreadable

_INDENT = 2


def render_text(document: dict[str, Any]) -> str:
    """Render a dump's document."""
    return _environment().get_template("dump.txt.j2").render(document)


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
    environment.filters["pretty"] = pretty
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
    return "none" if value is None or value == "" else str(value)


def pad(value: Any, width: int) -> str:
    """A value in a column of at least this width."""
    return shown(value).ljust(width)


def pretty(document: Any, indent: int) -> str:
    """A policy document over several lines."""
    if is_unreadable(document) or document is None:
        return " " * indent + shown(document)
    lines = json.dumps(document, indent=_INDENT, ensure_ascii=False).splitlines()
    return "\n".join(" " * indent + line for line in lines)
