"""Text that looks like a secret."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

_NAME = r"(?i:[\w-]*(?:password|passwd|passphrase|secret|token|(?:api|access|secret|private)[_-]?key))"
_LITERAL = r"[^\s'\"$<>(){}\\;|`/]"

_FORMS = {
    "an AWS access key": re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "a token of GitHub": re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{40,})"),
    "a token of Hugging Face": re.compile(r"\bhf_[A-Za-z0-9]{30,}"),
    "a key of OpenAI or Anthropic": re.compile(r"\bsk-[A-Za-z0-9_-]{20,}"),
    "a token of Slack": re.compile(r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}"),
    "a key of Google": re.compile(r"\bAIza[A-Za-z0-9_-]{35}\b"),
    "a signed token (JWT)": re.compile(r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}"),
    "an address with a password": re.compile(rf"://[^\s/:@$'\"]*:{_LITERAL}+@"),
    # PASSWORD=value in shell, password="value" anywhere, password: value1 in YAML; not what names a place.
    "a value for a secret": re.compile(
        rf"{_NAME}(?:=(?!arn:){_LITERAL}{{6,}}(?=\s|['\"]|$)"
        rf"|['\"]?\s*[=:]\s*(?P<quote>['\"])(?!arn:){_LITERAL}{{6,}}(?P=quote)"
        rf"|:[ ](?=\S*\d)(?=\S*[A-Za-z])(?!arn:){_LITERAL}{{8,}}$)"
    ),
}


def secrets_in(text: str) -> Iterator[str]:
    """Where secrets seem to stand and of what kind, never what they are: `line 7 has a private key`."""
    for number, line in enumerate(text.splitlines(), start=1):
        yield from (f"line {number} has {kind}" for kind in _kinds_in(line))


@lru_cache(maxsize=8192)
def _kinds_in(line: str) -> tuple[str, ...]:
    """Kinds of what seems to stand on a line. The scripts of a thousand workers have nearly all lines in common."""
    return tuple(kind for kind, form in _FORMS.items() if form.search(line))
