"""Quotas of an account that has been in use for a while: larger where a new one starts with next to nothing.

moto has the VPC's; the others are AWS's defaults, but for vCPUs, of which a new account has 5 Standard and no other,
and for VPCs, their gateways and addresses, so that every example environment can be rehearsed in one region.
Nothing here enforces a quota.
"""

from __future__ import annotations

from typing import Any

from moto.servicequotas.resources.default_quotas.vpc import VPC_DEFAULT_QUOTAS
from moto.servicequotas.responses import ServiceQuotasResponse

from config.vcpu_quotas import ALL_VCPU_QUOTAS
from scripts.local_aws.extensions.plumbing import AwsError, Params, op

VCPUS = 1152
VPCS = 20
_MORE = {"L-F678F1CE": VPCS, "L-A4707A72": VPCS, "L-FE5A380F": VPCS}
"""VPCs, internet gateways, and NAT gateways of a zone."""
QUOTAS = {
    "ec2": {
        "L-0263D0A3": ("EC2-VPC Elastic IPs", VPCS),
        **{quota.code: (f"vCPUs of {quota.families} instances", VCPUS) for quota in ALL_VCPU_QUOTAS},
    },
    "vpc": {
        quota["QuotaCode"]: (quota["QuotaName"], _MORE.get(quota["QuotaCode"], quota["Value"]))
        for quota in VPC_DEFAULT_QUOTAS
    },
    "s3": {"L-DC2B2D3D": ("General purpose buckets", 10000)},
    "elasticfilesystem": {"L-848C634D": ("File systems per account", 1000)},
}


@op(ServiceQuotasResponse)
def list_service_quotas(_self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_ListServiceQuotas.html"""
    service = params["ServiceCode"]
    if service not in QUOTAS:
        raise AwsError("NoSuchResourceException", f"the embedded AWS knows no quotas of {service}")
    return {"Quotas": [_quota(service, code, *quota) for code, quota in QUOTAS[service].items()]}


def _quota(service: str, code: str, name: str, value: float) -> Params:
    return {
        "ServiceCode": service,
        "QuotaCode": code,
        "QuotaName": name,
        "Value": float(value),
        "Unit": "None",
        "Adjustable": True,
        "GlobalQuota": False,
    }
