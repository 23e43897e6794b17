"""Redis in cluster mode in the place of MemoryDB: TLS only, one shard, one user with our access string, writes kept."""

from __future__ import annotations

import os
import secrets
import subprocess

from config.memorydb import ACCESS_STRING
from config.ports import REDIS_PORT
from tests.ray.certificates import Certificate
from tests.ray.commands import run, wait_until
from tests.ray.run_state import RunState, stop
from tests.ray.vpc import Namespace


class Store:
    """The one node of the store; it can be stopped and started again."""

    def __init__(
        self,
        state: RunState,
        namespace: Namespace,
        *,
        host_name: str,
        certificate: Certificate,
        user: str,
        password: str,
    ) -> None:
        self._state, self._namespace, self._authority = state, namespace, certificate.authority
        self._administrator = secrets.token_hex(16)
        folder = state.folder / "store"
        folder.mkdir()
        self._settings = folder / "redis.conf"
        self._settings.write_text(
            "\n".join(
                [
                    "port 0",
                    f"tls-port {REDIS_PORT}",
                    f"bind {namespace.addresses[0]}",
                    f"tls-cert-file {certificate.certificate}",
                    f"tls-key-file {certificate.key}",
                    f"tls-ca-cert-file {certificate.authority}",
                    "tls-auth-clients no",
                    "tls-cluster yes",
                    "cluster-enabled yes",
                    f"cluster-announce-hostname {host_name}",
                    "cluster-preferred-endpoint-type hostname",
                    "appendonly yes",
                    "appendfsync always",
                    f"dir {folder}",
                    "user default off",
                    f"user {user} {ACCESS_STRING} >{password}",
                    f"user administrator on ~* &* +@all >{self._administrator}",
                ]
            )
            + "\n",
            encoding="utf-8",
        )
        self._process = self._start()
        self._command("cluster", "addslotsrange", "0", "16383")
        wait_until("the store is whole", self._is_whole, seconds=10, pause=0.1)

    def stop(self) -> None:
        """End it at once."""
        stop(self._process)

    def start(self) -> None:
        """Start it again, with what was written."""
        self._process = self._start()
        wait_until("the store is whole", self._is_whole, seconds=10, pause=0.1)

    def keys(self) -> list[str]:
        """What is in it."""
        return self._command("keys", "*").split()

    def _start(self) -> subprocess.Popen[bytes]:
        process = self._state.spawn("store", self._namespace.command("redis-server", str(self._settings)))
        wait_until("the store answers", lambda: "PONG" in self._command("ping"), seconds=10, pause=0.1)
        return process

    def _is_whole(self) -> bool:
        return "cluster_state:ok" in self._command("cluster", "info")

    def _command(self, *words: str) -> str:
        # From its own address, which no security group filters.
        program = ["redis-cli", "-h", self._namespace.addresses[0], "-p", str(REDIS_PORT), "--tls"]
        variables = [f"REDISCLI_AUTH={self._administrator}", f"PATH={os.environ['PATH']}"]
        return run(
            *self._namespace.command("env", *variables, *program),
            *("--cacert", str(self._authority), "--user", "administrator", "--no-auth-warning", *words),
        )
