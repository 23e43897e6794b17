"""All policies, in the order of their ids."""

from __future__ import annotations

import re

from scripts.checkov_scan.policies import (
    eks,
    eks_access,
    eks_nodes,
    encryption,
    iam,
    instances,
    lustre,
    memorydb,
    network,
    security_groups,
    service_accounts,
    storage,
)
from scripts.checkov_scan.policies.registry import POLICIES, Policy

MODULES = (
    security_groups, network, instances, iam, storage, memorydb, eks, eks_access, eks_nodes, service_accounts,
    encryption, lustre,
)  # fmt: skip


def all_policies() -> list[Policy]:
    """Those that look at several resources first, as checkov lists its own last: by number within."""
    return sorted(POLICIES.values(), key=lambda each: (each.id.startswith("CKV2"), _number(each.id)))


def _number(id_: str) -> int:
    return int(re.findall(r"\d+", id_)[-1])
