"""`environments/<name>.imports.tf`: what Terraform takes over, or lets go, beside what is synthesized."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

from config.errors import UserError
from config.paths import shown
from scripts.terraform.deployment import Deployment

BLOCKS = ("import", "removed")
"""https://developer.hashicorp.com/terraform/language/import, …/language/resources/syntax#removing-resources"""
_MARK = re.compile(
    r"#[^\n]*|//[^\n]*|/\*.*?\*/"  # comments
    r'|"(?:\\.|[^"\\])*"'  # text
    r"|[{}]|[A-Za-z_][\w-]*",
    re.DOTALL,
)


def take_imports(deployment: Deployment) -> None:
    """Put a copy of the file beside the synthesized stack, and take away the copy of one that is gone.

    Raises UserError when there is more in it: a resource would be seen by no rule and no scan.
    """
    file = deployment.imports
    if file is None:
        drop_imports(deployment)
        if deployment.imports_file is not None and deployment.imports_file.exists():
            print(f"{shown(deployment.imports_file)} is left out of this rehearsal", file=sys.stderr)
        return
    content = file.read_bytes()
    for word in _outermost_words(content.decode(errors="replace")):
        if word not in BLOCKS:
            raise UserError(f"{shown(file)}: got {word} outside of a block, want only {' and '.join(BLOCKS)} blocks")
    deployment.imports_copy.write_bytes(content)


def drop_imports(deployment: Deployment) -> None:
    """Take the copy away: `destroy` would first import what is not there any more."""
    deployment.imports_copy.unlink(missing_ok=True)


def _outermost_words(text: str) -> Iterator[str]:
    """Words outside of all braces; whatever else is wrong is for Terraform to say."""
    depth = 0
    for mark in _MARK.findall(text):
        if mark == "{":
            depth += 1
        elif mark == "}":
            depth -= 1
        elif depth == 0 and not mark.startswith(("#", "/")):
            yield mark
