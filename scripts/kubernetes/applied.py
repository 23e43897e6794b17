"""Whether what Terraform has applied is what the environment file says, as far as its outputs tell."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any

from config.commands import make_commands
from config.errors import UserError
from config.kuberay_eks import KuberayEksConfig
from config.service_accounts import service_accounts


def require_applied(environment: KuberayEksConfig, outputs: Mapping[str, Any]) -> None:
    """Raise UserError where something that the file names was not applied; what it no longer names may be there.

    That is told: what is taken away goes from Kubernetes first, so that nothing runs on nodes that an apply ends.
    """
    require_any_applied(environment, outputs)
    run = make_commands(("plan", "apply"), environment)
    if missing := list(_missing(environment, outputs)):
        raise UserError(f"{environment.name} is not applied as its file says: {', '.join(missing)}; run: {run}")
    if more := list(_no_longer(environment, outputs)):
        print(f"note: applied, and no longer in the file: {', '.join(more)}; after this run: {run}", file=sys.stderr)


def require_any_applied(environment: KuberayEksConfig, outputs: Mapping[str, Any]) -> None:
    """Raise UserError where nothing was applied."""
    if "cluster_name" not in outputs:
        run = make_commands(("plan", "apply"), environment)
        raise UserError(f"{environment.name} is not applied yet; run: {run}")


def _missing(environment: KuberayEksConfig, outputs: Mapping[str, Any]) -> Iterator[str]:
    if environment.cluster_name != outputs["cluster_name"]:
        yield f"the cluster is {environment.cluster_name}, applied is {outputs['cluster_name']}"
    for what, (wanted, applied) in _compared(environment, outputs).items():
        if lacking := wanted - applied:
            yield f"{what} {', '.join(sorted(lacking))} not applied"


def _no_longer(environment: KuberayEksConfig, outputs: Mapping[str, Any]) -> Iterator[str]:
    for what, (wanted, applied) in _compared(environment, outputs).items():
        if more := applied - wanted:
            yield f"{what} {', '.join(sorted(more))}"


def _compared(environment: KuberayEksConfig, outputs: Mapping[str, Any]) -> dict[str, tuple[set[str], set[str]]]:
    """By what a user calls it: names in the file, and those that were applied."""
    stores = {"efs": "efs_id", "fsx": "fsx_id", "memorydb": "memorydb_address"}
    return {
        "node group": (set(environment.node_group_names), set(outputs.get("node_group_names", []))),
        "bucket": (set(environment.all_buckets), set(outputs.get("bucket_names", {}))),
        "role of service account": (
            {account.part for account in service_accounts(environment)},
            set(outputs.get("service_account_role_arns", {})),
        ),
        "store": (
            {name for name in stores if getattr(environment, name) is not None},
            {name for name, output in stores.items() if outputs.get(output) is not None},
        ),
    }
