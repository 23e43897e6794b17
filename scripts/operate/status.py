"""`make status`: what Ray on the head says of the cluster."""

from __future__ import annotations

import sys

from scripts.operate.cluster import HEAD, Cluster
from scripts.operate.remote import run_on
from scripts.operate.transport import Transport

RAY = "sudo /opt/rayform/bin/ray-cli"
"""Ray's own command line on a node, with the node's token and the head's address."""

_SCRIPT = f"{RAY} status && {RAY} list nodes"


def show_status(cluster: Cluster, transport: Transport) -> int:
    """Print `ray status` and the nodes; return the exit status."""
    code = run_on(transport, cluster.head, _SCRIPT)
    if code:
        print(f"error: Ray on {cluster.head.name} does not say: {cluster.make('logs')} NODE={HEAD}", file=sys.stderr)
    return code
