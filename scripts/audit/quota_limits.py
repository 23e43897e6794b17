"""Limits of AWS that an environment may meet, and what an account has when nobody asked for more.

Source: https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html,
https://docs.aws.amazon.com/general/latest/gr/s3.html and https://docs.aws.amazon.com/efs/latest/ug/limits.html;
codes as ListServiceQuotas gives them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from scripts.audit.verdict import Verdict
from scripts.inventory.quotas import Limits
from scripts.inventory.reading import Reading, mapped, readable


@dataclass(frozen=True)
class Limit:
    """A quota by its code; the default counts when AWS gives no applied value."""

    code: str
    name: str
    default: int


VPCS = Limit("L-F678F1CE", "VPCs per region", 5)
INTERNET_GATEWAYS = Limit("L-A4707A72", "internet gateways per region", 5)
NAT_GATEWAYS = Limit("L-FE5A380F", "NAT gateways per zone", 5)
INTERFACE_ENDPOINTS = Limit("L-29B6F2EB", "interface endpoints per VPC", 50)
GROUPS_PER_INTERFACE = Limit("L-2AFB9258", "security groups per interface", 5)
RULES_PER_GROUP = Limit("L-0EA8095F", "rules per security group and direction", 60)
ADDRESSES = Limit("L-0263D0A3", "Elastic IP addresses", 5)
BUCKETS = Limit("L-DC2B2D3D", "buckets per account", 10000)
FILE_SYSTEMS = Limit("L-848C634D", "EFS file systems per account", 1000)


def within(limit: Limit, limits: Reading[Limits], *, used: float, more: float, where: str = "") -> Verdict:
    """Judge that what is used, and what may be asked for beside it, is allowed. Raises NotReadableError."""
    allowed = readable(mapped(limits, partial(_value, limit)))
    resource = f"{limit.name}{where} ({limit.code})"
    detail = f"{used:g} of {allowed:g} in use, {more:g} more may be asked for"
    return Verdict(resource, used + more <= allowed, detail)


def _value(limit: Limit, limits: Limits) -> float:
    return limits.get(limit.code, float(limit.default))
