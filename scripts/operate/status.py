"""`make status`: what Ray on the head says of the cluster."""

from __future__ import annotations

import sys

from config.ec2_cluster import HEAD_NODE
from scripts.operate.deployed import Deployed
from scripts.operate.remote import run_on
from scripts.operate.transport import Transport


def show_status(cluster: Deployed, transport: Transport) -> int:
    """Print `ray status` and the nodes; return the exit status."""
    code = run_on(transport, cluster.head, f"{cluster.ray('status')} && {cluster.ray('list nodes')}")
    if code:
        logs = f"{cluster.make('logs')} NODE={HEAD_NODE}"
        print(f"error: Ray on {cluster.head.name} does not say: {logs}", file=sys.stderr)
    return code
