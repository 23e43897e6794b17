"""The jinja2 environment of all templates."""

from __future__ import annotations

import shlex

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from config.paths import TEMPLATES


def template_environment() -> Environment:
    """Templates in which a variable that is missing is an error."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - shell and text, not HTML
    )
    environment.filters["sh"] = shlex.quote
    return environment
