"""Every rule, one file for each subject."""

from __future__ import annotations

from itertools import chain

from scripts.manifests.check.registry import Rule, rules_of
from scripts.manifests.check.rules import (
    autoscaler,
    capacity,
    cron,
    deletion,
    egress,
    fault_tolerance,
    features,
    files,
    groups,
    history,
    images,
    jobs,
    metadata,
    names,
    network,
    operation,
    pod_security,
    references,
    schemas,
    services,
    storage,
    submission,
)

SUBJECTS = (
    files, schemas, metadata, names, groups, autoscaler, fault_tolerance, features, history, jobs, submission, deletion,
    services, cron, operation, capacity, images, pod_security, references, storage, network, egress,
)  # fmt: skip
RULES: tuple[Rule, ...] = tuple(chain.from_iterable(rules_of(module) for module in SUBJECTS))
