"""What `ray up` needs beyond the autoscaler: how to log in to the head, and what it starts there."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from config.autoscaling_ec2 import AutoscalingEc2Config
from config.ec2_cluster import BASTION_USER

_ATTEMPTS = 240
_SECONDS = 5
NO_KEY = "No key: Ray copies this file to the head, and counts its content as part of the head's configuration.\n"
"""What `make up` gives Ray in the place of a private key: that would be copied to the head, and another
operator's would replace the head."""

_WAIT = (
    f"for _ in $(seq {_ATTEMPTS}); do [ -e /opt/rayform/ready ] && exit 0; sleep {_SECONDS}; done; "
    "sudo tail -n 20 /var/log/rayform-bootstrap.log; "
    f"echo 'the head has not set itself up within {_ATTEMPTS * _SECONDS // 60} minutes: above is the end of its boot "
    "log, /var/log/rayform-bootstrap.log' >&2; exit 1"
)
_START = [
    # Does nothing: `ray up` warns when no command says so.
    ": the unit ray-head runs ray start --head --autoscaling-config",
    "sudo /opt/rayform/bin/start-head ~/ray_bootstrap_config.yaml",
]


def with_launcher_settings(
    config: Mapping[str, Any], environment: AutoscalingEc2Config, *, private_key: Path, bastion: str | None
) -> dict[str, Any]:
    """The configuration with what `ray up` needs. `bastion` is the public address of a bastion to go through.

    Everything in `auth` counts: `ray up` with another key or another proxy command replaces the head.
    """
    auth = {"ssh_user": environment.head.ssh_user, "ssh_private_key": str(private_key)}
    if bastion is not None:
        jump = ["ssh", "-i", str(private_key), "-o", "StrictHostKeyChecking=accept-new", "-W", "%h:%p"]
        auth["ssh_proxy_command"] = shlex.join([*jump, f"{BASTION_USER}@{bastion}"])
    return {**config, "auth": auth, "initialization_commands": [_WAIT], "head_start_ray_commands": _START}
