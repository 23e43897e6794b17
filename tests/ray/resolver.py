"""The resolver of the VPC: dnsmasq with the names of the private zone, as short-lived as that zone's records."""

from __future__ import annotations

import signal

from tests.ray.commands import wait_until
from tests.ray.run_state import RunState
from tests.ray.vpc import Namespace

TTL_SECONDS = 10


class Resolver:
    """Answers for the names that it was told, and no other."""

    def __init__(self, state: RunState, namespace: Namespace, *, address: str) -> None:
        self._hosts = state.folder / "names"
        self._names: dict[str, str] = {}
        self._write()
        self._process = state.spawn(
            "resolver",
            namespace.command(
                *("dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--pid-file", "--user=root"),
                *("--no-resolv", "--no-hosts", "--local=/#/", f"--addn-hosts={self._hosts}"),
                *(f"--local-ttl={TTL_SECONDS}", f"--listen-address={address}", "--bind-interfaces"),
            ),
        )
        listening = f"{address}:53"
        wait_until("the resolver answers", lambda: listening in namespace.run("ss", "-lun"), seconds=5, pause=0.05)

    def point(self, name: str, address: str) -> None:
        """Let a name have an address, or another one."""
        if self._names.get(name) != address:
            self._names[name] = address
            self._write()
            self._process.send_signal(signal.SIGHUP)

    def _write(self) -> None:
        lines = [f"{address} {name}\n" for name, address in self._names.items()]
        self._hosts.write_text("".join(lines), encoding="utf-8")
