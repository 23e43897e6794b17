"""Cross-origin rules as S3 reads them: the first that fits answers."""

from __future__ import annotations

import pytest

from scripts.audit.anyscale.cors import refused
from scripts.inventory.s3 import CorsRule

CONSOLE = "https://console.anyscale.com"


def rule(origin: str, *methods: str, headers: tuple[str, ...] = ("*",), shown: tuple[str, ...] = ("ETag",)) -> CorsRule:
    return CorsRule((origin,), methods, headers, shown, None)


@pytest.mark.parametrize(
    ("rules", "found"),
    [
        ([rule("https://*.anyscale.com", "GET", "PUT")], []),
        ([rule("*", "PUT"), rule(CONSOLE, "GET")], []),
        ([rule("https://*.example.com", "GET", "PUT", shown=()), rule(CONSOLE, "GET", "PUT")], []),
        ([rule(CONSOLE, "GET", "PUT", headers=("range",)), rule("*", "GET", "PUT")], []),
        ([rule(CONSOLE, "GET", "PUT", shown=("etag", "Content-Length"))], []),
        ([], ["GET is not allowed at all", "PUT is not allowed at all"]),
        ([rule("http://*.anyscale.com", "GET", "PUT")], ["GET is not allowed at all", "PUT is not allowed at all"]),
        ([rule(CONSOLE, "GET")], ["PUT is not allowed at all"]),
        ([rule(CONSOLE, "GET", "PUT", headers=("range",))],
         ["GET is not allowed with any headers", "PUT is not allowed with any headers"]),
        ([rule("*", "GET", shown=()), rule(CONSOLE, "GET", "PUT")], ["GET does not expose ETag"]),
        ([rule("*", "GET", headers=(), shown=()), rule(CONSOLE, "GET", "PUT")], ["GET does not expose ETag"]),
    ],
)  # fmt: skip
def test_what_is_refused(rules: list[CorsRule], found: list[str]) -> None:
    assert list(refused(rules, CONSOLE, ["GET", "PUT"], ["ETag"])) == found
