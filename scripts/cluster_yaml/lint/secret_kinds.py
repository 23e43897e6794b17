"""What on a line looks like a secret."""

from __future__ import annotations

import re

from scripts.audit.secret_forms import secrets_in

_SECRET_KEY = re.compile(r"(?i)(?:secret_access_key|session_token)['\"]?\s*[=:]\s*['\"]?[a-z0-9/+=]{16,}")
_FLOW = str.maketrans("{}[],", "     ")
"""What may follow a value directly: `{token: …}`."""
_WINDOW, _OVERLAP = 400, 100
"""Longer lines are read piece by piece: the forms take time by the square of the length."""
_KEY_FILE = re.compile(r"^\s*ssh_(?:private|public)_key\s*:")


def secret_kinds(line: str) -> list[str]:
    """Kinds of the secrets that seem to stand on a line, never what they are."""
    starts = range(0, max(len(line) - _OVERLAP, 1), _WINDOW - _OVERLAP)
    return list(dict.fromkeys(kind for start in starts for kind in _kinds_in(line[start : start + _WINDOW])))


def _kinds_in(line: str) -> list[str]:
    found = [kind.removeprefix("line 1 has ") for kind in (*secrets_in(line), *secrets_in(line.translate(_FLOW)))]
    if _KEY_FILE.match(line):  # the name of a file, `key1.pem`
        found = [kind for kind in found if kind != "a value for a secret"]
    return ["a secret key of AWS", *found] if _SECRET_KEY.search(line) else found
