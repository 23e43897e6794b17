"""The jinja2 environment of all templates."""

from __future__ import annotations

import functools
import shlex

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from config.paths import TEMPLATES
from scripts.rendering.yaml_value import yaml_value


@functools.cache
def template_environment() -> Environment:
    """Templates in which a variable that is missing is an error."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        # Bash counts with ${#…}.
        comment_start_string="{##",
        comment_end_string="##}",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - shell and text, not HTML
    )
    environment.filters["sh"] = shlex.quote
    environment.filters["yaml"] = yaml_value
    return environment
