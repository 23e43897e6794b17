"""`make dashboard`: Ray's dashboard in the browser of this machine."""

from __future__ import annotations

from scripts.operate.cluster import Cluster
from scripts.operate.transport import Transport
from scripts.operate.tunnel import Tunnel, require_free


def open_dashboard(cluster: Cluster, transport: Transport, port: int) -> int:
    """Hold a tunnel open until Ctrl-C."""
    require_free(port)
    with Tunnel(transport.forward(cluster.head, cluster.dashboard_port, port), port) as tunnel:
        try:
            tunnel.wait_until_it_answers()
            token = f"; it asks for the token: {cluster.make('ray-token')}" if cluster.environment.has_token else ""
            print(f"http://localhost:{port}{token}", flush=True)
            print("Ctrl-C closes the tunnel", flush=True)
            tunnel.wait()
        except KeyboardInterrupt:
            pass
    return 0
