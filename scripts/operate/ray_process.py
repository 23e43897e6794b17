"""Run a command on a node as Ray would: as its user, with its Python, its token and the head's address."""

from __future__ import annotations

import base64
import re
import shlex
from typing import TYPE_CHECKING

from scripts.rendering.cluster_facts import ClusterFacts
from scripts.rendering.ray_start import address_variables, common_variables

if TYPE_CHECKING:
    from scripts.operate.cluster import Cluster

_PATH = (
    "/opt/rayform/ray/bin:/usr/local/cuda/bin:/opt/amazon/efa/bin:"
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
)
_FOLDER = "/var/lib/ray"
_BASH = "bash --norc"  # below sshd, some builds of bash read ~/.bashrc even for a single command
_PLAIN = re.compile(r"(?!.*\{\{)[\x20-\x7e]+")
"""What SSM and every shell on the way carry as it is; it reads `{{x}}` as a parameter of its own."""


def bash(command: str) -> str:
    """The words that have bash run a command, however many lines it has, and whatever stands in them."""
    if _PLAIN.fullmatch(command):
        return f"{_BASH} -c {shlex.quote(command)}"
    encoded = base64.b64encode(command.encode()).decode()
    return f'{_BASH} -c "$(echo {encoded} | base64 -d)"'


def as_ray(cluster: Cluster, words: str) -> str:
    """Words for a shell of a node that run other words in Ray's process environment, as `ray-cli` runs `ray`."""
    variables = (f"PATH={_PATH}", *_variables(cluster))
    return f"sudo -H -u ray -- env --chdir={_FOLDER} {shlex.join(variables)} {words}"


def _variables(cluster: Cluster) -> list[str]:
    environment, label = cluster.environment, cluster.environment.label
    facts = ClusterFacts(
        cluster=label.cluster,
        region=environment.region,
        head_address=label.head_address,
        token_secret=label.name("ray-token") if environment.has_token else None,
        log_group=None,
        metrics_namespace="",
    )
    return [*common_variables(facts), *address_variables(environment.ray, facts)]
