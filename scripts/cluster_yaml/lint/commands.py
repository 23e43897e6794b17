"""What the shell commands of a cluster.yaml say of Ray: versions, flags, tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scripts.cluster_yaml.lint.cluster import Cluster, listing, mapping, text
from scripts.cluster_yaml.lint.document import Place

SETUP = ("setup_commands", "head_setup_commands", "worker_setup_commands")
START = ("head_start_ray_commands", "worker_start_ray_commands")
FIRST_WITH_TOKENS = (2, 52)
"""Source: https://docs.ray.io/en/latest/ray-security/token-auth.html"""

_COMMAND_ENDS = re.compile(r"[;&|\n]")
_INSTALLER = re.compile(r"(?:^|[\s/])(?:pip3?|uv)\s")
# A requirement `ray`, `ray[default]==2.60.0` or `"ray[default] @ https://…/ray-3.0.0.dev0-….whl"`.
_RAY = re.compile(r"""(?<![\w./@=-])['"]?ray(?:\[[\w,\s-]*\])?\s*(?P<pin>===?\s*[\w.]+|@\s*\S+)?(?=[\s'",;<>=!~]|$)""")
_WHEEL = re.compile(r"/ray-(?P<version>[\w.]+)-[^\s/]*\.whl")
_VERSION = re.compile(r"\d+(?:\.\d+)+")
_RAY_IMAGE = re.compile(r"(?:^|/)rayproject/ray[\w-]*(?::(?P<tag>[\w.-]+))?")
_MOVING_TAG = re.compile(r"^(?:latest|nightly)\b")
_TOKEN = re.compile(r"RAY_AUTH_MODE['\"]?\s*[=:]\s*['\"]?token\b|RAY_AUTH_TOKEN|\.ray/auth_token\b")
_TOKEN_OFF = re.compile(r"RAY_AUTH_MODE['\"]?\s*[=:]\s*['\"]?disabled\b")


def commands(cluster: Cluster, *fields: str) -> Iterator[tuple[Place, str]]:
    """The commands of some settings at the top, each with its place."""
    for field in fields:
        for position, command in enumerate(listing(cluster.fields.get(field))):
            if isinstance(command, str):
                yield (field, position), command


def all_setup(cluster: Cluster) -> Iterator[tuple[Place, str]]:
    """Everything that installs: the settings at the top, and those of node types."""
    yield from commands(cluster, "initialization_commands", *SETUP)
    for node in cluster.node_types:
        for field in ("initialization_commands", "worker_setup_commands"):
            for position, command in enumerate(listing(node.fields.get(field))):
                if isinstance(command, str):
                    yield (*node.place, field, position), command


def ray_installs(command: str) -> Iterator[str]:
    """Versions of Ray that a command installs: `2.60.0`, or empty where the command leaves it open."""
    for part in _COMMAND_ENDS.split(command):
        program, install, arguments = part.partition(" install ")
        if not install or _INSTALLER.search(f"{program} ") is None:
            continue
        if wheel := _WHEEL.search(arguments):
            yield "" if "/latest/" in arguments else wheel["version"]
            continue
        for requirement in _RAY.finditer(arguments):
            pin = _VERSION.search(requirement["pin"] or "")
            yield pin[0] if pin is not None else ""


def images(cluster: Cluster) -> Iterator[tuple[Place, str]]:
    """The container images, each with its place."""
    for field in ("image", "head_image", "worker_image"):
        if name := text(cluster.docker.get(field)):
            yield ("docker", field), name
    for node in cluster.node_types:
        if name := text(mapping(node.fields.get("docker")).get("worker_image")):
            yield (*node.place, "docker", "worker_image"), name


def image_moves(name: str) -> bool:
    """Whether a tag is given anew with time, or missing."""
    if "@sha256:" in name:
        return False
    _, colon, tag = name.rsplit("/", 1)[-1].partition(":")
    return not colon or bool(_MOVING_TAG.match(tag))


def ray_tag(name: str) -> str | None:
    """Tag of an image of the Ray project; None for other images."""
    image = _RAY_IMAGE.search(name)
    return None if image is None else image["tag"] or "latest"


def ray_versions(cluster: Cluster) -> Iterator[tuple[Place, str]]:
    """Every version of Ray that the file pins, with its place."""
    for place, command in all_setup(cluster):
        yield from ((place, version) for version in ray_installs(command) if version)
    for place, name in images(cluster):
        if found := re.match(r"\d+\.\d+\.\d+", ray_tag(name) or ""):
            yield place, found[0]


def numbers(version: str) -> tuple[int, ...]:
    """Major and minor number; nothing where it is no version."""
    return tuple(int(part) for part in version.split(".")[:2] if part.isascii() and part.isdigit() and len(part) < 10)


def before_tokens(version: str) -> bool:
    """Whether a version of Ray knows no token."""
    return len(numbers(version)) == 2 and numbers(version) < FIRST_WITH_TOKENS


def ray_starts(cluster: Cluster, field: str) -> Iterator[tuple[Place, str]]:
    """The commands of a setting that start Ray; `: ray start` does nothing, and keeps Ray from warning."""
    found = commands(cluster, field)
    return ((place, command) for place, command in found if "ray start" in command and not command.startswith(":"))


def flag(command: str, name: str) -> str | None:
    """Value of `--name=value` or `--name value`; None where it is missing."""
    found = re.search(rf"(?:^|\s)--{name}(?:=|\s+)['\"]?([^\s'\";&|]*)", command)
    return None if found is None else found[1]


def wants_token(cluster: Cluster) -> bool:
    """Whether the file, its comments left out, turns token authentication on or names a token."""
    lines = [line for line in cluster.document.text.splitlines() if not line.lstrip().startswith("#")]
    return any(_TOKEN.search(line) for line in lines) and not any(_TOKEN_OFF.search(line) for line in lines)
