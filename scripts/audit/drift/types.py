"""Which translator a type of Terraform resource has, by service."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType

from scripts.audit.drift import (
    dns,
    efs,
    eks,
    endpoints,
    fsx,
    iam,
    kms,
    logs,
    memorydb,
    network,
    nodes,
    prometheus,
    registry,
    s3,
    secrets,
    security_groups,
    templates,
)
from scripts.audit.drift.translator import Translator


def _by_type(module: ModuleType) -> Mapping[str, Translator]:
    return {translator.type: translator for translator in module.TRANSLATORS}


TRANSLATORS: Mapping[str, Mapping[str, Translator]] = {
    "network": _by_type(network),
    "endpoints": _by_type(endpoints),
    "security_groups": _by_type(security_groups),
    "iam": _by_type(iam),
    "kms": _by_type(kms),
    "s3": _by_type(s3),
    "efs": _by_type(efs),
    "memorydb": _by_type(memorydb),
    "secrets": _by_type(secrets),
    "logs": _by_type(logs),
    "nodes": _by_type(nodes),
    "dns": _by_type(dns),
    "eks": _by_type(eks),
    "templates": _by_type(templates),
    "fsx": _by_type(fsx),
    "registry": _by_type(registry),
    "prometheus": _by_type(prometheus),
}
"""By service, then by type."""

NOT_ON_AWS = frozenset({"terraform_data"})
"""Types that are only in the state."""

KNOWN_TYPES = NOT_ON_AWS.union(*TRANSLATORS.values())
