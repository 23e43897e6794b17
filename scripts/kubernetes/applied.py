"""Whether what Terraform has applied is what the environment file says, as far as its outputs tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from config.commands import make_commands
from config.errors import UserError
from config.kuberay_eks import KuberayEksConfig
from config.service_accounts import service_accounts


def require_applied(environment: KuberayEksConfig, outputs: Mapping[str, Any]) -> None:
    """Raise UserError where nothing was applied, or something else than the file says by now."""
    require_any_applied(environment, outputs)
    if different := list(_differences(environment, outputs)):
        run = make_commands(("plan", "apply"), environment)
        raise UserError(f"{environment.name} is not applied as its file says: {', '.join(different)}; run: {run}")


def require_any_applied(environment: KuberayEksConfig, outputs: Mapping[str, Any]) -> None:
    """Raise UserError where nothing was applied."""
    if "cluster_name" not in outputs:
        run = make_commands(("plan", "apply"), environment)
        raise UserError(f"{environment.name} is not applied yet; run: {run}")


def _differences(environment: KuberayEksConfig, outputs: Mapping[str, Any]) -> Iterator[str]:
    for what, (wanted, applied) in _compared(environment, outputs).items():
        if wanted != applied:
            yield f"{what} is {_shown(wanted)}, applied is {_shown(applied)}"


def _compared(environment: KuberayEksConfig, outputs: Mapping[str, Any]) -> dict[str, tuple[object, object]]:
    """By what a user calls it: what the file says, and what was applied."""
    made = {
        "efs": (environment.efs, "efs_id"),
        "fsx": (environment.fsx, "fsx_id"),
        "memorydb": (environment.memorydb, "memorydb_address"),
    }
    return {
        "the cluster": (environment.cluster_name, outputs["cluster_name"]),
        "the list of node groups": _sorted(environment.node_group_names, outputs.get("node_group_names", [])),
        "the list of buckets": _sorted(environment.all_buckets, outputs.get("bucket_names", {})),
        "the list of service accounts with roles": _sorted(
            [account.part for account in service_accounts(environment)], outputs.get("service_account_role_arns", {})
        ),
        **{name: (_made(section), _made(outputs.get(output))) for name, (section, output) in made.items()},
    }


def _sorted(wanted: Any, applied: Any) -> tuple[object, object]:
    return sorted(wanted), sorted(applied)


def _made(what: object) -> str:
    return "off" if what is None else "on"


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) or "empty" if isinstance(value, list) else str(value)
