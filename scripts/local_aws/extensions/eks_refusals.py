"""What EKS refuses, whatever it is asked to make."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from typing import Any

from moto.iam.models import iam_backends

from scripts.local_aws.extensions.kms import check_key
from scripts.local_aws.extensions.plumbing import AwsError, Params

INVALID, NOT_FOUND, IN_USE = "InvalidParameterException", "ResourceNotFoundException", "ResourceInUseException"
ROLE_ARN = re.compile(r"arn:aws:iam::(\d{12}):role/(?:.+/)?([^/]+)")
LOG_TYPES = frozenset({"api", "audit", "authenticator", "controllerManager", "scheduler"})
AUTHENTICATION_MODES = ("CONFIG_MAP", "API_AND_CONFIG_MAP", "API")
"""From the oldest to the newest: a cluster never goes back."""


def check_role(response: Any, arn: str) -> None:
    """Refuse what is no role of the account."""
    found = ROLE_ARN.fullmatch(arn or "")
    if not found:
        raise AwsError(INVALID, f"Invalid Role Arn: '{arn}'")
    roles = iam_backends[response.current_account]["aws"].roles.values()
    if not any(role.arn == arn for role in roles):
        raise AwsError(INVALID, f"Role with arn: {arn}, could not be assumed because it does not exist")


def check_logging(logging: Params) -> None:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_LogSetup.html"""
    for setup in logging.get("clusterLogging") or []:
        for kind in setup.get("types") or []:
            if kind not in LOG_TYPES:
                raise AwsError(INVALID, f"Invalid log type: {kind}")


def check_encryption(response: Any, configs: Iterable[Params]) -> None:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_EncryptionConfig.html"""
    for config in configs:
        if config.get("resources") != ["secrets"]:
            raise AwsError(INVALID, "The only supported resource of an encryption config is secrets")
        check_key(response, (config.get("provider") or {}).get("keyArn"), INVALID)


def check_access_config(config: Params) -> None:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAccessConfigRequest.html"""
    mode = config.get("authenticationMode")
    if mode is not None and mode not in AUTHENTICATION_MODES:
        raise AwsError(INVALID, f"Invalid authentication mode: {mode}")


def check_service_range(wanted: str | None, vpc_ranges: Iterable[str]) -> None:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_KubernetesNetworkConfigRequest.html"""
    if wanted is None:
        return
    services = ipaddress.ip_network(wanted)
    if not (services.is_private and 12 <= services.prefixlen <= 24):
        raise AwsError(INVALID, f"The service range {wanted} is not a /12 to /24 of a private range")
    for each in vpc_ranges:
        if services.overlaps(ipaddress.ip_network(each)):
            raise AwsError(INVALID, f"The service range {wanted} overlaps with {each} of the VPC")
