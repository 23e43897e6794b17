"""Every trap, one file for each subject."""

from __future__ import annotations

from itertools import chain

from scripts.cluster_yaml.lint.registry import Trap, traps_of
from scripts.cluster_yaml.lint.traps import (
    credentials,
    identity,
    machines,
    network,
    resources,
    scaling,
    shape,
    startup,
)

SUBJECTS = (shape, network, identity, credentials, machines, resources, scaling, startup)
TRAPS: tuple[Trap, ...] = tuple(chain.from_iterable(traps_of(module) for module in SUBJECTS))
