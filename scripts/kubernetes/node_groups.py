"""Whether the node groups that the file names are there: an apply that was interrupted has put out names already."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.exceptions import ClientError

from config.commands import make_commands
from config.errors import UserError
from config.kuberay_eks import KuberayEksConfig
from scripts.inventory.session import Session
from scripts.operate.refusals import explained

_WITH_NODES = ("ACTIVE", "UPDATING")
_AT_ONCE = 8


def require_node_groups(environment: KuberayEksConfig, session: Session) -> None:
    """Ask EKS for each, several at once. Raises UserError for those without which pods would wait for ever."""
    names, cluster, eks = environment.node_group_names, environment.cluster_name, session.client("eks")

    def problem(name: str) -> str | None:
        try:
            return _problem(eks.describe_nodegroup(clusterName=cluster, nodegroupName=name)["nodegroup"])
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            return "missing"

    permission = f"eks:DescribeNodegroup on those of {cluster}"
    with explained("the node groups cannot be described", permission), ThreadPoolExecutor(_AT_ONCE) as pool:
        found = dict(zip(names, pool.map(problem, names), strict=True))
    if told := ", ".join(_told({name: state for name, state in found.items() if state})):
        run = make_commands(("plan", "apply"), environment)
        raise UserError(f"{environment.name} has no node for what would run: {told}; run: {run}")


def _problem(group: dict[str, Any]) -> str | None:
    if group["status"] in _WITH_NODES:
        return None
    codes = ", ".join(issue["code"] for issue in group.get("health", {}).get("issues", []))
    return f"{group['status']} ({codes})" if codes else str(group["status"])


def _told(states: dict[str, str]) -> Iterator[str]:
    """Names together that have one state: `node groups head, cpu are missing`."""
    for state in dict.fromkeys(states.values()):
        names = [name for name, other in states.items() if other == state]
        noun = "node group" if len(names) == 1 else "node groups"
        yield f"{noun} {', '.join(names)} {'is' if len(names) == 1 else 'are'} {state}"
