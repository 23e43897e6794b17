"""The cluster.yaml of an environment, with comments, for people and for Ray's own tools."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from config.autoscaling_ec2 import AUTOSCALING_SECRET, AutoscalingEc2Config
from config.commands import make_command
from scripts.cluster_yaml.applied import load_applied
from scripts.cluster_yaml.by_ray_up import with_launcher_settings
from scripts.cluster_yaml.yaml_text import render_yaml
from scripts.rendering.templates import template_environment

_FIRST = (
    "cluster_name",
    "max_workers",
    "upscaling_speed",
    "idle_timeout_minutes",
    "provider",
    "auth",
    "head_node_type",
)
_FIRST_OF_TYPE = ("min_workers", "max_workers", "idle_timeout_s", "priority", "resources", "labels")


def render_cluster_yaml(
    environment: AutoscalingEc2Config, *, private_key: Path | None = None, bastion: str | None = None
) -> str:
    """Render what was applied. A head that `ray up` makes needs `private_key`; `bastion` is an address to go through.

    Raises UserError when nothing was applied yet.
    """
    return render_config(environment, load_applied(environment), private_key=private_key, bastion=bastion)


def render_config(
    environment: AutoscalingEc2Config,
    config: Mapping[str, Any],
    *,
    private_key: Path | None = None,
    bastion: str | None = None,
) -> str:
    """Render a configuration of the autoscaler as cluster.yaml."""
    if private_key is not None:
        config = with_launcher_settings(config, environment, private_key=private_key, bastion=bastion)
    header = template_environment().get_template("cluster_yaml/header.j2")
    comments = header.render(
        environment=environment.name,
        command=make_command("cluster-yaml", environment),
        up=make_command("up", environment),
        secret=environment.label.name(AUTOSCALING_SECRET),
        by_ray_up=private_key is not None,
    )
    return comments + render_yaml(_ordered(config, environment))


def _ordered(config: Mapping[str, Any], environment: AutoscalingEc2Config) -> dict[str, Any]:
    """As a person would write it: Terraform has sorted the names."""
    types = config["available_node_types"]
    ordered = {name: _first(types[name], _FIRST_OF_TYPE) for name in _first(types, environment.node_types)}
    return _first({**config, "available_node_types": ordered}, _FIRST)


def _first(mapping: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: mapping[name] for name in dict.fromkeys([*names, *mapping]) if name in mapping}
