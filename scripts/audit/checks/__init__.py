"""Every check, one file for each service."""

from __future__ import annotations

from itertools import chain

from scripts.audit.checks import dns, efs, iam, kms, logs, memorydb, network, nodes, s3, secrets, security_groups
from scripts.audit.registry import Check, checks_of

_MODULES = (network, security_groups, iam, kms, secrets, s3, efs, memorydb, nodes, dns, logs)
CHECKS: tuple[Check, ...] = tuple(chain.from_iterable(checks_of(module) for module in _MODULES))
