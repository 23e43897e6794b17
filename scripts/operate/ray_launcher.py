"""Ray's own `ray up` and `ray down`, of the environment's version, with the rendered cluster.yaml."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from config.autoscaling_ec2 import AutoscalingEc2Config
from config.paths import ROOT
from scripts.cluster_yaml.by_ray_up import NO_KEY
from scripts.operate.cluster import Cluster
from scripts.operate.launcher import CALLERS, CREDENTIALS
from scripts.operate.place import directory_of
from scripts.operate.process import announce, require_programs, stop
from scripts.operate.ssh_config import escaped, write_ssh_config
from scripts.operate.ssh_key import find_key, public_half, require_key, usual_key
from scripts.operate.submit import CLIENT
from scripts.rendering.templates import template_environment
from scripts.report_file import write_report


@dataclass(frozen=True)
class Way:
    """How SSH gets to a head that is just being made, of which only the address is known."""

    over_ssm: bool
    bastion: str | None
    """Through which host; None where the private address is reached from here."""
    key: str | None
    """SSH_KEY=."""


def way_to_new_head(cluster: Cluster, *, via: str | None, bastion: str | None, key: str | None) -> Way:
    """Through a bastion that takes SSH, else over SSM; VIA=ssh without one goes straight to the private address."""
    own = cluster.bastion.name if cluster.bastion and cluster.environment.access.bastion == "ssh" else None
    through = None if via == "ssm" else bastion or own
    return Way(over_ssm=via == "ssm" or (via is None and through is None), bastion=through, key=key)


def require_launcher_programs(way: Way) -> None:
    """Refuse early when a program is missing that Ray, or SSH for it, will start."""
    require_programs("ssh", "rsync", *(("aws", "session-manager-plugin") if way.over_ssm else ()))


def run_ray(
    verb: Literal["up", "down"],
    environment: AutoscalingEc2Config,
    cluster: Cluster,
    variables: Mapping[str, str],
    way: Way,
) -> int:
    """Run `ray up` or `ray down`; return its exit status."""
    directory = directory_of(environment) / "ray-up"
    directory.mkdir(mode=0o700, exist_ok=True)
    file = _write_cluster_yaml(environment, directory)
    options = ["-y", *(["--no-config-cache"] if verb == "up" else [])]
    arguments = [CLIENT, environment.ray.version, verb, str(file), *options]
    programs = _write_programs(cluster, way, directory)
    announce(arguments)
    client = subprocess.Popen(
        arguments,
        cwd=ROOT,
        env={**variables, "PATH": f"{programs}:{os.environ['PATH']}", "RAY_USAGE_STATS_ENABLED": "0"},
    )
    try:
        return client.wait()
    finally:
        stop(client)


def _write_cluster_yaml(environment: AutoscalingEc2Config, directory: Path) -> Path:
    from scripts.cluster_yaml.render import render_cluster_yaml

    no_key = directory / "no_key"
    no_key.write_text(NO_KEY)
    no_key.chmod(0o600)
    file = directory / "cluster.yaml"
    write_report(file, render_cluster_yaml(environment, private_key=no_key))
    file.chmod(0o600)
    return file


def _write_programs(cluster: Cluster, way: Way, directory: Path) -> Path:
    """Write the `ssh` that Ray finds first on its PATH; return its folder."""
    programs = directory / "bin"
    programs.mkdir(mode=0o700, exist_ok=True)
    own = cluster.bastion.name if cluster.bastion else None
    # Its Hosts are of use for the bastion alone: Ray calls the head by its address.
    config = write_ssh_config(cluster, bastion=way.bastion if way.bastion != own else None, key=way.key)
    key = find_key(way.key) or usual_key()
    options: Sequence[str] = ("-J", way.bastion) if way.bastion else ()
    if way.over_ssm:
        key = require_key(way.key, directory_of(cluster.environment))
        proxy = programs / "ssm_by_address"
        _write(
            proxy,
            "ssm_by_address",
            cluster=cluster.name,
            region=cluster.environment.region,
            public_key=str(public_half(key)),
            callers=CALLERS,
            credentials=CREDENTIALS,
        )
        options = ("-o", f'ProxyCommand="{escaped(proxy)}" %h %p %r')
    _write(
        programs / "ssh",
        "ssh_for_ray",
        command=cluster.make("up"),
        ssh=shutil.which("ssh"),
        config=str(config),
        key=str(key) if key else None,
        way=options,
    )
    return programs


def _write(path: Path, template: str, **given: object) -> None:
    write_report(path, template_environment().get_template(f"operate/{template}.sh.j2").render(given))
    path.chmod(0o700)
