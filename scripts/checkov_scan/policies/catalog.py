"""All policies, in the order of their ids."""

from __future__ import annotations

import re

from scripts.checkov_scan.policies import iam, instances, memorydb, network, security_groups, storage
from scripts.checkov_scan.policies.registry import POLICIES, Policy

MODULES = (security_groups, network, instances, iam, storage, memorydb)


def all_policies() -> list[Policy]:
    """Those that look at several resources first, as checkov lists its own last: by number within."""
    return sorted(POLICIES.values(), key=lambda each: (each.id.startswith("CKV2"), _number(each.id)))


def _number(id_: str) -> int:
    return int(re.findall(r"\d+", id_)[-1])
