"""The VPC: one bridge, and a network namespace for each machine and service on it.

Every address is on the link of every namespace, so that an address of the internet or of the instance metadata service
needs no router. Who may talk to whom is decided by the firewall of each namespace, as by security groups.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.ray.commands import CommandError, run
from tests.ray.run_state import NETWORK_NAMESPACES, RunState


@dataclass(frozen=True)
class Namespace:
    """A network namespace on the VPC's bridge."""

    name: str
    addresses: tuple[str, ...]

    @property
    def path(self) -> Path:
        """Where programs join it."""
        return NETWORK_NAMESPACES / self.name

    def command(self, *arguments: str) -> list[str]:
        """A command line that runs in it."""
        return ["nsenter", f"--net={self.path}", "--", *arguments]

    def run(self, *arguments: str, text: str | None = None, seconds: float = 60) -> str:
        """Run a program in it."""
        return run(*self.command(*arguments), text=text, seconds=seconds)


class Vpc:
    """The network of a run."""

    def __init__(self, state: RunState) -> None:
        self._state = state
        self._bridge = f"{state.name}-vpc"
        self._ports: dict[str, str] = {}
        run("ip", "netns", "add", self._bridge)
        run("ip", "-n", self._bridge, "link", "add", "vpc", "type", "bridge")
        run("ip", "-n", self._bridge, "link", "set", "vpc", "up")

    def attach(self, name: str, addresses: Sequence[str]) -> Namespace:
        """Make the network of a machine anew; its hardware address follows from its first address, as on EC2."""
        namespace = Namespace(f"{self._state.name}-{name}", tuple(addresses))
        self.detach(name)
        port = self._ports.setdefault(name, f"port{len(self._ports)}")
        run("ip", "netns", "add", namespace.name)
        hardware = "02:00:" + ":".join(f"{int(part):02x}" for part in addresses[0].split("."))
        run(
            *("ip", "-n", self._bridge, "link", "add", port, "type", "veth"),
            *("peer", "name", "eth0", "address", hardware, "netns", namespace.name),
        )
        run("ip", "-n", self._bridge, "link", "set", port, "master", "vpc", "up")
        for address in addresses:
            run("ip", "-n", namespace.name, "address", "add", f"{address}/32", "dev", "eth0")
        for interface in ("lo", "eth0"):
            run("ip", "-n", namespace.name, "link", "set", interface, "up")
        run("ip", "-n", namespace.name, "route", "add", "default", "dev", "eth0", "src", addresses[0])
        return namespace

    def unplug(self, name: str) -> None:
        """Let no packet of a machine out any more, as when its power goes: nobody hears of its end."""
        run("ip", "-n", self._bridge, "link", "set", self._ports[name], "down")

    def detach(self, name: str) -> None:
        """Take the network of a machine away, if there is one."""
        namespace = NETWORK_NAMESPACES / f"{self._state.name}-{name}"
        if namespace.exists():
            run("ip", "-n", self._bridge, "link", "delete", self._ports[name])
            try:
                run("ip", "netns", "delete", namespace.name)
            except CommandError:
                run("umount", "--lazy", str(namespace))
                namespace.unlink()
