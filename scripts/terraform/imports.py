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

_REMOVED = re.compile(r"^\s*removed\s*\{\s*from\s*=\s*([\w.]+)", re.MULTILINE)


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
    for line, word in _outermost_words(content.decode(errors="replace")):
        if word not in BLOCKS:
            raise UserError(f"{shown(file)}:{line}: got {word}, want only {' and '.join(BLOCKS)} blocks")
    deployment.imports_copy.write_bytes(content)


def let_go(deployment: Deployment) -> set[str]:
    """Addresses that `removed` blocks name: whoever wrote one has thought of what it is about."""
    file = deployment.imports
    return set(_REMOVED.findall(file.read_text(errors="replace"))) if file is not None else set()


def drop_imports(deployment: Deployment) -> None:
    """Take the copy away: `destroy` would first import what is not there any more."""
    deployment.imports_copy.unlink(missing_ok=True)


def _outermost_words(text: str) -> Iterator[tuple[int, str]]:
    """Words outside of all braces, each with its line; whatever else is wrong is for Terraform to say."""
    depth = 0
    for found in _MARK.finditer(text):
        mark = found.group()
        if mark == "{":
            depth += 1
        elif mark == "}":
            depth -= 1
        elif depth == 0 and not mark.startswith(("#", "/")):
            yield text.count("\n", 0, found.start()) + 1, mark
