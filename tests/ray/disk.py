"""A machine's disk: the distribution of this host, with what is written to it in memory.

It shows what a new image would: the programs of the distribution, no unit, user or file that somebody added. Only what
stands for AWS or for the distribution's package archive is put in from outside.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from tests.ray.run_state import RunState

CA_BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")
CLOUD_INIT = "var/lib/cloud/instance"
BOOT_SCRIPT = f"{CLOUD_INIT}/scripts/part-001"
TOOLS = "/usr/local/lib/aws-cli"
"""Where the environment with the AWS CLI is mounted."""
USER_DATA_UNIT = "user-data.service"

_OF_THE_DISTRIBUTION = {
    *("bin", "boot", "dev", "etc", "lib", "lib32", "lib64", "libx32", "proc", "run", "sbin", "sys", "usr", "var"),
}
_HIDDEN = (
    *("etc/systemd/system", "etc/systemd/system.conf.d", "etc/cron.d", "etc/sysctl.d", "etc/ssh/sshd_config.d"),
    "etc/sudoers.d",
    *("usr/local", "var/log", "var/tmp", "var/cache", "var/lib/systemd", "var/lib/cloud", "var/lib/ray"),
)

_UNIT = f"""[Unit]
Description=User data, at the first boot (cloud-init)
Wants=network-online.target
After=network-online.target
ConditionPathExists=!/{CLOUD_INIT}/done

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/{BOOT_SCRIPT}
ExecStartPost=touch /{CLOUD_INIT}/done
TimeoutStartSec=infinity
"""

_LOGIN_UNIT = f"""[Unit]
Description=Login user, at the first boot (cloud-init)
Before={USER_DATA_UNIT} ssh.service
ConditionPathExists=!/home/{{user}}

[Service]
Type=oneshot
ExecStart=useradd --create-home --shell /bin/bash {{user}}
ExecStart=install -d -m 0700 -o {{user}} -g {{user}} /home/{{user}}/.ssh
ExecStart=install -m 0600 -o {{user}} -g {{user}} /{CLOUD_INIT}/public-key /home/{{user}}/.ssh/authorized_keys
"""

_ARCHIVE = """#!/bin/sh
# The package archive: the image has what Ray needs.
echo "$0 $*" >>/var/log/packages.log
"""

_AWS = f"""#!/bin/sh
exec {TOOLS}/bin/python -m awscli "$@"
"""

# Settings of the kernel of this host that no namespace separates: a machine sees, and sets, its own.
_KERNEL_SETTINGS = ("vm/max_map_count", "vm/swappiness", "vm/overcommit_memory", "kernel/core_pattern", "fs/file-max")
_KERNEL_UNIT = f"""[Unit]
Description=Kernel settings of this machine only
DefaultDependencies=no
Before=sysinit.target systemd-sysctl.service

[Service]
Type=oneshot
ExecStart=/bin/sh -ec 'mkdir /run/sysctl; for name in {" ".join(_KERNEL_SETTINGS)}; do \\
  own=/run/sysctl/$$(basename $$name); cat /proc/sys/$$name >$$own; mount --bind $$own /proc/sys/$$name; done'
"""


class Disk:
    """The root volume of a machine; it outlives the machine as long as nobody deletes it."""

    def __init__(self, state: RunState, name: str) -> None:
        self.folder = state.folder / "disks" / f"{name}-{secrets.token_hex(2)}"
        self.root, self.work, self.mount_point = (self.folder / part for part in ("root", "work", "mounted"))
        for folder in (self.root, self.work, self.mount_point):
            folder.mkdir(parents=True)
        for path in (*_HIDDEN, *_added_folders()):
            self._hide(path)
        (self.root / "tmp").chmod(0o1777)
        (self.root / "var/tmp").chmod(0o1777)

    def write(self, path: str, text: str, *, mode: int = 0o644) -> None:
        """Write a file of a machine that is off."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        file.chmod(mode)

    def enable(self, unit: str, text: str, *, target: str = "multi-user.target") -> None:
        """Add a unit and start it at boot."""
        self.write(f"etc/systemd/system/{unit}", text)
        wants = self.root / f"etc/systemd/system/{target}.wants"
        wants.mkdir(exist_ok=True)
        (wants / unit).symlink_to(f"../{unit}")

    def _hide(self, path: str) -> None:
        folder = self.root / path
        folder.mkdir(parents=True, exist_ok=True)
        os.setxattr(folder, "trusted.overlay.opaque", b"y")


def install(
    disk: Disk, *, host_name: str, user_data: str, resolver: str, environment: Mapping[str, str], authority: str
) -> None:
    """Make a disk that of a new instance: `authority` is the certificate of the one that signed the store's."""
    disk.write("etc/hostname", f"{host_name}\n")
    disk.write("etc/hosts", "127.0.0.1 localhost\n")
    disk.write("etc/machine-id", "")
    disk.write("etc/fstab", "")
    disk.write("etc/resolv.conf", f"nameserver {resolver}\noptions timeout:1 attempts:3\n")
    disk.write(str(CA_BUNDLE)[1:], CA_BUNDLE.read_text(encoding="utf-8") + authority)
    variables = " ".join(f'"{name}={value}"' for name, value in environment.items())
    disk.write("etc/systemd/system.conf.d/aws.conf", f"[Manager]\nDefaultEnvironment={variables}\n")
    disk.write(BOOT_SCRIPT, user_data, mode=0o700)
    for name in ("apt-get", "apt", "dnf"):
        disk.write(f"usr/local/bin/{name}", _ARCHIVE, mode=0o755)
    disk.write("usr/local/bin/aws", _AWS, mode=0o755)
    disk.enable("ssh.service", Path("/lib/systemd/system/ssh.service").read_text(encoding="utf-8"))
    disk.enable(USER_DATA_UNIT, _UNIT)
    disk.enable("kernel-settings.service", _KERNEL_UNIT, target="sysinit.target")


def add_login(disk: Disk, *, user: str, public_key: str) -> None:
    """Let the image's user log in with the key of the key pair, and become root, as cloud-init does."""
    disk.write("etc/sudoers.d/90-cloud-init-users", f"{user} ALL=(ALL) NOPASSWD:ALL\n", mode=0o440)
    disk.write(f"{CLOUD_INIT}/public-key", f"{public_key}\n")
    disk.enable("login.service", _LOGIN_UNIT.format(user=user))


def _added_folders() -> list[str]:
    """Folders of the root that no distribution has, or that hold what users put there."""
    return [entry.name for entry in os.scandir("/") if entry.is_dir() and entry.name not in _OF_THE_DISTRIBUTION]
