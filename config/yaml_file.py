"""Reads YAML and remembers where in the file each setting stands."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from config.errors import ConfigError
from config.paths import ROOT
from config.problems import Path as SettingPath
from config.problems import Problem


@dataclass(frozen=True)
class YamlFile:
    """A file's content with its places."""

    path: Path
    content: CommentedMap

    def locate(self, problem: Problem) -> str:
        """One line for a problem: file, line, setting, what is wrong, what is wanted."""
        return f"{_shown(self.path)}:{self._line(problem.path)}: {problem}"

    def _line(self, path: SettingPath) -> int:
        """Line of a setting, or of the nearest section around it."""
        line, node = 1, self.content
        for part in path:
            if isinstance(node, CommentedMap) and part in node:
                line = node.lc.key(part)[0] + 1
            elif isinstance(node, CommentedSeq) and isinstance(part, int) and part < len(node):
                line = node.lc.item(part)[0] + 1
            else:
                break
            node = node[part]
        return int(line)


def read_yaml(path: Path) -> YamlFile:
    """Read a file that must hold a mapping. Raises ConfigError."""
    try:
        content = YAML(typ="rt").load(path)
    except DuplicateKeyError as error:
        name = str(error.problem).split('"')[1]
        raise ConfigError(f"{_at(path, error)}: {name} stands twice; keep one of them") from None
    except MarkedYAMLError as error:
        raise ConfigError(f"{_at(path, error)}: not YAML: {_first_line(error.problem)}; mend the file") from None
    except (YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{_shown(path)}: not YAML: {_first_line(error)}; mend the file") from None
    except OSError as error:
        raise ConfigError(f"{_shown(path)}: cannot be read: {error.strerror}") from None
    if not isinstance(content, CommentedMap):
        raise ConfigError(f"{_shown(path)}: got {_kind(content)}, want settings such as `flavour: static-ec2`")
    return YamlFile(path, content)


def _at(path: Path, error: MarkedYAMLError) -> str:
    mark = error.problem_mark
    return _shown(path) if mark is None else f"{_shown(path)}:{mark.line + 1}"


def _shown(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name


def _first_line(text: object) -> str:
    return str(text).strip().splitlines()[0]


def _kind(content: Any) -> str:
    return "an empty file" if content is None else f"a {type(content).__name__}"
