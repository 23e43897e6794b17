"""`make status`: what Ray on the head says of the cluster."""

from __future__ import annotations

import sys

from config.ec2_cluster import HEAD_NODE
from scripts.operate.cluster import Cluster
from scripts.operate.remote import run_on
from scripts.operate.transport import Transport

RAY = "sudo /opt/rayform/bin/ray-cli"
"""Ray's own command line on a node, with the node's token and the head's address."""

_SCRIPT = f"{RAY} status && {RAY} list nodes"


def show_status(cluster: Cluster, transport: Transport) -> int:
    """Print `ray status` and the nodes; return the exit status."""
    code = run_on(transport, cluster.head, _SCRIPT)
    if code:
        logs = f"{cluster.make('logs')} NODE={HEAD_NODE}"
        print(f"error: Ray on {cluster.head.name} does not say: {logs}", file=sys.stderr)
    return code
