"""What a browser is allowed by a bucket's cross-origin rules.

S3 answers by the first rule that fits origin, method and headers of a request:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scripts.audit.iam_effect.glob import matches
from scripts.inventory.s3 import CorsRule

ANY_HEADER = "*"


def refused(rules: Sequence[CorsRule], origin: str, methods: Sequence[str], exposed: Sequence[str]) -> Iterator[str]:
    """What an origin is refused, in words: whole methods, with any headers; or headers of the answer."""
    for method in methods:
        answering = list(_answering(rules, origin, method))
        if not any(ANY_HEADER in rule.headers for rule in answering):
            what = "with any headers" if answering else "at all"
            yield f"{method} is not allowed {what}"
            continue
        for rule in answering:
            shown = {header.lower() for header in rule.expose_headers}
            missing = [header for header in exposed if header.lower() not in shown]
            if missing:
                yield f"{method} does not expose {', '.join(missing)}"
                break


def _answering(rules: Sequence[CorsRule], origin: str, method: str) -> Iterator[CorsRule]:
    """The rules that a request may meet: all up to the first that takes any headers."""
    for rule in rules:
        if method in rule.methods and any(matches(pattern, origin) for pattern in rule.origins):
            yield rule
            if ANY_HEADER in rule.headers:
                return
