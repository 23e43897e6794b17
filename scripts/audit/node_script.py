"""What the boot script of a node says about Ray."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from config.ports import Tier

_FILE = re.compile(
    r"^write (?P<path>\S+) \d+ <<'(?P<end>\w+)'\n(?P<content>.*?)^(?P=end)$",
    re.MULTILINE | re.DOTALL,
)
"""A file that the script writes. The user's hook is one, too, so that nothing in it is taken for one of ours."""
_UNIT = "/etc/systemd/system/ray-{}.service"
_START = "/opt/rayform/bin/start-ray"
_PORT_FLAG = re.compile(r"(?<![\w-])--(?:[a-z]+-)*ports?(?:-[a-z]+)*(?:=[^\s'\"]+)?(?![\w-])")
_PORT_VARIABLE = re.compile(r"(?<![\w$-])\w*PORT=[^\s'\"]+", re.IGNORECASE)
_USER_NAME = re.compile(r"--redis-username=([^\s'\"]+)")
_PASSWORD_SECRET = re.compile(r"read-secret\"? '?([^\s'\"]+)'? >\S*redis-password")
_VOLUME = re.compile(r"\bvol-[0-9a-f]{8,17}\b")


@dataclass(frozen=True)
class NodeScript:
    """The files that a boot script writes, by path."""

    files: Mapping[str, str]

    def has_unit(self, tier: Tier) -> bool:
        """Whether it starts Ray as a node of this tier."""
        return _UNIT.format(tier) in self.files

    def variables(self, tier: Tier) -> dict[str, str]:
        """Process environment of the unit that starts Ray."""
        lines = self.files.get(_UNIT.format(tier), "").splitlines()
        given = [line.removeprefix("Environment=") for line in lines if line.startswith("Environment=")]
        pairs = (pair.partition("=") for line in given for pair in shlex.split(line))
        return {name: value for name, _, value in pairs}

    def port_pins(self, tier: Tier) -> set[str]:
        """Flags of `ray start` and variables of its process that pin a port: `--port=6379`."""
        start = self.files.get(_START, "")
        variables = (f"{name}={value}" for name, value in self.variables(tier).items())
        pinned = {pin for pin in variables if _PORT_VARIABLE.fullmatch(pin)}
        return {*pinned, *_PORT_FLAG.findall(start), *_PORT_VARIABLE.findall(start)}

    @property
    def redis_user_names(self) -> set[str]:
        """Users as which Ray logs in to Redis."""
        return self._found(_USER_NAME)

    @property
    def redis_password_secrets(self) -> set[str]:
        """Names of the secrets that hold the password for Redis."""
        return self._found(_PASSWORD_SECRET)

    @property
    def volume_ids(self) -> set[str]:
        """EBS volumes that the node mounts."""
        return self._found(_VOLUME)

    def _found(self, pattern: re.Pattern[str]) -> set[str]:
        ours = (content for path, content in self.files.items() if path.startswith(("/opt/rayform/", "/etc/")))
        return {found for content in ours for found in pattern.findall(content)}


@lru_cache(maxsize=1024)
def node_script(user_data: str) -> NodeScript:
    """Take a boot script apart, once for all checks."""
    return NodeScript({match["path"]: match["content"] for match in _FILE.finditer(user_data)})
