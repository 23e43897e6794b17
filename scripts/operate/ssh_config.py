"""`make ssh-config`: a file for OpenSSH with one Host for each node."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from config.errors import UserError
from config.text import Form
from scripts.operate.cluster import Cluster, Node
from scripts.operate.place import SSH_CONFIG, directory_of, other_ssh_configs
from scripts.operate.ssh_key import find_key, require_key
from scripts.operate.transport import has_open_ssh, jumps
from scripts.rendering.templates import template_environment
from scripts.report_file import write_report

_BASTION = Form(r"([A-Za-z0-9_.][A-Za-z0-9_.-]*@)?[A-Za-z0-9][A-Za-z0-9.-]*(:\d+)?", "a host such as user@host")


@dataclass(frozen=True)
class Host:
    """One Host of the file."""

    node: Node
    alias: str | None
    """Its short name, where no other file has a host of that name."""
    over_ssm: bool
    bastion: str | None

    @property
    def address(self) -> str:
        """What is connected to: over SSM it is an instance, behind a bastion the private address counts."""
        if self.over_ssm:
            return self.node.instance_id
        return self.node.private_ip if self.bastion else self.node.public_ip


def hosts_of(cluster: Cluster, bastion: str | None, taken: Iterable[str]) -> list[Host]:
    """The hosts of a cluster; `taken` are names that other files give to their hosts."""
    names = set(taken)
    own = [cluster.bastion] if cluster.bastion else []
    return [_host(cluster, node, bastion, names) for node in (*cluster.nodes, *own)]


def _host(cluster: Cluster, node: Node, bastion: str | None, taken: set[str]) -> Host:
    jump = bastion
    if bastion is None and cluster.bastion is not None and jumps(cluster, node):
        jump = cluster.bastion.name  # a Host of the same file
    return Host(
        node=node,
        alias=node.short_name if node.short_name not in taken else None,
        over_ssm=not jump and not has_open_ssh(cluster, node),
        bastion=jump,
    )


def render_ssh_config(
    cluster: Cluster, hosts: list[Host], *, directory: Path, key: Path | None, bastion: str | None = None
) -> str:
    """Render the file; `key` is the private key, whose public half EC2 Instance Connect is given.

    `bastion` is the one that a user has named; the environment's own is one of the hosts.
    """
    template = template_environment().get_template("operate/ssh_config.j2")
    return template.render(
        cluster=cluster.name,
        command=cluster.make("ssh-config"),
        file=str(directory / SSH_CONFIG),
        hosts=hosts,
        names=[name for host in hosts for name in (host.node.name, host.alias) if name],
        region=cluster.environment.region,
        # The shell that has chosen it may not be the one that uses the file. The emulator has no profiles.
        profile=os.environ.get("AWS_PROFILE") if cluster.environment.target == "aws" else None,
        bastion=bastion_host(bastion),
        known_hosts=escaped(directory / "known_hosts"),
        key=escaped(key) if key else None,
    )


def write_ssh_config(cluster: Cluster, *, bastion: str | None, key: str | None) -> Path:
    """Write the file; return its path. Only its owner may read it."""
    if bastion is not None and not _BASTION.matches(bastion):
        raise UserError(f"BASTION: got {bastion!r}, want {_BASTION.want}")
    directory = directory_of(cluster.environment)
    taken = [name for path in other_ssh_configs(cluster.environment) for name in host_names(path.read_text())]
    hosts = hosts_of(cluster, bastion, taken)
    needs_key = any(host.over_ssm for host in hosts)
    private_key = require_key(key, directory) if needs_key else find_key(key)
    path = directory / SSH_CONFIG
    write_report(path, render_ssh_config(cluster, hosts, directory=directory, key=private_key, bastion=bastion))
    path.chmod(0o600)
    return path


def host_names(text: str) -> list[str]:
    """Names of the hosts of a file."""
    return [name for line in text.splitlines() if line.startswith("Host ") for name in line.split()[1:]]


def bastion_host(bastion: str | None) -> str | None:
    """`host` of `user@host:port`."""
    return bastion.rpartition("@")[2].partition(":")[0] if bastion else None


def print_path(path: Path) -> None:
    """Say what to do with it."""
    print(path)
    print(f"Use it: ssh -F {path} <host>; or put this at the top of ~/.ssh/config: Include {path}")


def escaped(path: Path) -> str:
    """A path for the file, and for the shell that it has run: `%` is special to OpenSSH."""
    text = str(path)
    if any(character in text for character in "\"'\\$`\n"):
        raise UserError(f"{text}: OpenSSH takes no such path, want one without quotes, backslashes and $")
    return text.replace("%", "%%")
