"""`make dashboard`: Ray's dashboard in the browser of this machine."""

from __future__ import annotations

from scripts.operate.deployed import Deployed
from scripts.operate.transport import Transport
from scripts.operate.tunnel import Tunnel, require_free


def open_dashboard(cluster: Deployed, transport: Transport, port: int) -> int:
    """Hold a tunnel open until Ctrl-C."""
    require_free(port)
    with Tunnel(transport.forward(cluster.head, cluster.dashboard_port, port), port) as tunnel:
        try:
            tunnel.wait_until_it_answers()
            print(where(cluster, port), flush=True)
            print("Ctrl-C closes the tunnel", flush=True)
            tunnel.wait()
        except KeyboardInterrupt:
            pass
    return 0


def where(cluster: Deployed, port: int) -> str:
    """What a user opens, and what the page asks for."""
    token = f"; it asks for the token: {cluster.make('ray-token')}" if cluster.has_token else ""
    return f"http://localhost:{port}{token}"
