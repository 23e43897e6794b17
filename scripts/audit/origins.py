"""Where a resource comes from: its construct in the stack, its setting in the environment file, and the line of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from config.anyscale_cloud import AnyscaleCloudConfig
from config.environment import Environment
from config.errors import ConfigError
from config.kuberay_eks import KuberayEksConfig
from config.paths import ENVIRONMENTS, ROOT, stack_directory
from config.problems import Problem
from config.schema import kinds_at
from config.static_ec2 import StaticEc2Config
from config.yaml_file import YamlFile, read_yaml
from scripts.audit.origin_settings import setting_of
from scripts.state import Resource, State

_SYNTHESIS_SECONDS = 120
_NAMES = ("id", "arn", "bucket", "name", "user_name", "key_name")
"""Attributes that AWS and people call a resource by."""
_FIRST = (
    "aws_instance",
    "aws_s3_bucket",
    "aws_efs_file_system",
    "aws_kms_key",
    "aws_security_group",
    "aws_vpc",
)
"""Types that come first where several resources have one name: a bucket's settings all have its name for an id."""


@dataclass(frozen=True)
class Origin:
    """Where a resource, or one of its attributes, comes from."""

    address: str
    construct_path: str
    """`production/buckets/models/versioning`; nothing for what the stack no longer has."""
    setting: str
    """Dotted path in the environment file, the nearest that is known; nothing when no setting stands behind it."""
    line: int | None
    """Line, from 1, of that setting or of the nearest section around it; None when the file says nothing of it."""


class Origins:
    """Answers for one environment. Pure: what it needs was read before."""

    def __init__(
        self,
        construct_paths: Mapping[str, str],
        state: State,
        file: YamlFile | None,
        model: type[Environment] = StaticEc2Config,
    ) -> None:
        self._model = model
        self._construct_paths = construct_paths
        self._file = file
        self._addresses = _addresses(state)
        self._found: dict[tuple[str, str], Origin] = {}

    def of_resource(self, resource: str, *, types: tuple[str, ...] = ()) -> Origin | None:
        """Origin of a resource by id, name, ARN or address; `types` decides where several have the name."""
        address = self._address_of(resource, types) or self._address_of(resource.split(" ")[0], types)
        return self.of_address(address) if address else None

    def of_address(self, address: str, attribute: str = "") -> Origin | None:
        """Origin of a resource of the state, or of one of its attributes."""
        if not address:
            return None
        key = (address, attribute)
        if key not in self._found:
            path = self._construct_paths.get(address, "")
            of_cloud, of_eks = (issubclass(self._model, each) for each in (AnyscaleCloudConfig, KuberayEksConfig))
            found = setting_of(path.partition("/")[2], attribute, of_cloud=of_cloud, of_eks=of_eks)
            setting = self._existing(found)
            self._found[key] = Origin(address, path, setting, self.of_setting(setting))
        return self._found[key]

    def has(self, setting: str) -> bool:
        """Whether the environment's flavour has a setting: checks name those of most flavours."""
        return bool(setting) and bool(kinds_at(self._model, tuple(setting.split("."))))

    def of_setting(self, setting: str) -> int | None:
        """Line of a setting or of the nearest section around it; None when the file has neither."""
        if self._file is None or not setting:
            return None
        parts = tuple(int(part) if part.isdigit() else part for part in setting.split("."))
        if str(parts[0]) not in map(str, self._file.content):
            return None
        return self._file.line_of(Problem(parts, "", ""))

    def _existing(self, setting: str) -> str:
        """A bucket that no file declares, that of the access logs, stands under `buckets` as a whole."""
        section, _, rest = setting.partition(".")
        name = rest.partition(".")[0]
        if section != "buckets" or not name or self._file is None:
            return setting
        return setting if name in (self._file.content.get(section) or {}) else section

    def _address_of(self, resource: str, types: tuple[str, ...]) -> str | None:
        candidates = self._addresses.get(resource, {})
        wanted = (candidates[type_] for type_ in types if type_ in candidates)
        return next(wanted, None) or next(iter(candidates.values()), None)


def open_origins(environment: Environment, state: State) -> Origins:
    """Read the synthesized stack, which is made when it is missing, and the environment file.

    What cannot be read leaves its part of the answers empty: where a finding comes from never hides the finding.
    """
    return Origins(_construct_paths(environment), state, _environment_file(environment), type(environment))


def construct_paths(stack: Path) -> dict[str, str]:
    """Construct paths by address, from a `cdk.tf.json`. Raises OSError, and what comes of another shape."""
    document = json.loads(stack.read_text(encoding="utf-8"))
    return {
        f"{type_}.{name}": resource["//"]["metadata"]["path"]
        for type_, resources in document.get("resource", {}).items()
        for name, resource in resources.items()
    }


def _construct_paths(environment: Environment) -> dict[str, str]:
    stack = stack_directory(environment.target, environment.name) / "cdk.tf.json"
    try:
        if not stack.exists():
            _synthesize(environment)
        return construct_paths(stack)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, subprocess.SubprocessError):
        return {}


def _synthesize(environment: Environment) -> None:
    """In a process of its own: the stack is made with node, which nothing else of the audit needs."""
    command = [sys.executable, "-O", "main.py", "--env", environment.name, "--target", environment.target]
    subprocess.run(command, cwd=ROOT, env=dict(os.environ), capture_output=True, check=True, timeout=_SYNTHESIS_SECONDS)


def _environment_file(environment: Environment) -> YamlFile | None:
    try:
        return read_yaml(ENVIRONMENTS / f"{environment.name}.yaml")
    except ConfigError:
        return None


def _addresses(state: State) -> dict[str, dict[str, str]]:
    """Addresses by type, under each name that a resource has."""
    found: dict[str, dict[str, str]] = {}
    for resource in sorted(state.resources, key=_rank):
        for name in _names(resource):
            found.setdefault(name, {}).setdefault(resource.type, resource.address)
    return found


def _rank(resource: Resource) -> int:
    return _FIRST.index(resource.type) if resource.type in _FIRST else len(_FIRST)


def _names(resource: Resource) -> Iterator[str]:
    yield resource.address
    tags = resource.attributes.get("tags")
    values = [resource.attributes.get(name) for name in _NAMES] + [tags.get("Name") if tags else None]
    yield from (value for value in values if isinstance(value, str) and value)
