"""What is known of a request, and policy variables that are filled from it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from scripts.audit.iam_effect.glob import ESCAPED_MARK, ESCAPED_STAR
from scripts.audit.iam_effect.truth import Truth

Context = Mapping[str, tuple[str, ...]]
"""Values by condition key in small letters; an empty tuple: the key is absent. A key that is missing is unknown."""

_VARIABLE = re.compile(r"\$\{\s*([^},]+?)\s*(?:,\s*'([^']*)'\s*)?\}")
_ESCAPED = {"*": ESCAPED_STAR, "?": ESCAPED_MARK, "$": "$"}


def fill(text: str, context: Context) -> tuple[str, Truth]:
    """The text with its variables filled, and whether it can match at all.

    NO when a variable is absent from the request: such a statement never matches. MAYBE when one is unknown: a `*`
    stands in its place, which is the widest that it can be.
    """
    sure = Truth.YES

    def value(found: re.Match[str]) -> str:
        nonlocal sure
        key, default = found.group(1), found.group(2)
        if key in _ESCAPED:
            return _ESCAPED[key]
        known = context.get(key.lower())
        if known is None:
            sure = min(sure, Truth.MAYBE)
            return "*"
        if len(known) == 1:
            return known[0]
        if default is None:
            sure = Truth.NO
        return default or ""

    return _VARIABLE.sub(value, text), sure


def unescape(text: str) -> str:
    """Stars and question marks that were escaped, as themselves."""
    return text.replace(ESCAPED_STAR, "*").replace(ESCAPED_MARK, "?")
