"""Reads YAML and remembers where in the file each setting stands."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from config.errors import ConfigError
from config.paths import ROOT
from config.problems import Problem


@dataclass(frozen=True)
class YamlFile:
    """A file's content with its places."""

    path: Path
    content: CommentedMap

    @property
    def shown(self) -> str:
        """Path as messages have it."""
        return _shown(self.path)

    def locate(self, problem: Problem) -> str:
        """One line for a problem: file, line, setting, what is wrong, what is wanted."""
        return f"{self.shown}:{self.line_of(problem)}: {problem}"

    def plain(self) -> dict[str, Any]:
        """The content as JSON has it: names are text, dates are text. Raises ConfigError."""
        try:
            text = json.dumps(self.content, default=str, ensure_ascii=False)
            text.encode()
        except TypeError:
            raise ConfigError(f"{self.shown}: got a list or a mapping as the name of a setting, want text") from None
        except UnicodeEncodeError:
            raise ConfigError(f"{self.shown}: got half of a Unicode character, want whole ones") from None
        plain: dict[str, Any] = json.loads(text)
        return plain

    def line_of(self, problem: Problem) -> int:
        """Line of the setting, or of the nearest section around it."""
        line, node = 1, self.content
        for part in problem.path:
            place = _place_in(node, part)
            if place is None:
                break
            line, node = place
        return line


def _place_in(node: Any, part: str | int) -> tuple[int, Any] | None:
    if isinstance(node, CommentedSeq) and isinstance(part, int) and part < len(node):
        return int(node.lc.item(part)[0]) + 1, node[part]
    key = next((key for key in node if str(key) == part), None) if isinstance(node, CommentedMap) else None
    if key is None or key not in (node.lc.data or {}):  # names merged by `<<` have no place of their own
        return None
    return int(node.lc.key(key)[0]) + 1, node[key]


def read_yaml(path: Path) -> YamlFile:
    """Read a file that must hold a mapping. Raises ConfigError."""
    try:
        content = YAML(typ="rt").load(path)
    except DuplicateKeyError as error:
        name = str(error.problem).split('"')[1]
        raise ConfigError(f"{_at(path, error)}: {name}: got it twice, want it once") from None
    except MarkedYAMLError as error:
        raise ConfigError(f"{_at(path, error)}: got no valid YAML ({_reason(error)}), want it mended here") from None
    except RecursionError:
        raise ConfigError(f"{_shown(path)}: got settings nested without end, want a few levels") from None
    except (YAMLError, ValueError) as error:
        raise ConfigError(f"{_shown(path)}: got no valid YAML ({_first_line(error)}), want it mended") from None
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


def _reason(error: MarkedYAMLError) -> str:
    reason = _first_line(error.problem)
    return "a tab: indent with spaces" if r"'\t'" in reason else reason


def _first_line(text: object) -> str:
    return str(text).strip().splitlines()[0]


def _kind(content: Any) -> str:
    if content is None:
        return "an empty file"
    return "a list" if isinstance(content, CommentedSeq) else "a single value"
