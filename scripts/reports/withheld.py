"""The last gate before a report is written: no value that Terraform's state calls a secret leaves in it.

Checks and models keep secrets out by themselves; this is for the day on which one of them does not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from xml.sax.saxutils import escape

from markupsafe import escape as html_escape

from scripts.reports.script_json import script_json
from scripts.state import State

WITHHELD = "(not shown)"

_NAMES = re.compile(r"password|passwd|secret_(string|binary)|secret_key|private_key|token|credential|user_data")
_NO_SECRET = re.compile(
    r"_(arn|arns|id|ids|name|length|count|type|version)$|^(http_tokens|creation_token|client_token)$|^has_"
)
_RANDOM = frozenset({"random_password", "random_string", "random_bytes"})
_SHORTEST = 8
_WORD = re.compile(r"[a-z_-]{1,15}|[A-Z_-]{1,15}|[\d.]*")
"""`required`, `password`, a number: a choice, not a secret, and in its place many a report could not be read."""


def secrets_of(state: State) -> frozenset[str]:
    """Every value of the state that may be a secret, by type of the resource and name of the attribute."""
    found: set[str] = set()
    for resource in state.resources:
        found.update(_secrets(resource.attributes, everything=False))
        if resource.type in _RANDOM:
            made = (resource.attributes.get(name) for name in ("result", "bcrypt_hash", "base64", "hex"))
            found.update(value for value in made if isinstance(value, str))
    names = {str(resource.attributes.get(name)) for resource in state.resources for name in ("id", "arn", "name")}
    return frozenset(value for value in found - names if len(value) >= _SHORTEST and not _WORD.fullmatch(value))


def _secrets(value: Any, *, everything: bool) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, part in value.items():
            named = bool(_NAMES.search(str(name))) and not _NO_SECRET.search(str(name))
            yield from _secrets(part, everything=everything or named)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _secrets(part, everything=everything)
    elif everything and isinstance(value, str):
        yield value


def without_secrets(text: str, secrets: Iterable[str]) -> str:
    """A rendered report in which every secret, however its format writes it, is replaced."""
    # The longest first: one secret may be a part of another.
    for secret in sorted(secrets, key=len, reverse=True):
        for form in _forms(secret):
            text = text.replace(form, WITHHELD)
    return text


def _forms(secret: str) -> set[str]:
    as_json = {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], script_json(secret)[1:-1]}
    return {secret, escape(secret), escape(secret, {'"': "&quot;"}), str(html_escape(secret)), *map(str, as_json)}
