"""Every check, one file for each service."""

from __future__ import annotations

from itertools import chain

from scripts.audit.checks import (
    addresses,
    alarms,
    backup,
    dns,
    drift,
    ebs,
    efs,
    eks,
    iam,
    iam_effect,
    instance_defaults,
    instances,
    kms,
    launch_templates,
    logs,
    memorydb,
    minima,
    network,
    network_acls,
    nodes,
    open_ports,
    quotas,
    reachability,
    s3,
    secrets,
    security_groups,
    sns,
    unmanaged,
)
from scripts.audit.registry import Check, checks_of

_MODULES = (
    drift,
    unmanaged,
    network,
    network_acls,
    addresses,
    security_groups,
    open_ports,
    reachability,
    iam,
    iam_effect,
    kms,
    secrets,
    s3,
    efs,
    memorydb,
    nodes,
    instances,
    instance_defaults,
    launch_templates,
    ebs,
    minima,
    quotas,
    dns,
    logs,
    backup,
    alarms,
    sns,
    eks,
)
CHECKS: tuple[Check, ...] = tuple(chain.from_iterable(checks_of(module) for module in _MODULES))
