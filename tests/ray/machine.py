"""A machine: systemd as process 1, with namespaces of its own for processes, mounts, network, host name and IPC."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.ray.commands import CommandError, run, wait_until
from tests.ray.disk import TOOLS, Disk
from tests.ray.run_state import RunState, stop
from tests.ray.vpc import Namespace

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

# $1: folder of the disk, $2: name of the control groups, the rest: the program.
_IN_OWN_MOUNTS = """
disk=$1 group=$2
shift 2
for hierarchy in /sys/fs/cgroup /sys/fs/cgroup/systemd /sys/fs/cgroup/unified; do
  if [ -w "$hierarchy/cgroup.procs" ]; then
    mkdir -p "$hierarchy/$group"
    echo $$ >"$hierarchy/$group/cgroup.procs"
  fi
done
mount -t overlay overlay -o "lowerdir=/,upperdir=$disk/root,workdir=$disk/work" "$disk/mounted"
exec "$@"
"""


class Machine:
    """One instance: boots from a disk, can be powered off as if its plug were pulled."""

    def __init__(
        self,
        state: RunState,
        name: str,
        *,
        namespace: Namespace,
        disk: Disk,
        tools: Path,
        environment: Mapping[str, str],
        volumes: Sequence[tuple[Path, str]] = (),
    ) -> None:
        self.name, self.namespace, self.disk = name, namespace, disk
        self._environment = {"PATH": PATH, "HOME": "/root", **environment}
        self._console = state.logs / f"{name}.log"
        self._process = state.spawn(
            name,
            [
                *("unshare", "--mount", "--propagation", "private", "sh", "-eu", "-c", _IN_OWN_MOUNTS, "boot"),
                *(str(disk.folder), f"{state.name}-{name}", "systemd-nspawn", "--quiet", "--boot"),
                *("--register=no", "--keep-unit", "--link-journal=no", "--resolv-conf=off", "--timezone=off"),
                *("--capability=all", f"--machine={name}", f"--directory={disk.mount_point}"),
                *(f"--network-namespace-path={namespace.path}", f"--bind-ro={tools}:{TOOLS}"),
                *(f"--bind={folder}:{path}" for folder, path in volumes),
                "systemd.unit=multi-user.target",
            ],
            environment={"SYSTEMD_NSPAWN_API_VFS_WRITABLE": "network"},
        )
        wait_until(f"{name} boots", self._answers, seconds=30, pause=0.05)

    @property
    def address(self) -> str:
        """Its private address."""
        return self.namespace.addresses[0]

    def run(self, *arguments: str, text: str | None = None, seconds: float = 60) -> str:
        """Run a program on the machine as root."""
        return run(*self.command(*arguments), text=text, seconds=seconds)

    def command(self, *arguments: str) -> list[str]:
        """A command line of the host that runs a program on the machine as root."""
        variables = [f"{name}={value}" for name, value in self._environment.items()]
        enter = ["nsenter", f"--target={self._init}", "--all", "--root"]
        return [*enter, "--", "env", "-i", "--chdir=/", *variables, *arguments]

    def as_ray(self, *arguments: str) -> list[str]:
        """A command line of the host that runs a program on the machine as Ray's user, with the node's token."""
        auth = ["RAY_AUTH_MODE=token", "RAY_AUTH_TOKEN_PATH=/run/ray/token"]
        return self.command("runuser", "-u", "ray", "--", "env", "HOME=/home/ray", *auth, *arguments)

    def succeeds(self, *arguments: str, seconds: float = 20) -> bool:
        """Whether a program on the machine exits with 0."""
        try:
            self.run(*arguments, seconds=seconds)
        except CommandError:
            return False
        return True

    def kill(self) -> None:
        """End it within a moment: no process of it runs another instruction. Its disk stays."""
        os.kill(self._init, signal.SIGKILL)
        stop(self._process)

    @property
    def is_on(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None

    @property
    def _init(self) -> int:
        """Process 1 of the machine, by its number on this host."""
        listed = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        for pid in listed.read_text(encoding="utf-8").split():
            status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
            own = next(line for line in status.splitlines() if line.startswith("NSpid:"))
            if own.split()[-1] == "1" and status.startswith("Name:\tsystemd\n"):
                return int(pid)
        raise CommandError(f"{self.name} is off")

    def _answers(self) -> bool:
        if not self.is_on:
            raise RuntimeError(f"{self.name} does not boot: {self._console.read_text(errors='replace')[-2000:]}")
        return bool(self.run("systemctl", "show", "--property=Version", seconds=5))
