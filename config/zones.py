"""Availability Zones by region."""

from __future__ import annotations

_USUAL_LETTERS = "abc"
_LETTERS = {
    "us-east-1": "abcdef",
    "us-west-1": "ab",
    "us-west-2": "abcd",
    "ap-northeast-1": "acd",
    "ap-northeast-2": "abcd",
    "ca-central-1": "abd",
    "cn-north-1": "ab",
}
"""Regions whose zones are not a, b, c.

Source: https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html
"""


def zones_of(region: str) -> list[str]:
    """Names of a region's Availability Zones, in order."""
    return [region + letter for letter in _LETTERS.get(region, _USUAL_LETTERS)]
