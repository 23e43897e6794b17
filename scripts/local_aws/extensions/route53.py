"""Route 53: a zone that is made with a VPC is private, and says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.route53.responses import Route53

from scripts.local_aws.extensions.plumbing import wrap


@wrap(Route53, "create_hosted_zone")
def create_hosted_zone(original: Callable[[Any], Any], self: Any) -> Any:
    """https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateHostedZone.html"""
    if self._get_param("VPC.VPCId"):
        self.params.setdefault("HostedZoneConfig", {})["PrivateZone"] = True
    return original(self)


@wrap(Route53, "get_hosted_zone")
def get_hosted_zone(original: Callable[[Any], Any], self: Any) -> Any:
    """https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetHostedZone.html"""
    result = original(self)
    vpcs = result.result["VPCs"] or []
    members = [{"VPCId": vpc.get("vpc_id"), "VPCRegion": vpc.get("vpc_region")} for vpc in vpcs]
    result.result["VPCs"] = members or None
    return result
