"""Reads a cluster.yaml as Ray does (YAML 1.1, the last of two equal names wins) and knows each line."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, ReusedAnchorWarning, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from config.errors import UserError

Place = tuple[str | int, ...]
"""Where a setting stands: names of mappings and positions in lists, from the top."""

_LARGEST_BYTES = 1_000_000
_BAD_VALUES = (ValueError, LookupError, AttributeError, TypeError, ArithmeticError)
"""What ruamel.yaml lets through at values such as `!!int ""` and 2024-13-99."""


@dataclass(frozen=True)
class Document:
    """A file that holds a mapping."""

    name: str
    """The file as the user named it."""
    text: str
    content: dict[Any, Any]
    root: Node
    repeated: tuple[tuple[Place, int], ...] = ()
    """Names that stand twice in one mapping, with the line of the one that is dropped."""

    def line_of(self, place: Place) -> int:
        """Line of a setting, or of the nearest section around it."""
        line, node = 1, self.root
        for part in place:
            found = _entry(node, part)
            if found is None:
                break
            line, node = found
        return line


def read_document(path: Path) -> Document:
    """Read a file. Raises UserError."""
    text = _read_text(path)
    yaml = YAML(typ="safe", pure=True)
    yaml.version = (1, 1)  # as PyYAML, which Ray uses: `yes` and `on` are true
    yaml.allow_duplicate_keys = True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ReusedAnchorWarning)  # Ray takes the last one, too
            root = yaml.compose(text)
        repeated = tuple(_drop_repeated(root, (), set()))
        content = None if root is None else yaml.constructor.construct_document(root)
    except MarkedYAMLError as error:
        mark = error.problem_mark
        at = path if mark is None else f"{path}:{mark.line + 1}"
        raise UserError(f"{at}: got no valid YAML ({_first_line(error.problem)}), want it mended here") from None
    except RecursionError:
        raise UserError(f"{path}: got settings nested without end, want a few levels") from None
    except (YAMLError, *_BAD_VALUES) as error:
        raise UserError(f"{path}: got no valid YAML ({_first_line(error)}), want it mended") from None
    if not isinstance(content, dict):
        raise UserError(f"{path}: got {_kind(content)}, want a mapping with `provider: {{type: aws, …}}`")
    return Document(str(path), text, content, root, repeated)


def _read_text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(_LARGEST_BYTES + 1)
        text = raw.decode()
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError:
        raise UserError(f"{path}: got bytes that are no UTF-8 text, want a cluster.yaml") from None
    if len(raw) > _LARGEST_BYTES:
        raise UserError(f"{path}: got more than 1 MB, want a cluster.yaml")
    return text


def _drop_repeated(node: Node | None, place: Place, seen: set[int]) -> Iterator[tuple[Place, int]]:
    """Keep the last of equal names, as PyYAML does, and yield the others."""
    if node is None or id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, SequenceNode):
        for position, item in enumerate(node.value):
            yield from _drop_repeated(item, (*place, position), seen)
    if not isinstance(node, MappingNode):
        return
    kept: dict[Any, tuple[Node, Node]] = {}
    for key, value in node.value:
        name = key.value if isinstance(key, ScalarNode) and key.value != "<<" else id(key)
        if name in kept:
            yield (*place, key.value), kept.pop(name)[0].start_mark.line + 1
        kept[name] = (key, value)
    node.value = list(kept.values())
    for key, value in node.value:
        yield from _drop_repeated(value, (*place, str(key.value)), seen)


def _entry(node: Node, part: str | int) -> tuple[int, Node] | None:
    if isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.value):
        item = node.value[part]
        return item.start_mark.line + 1, item
    if not isinstance(node, MappingNode):
        return None
    # A name merged by `<<` comes before the mapping's own of the same name.
    found = [(key, value) for key, value in node.value if isinstance(key, ScalarNode) and key.value == str(part)]
    return (found[-1][0].start_mark.line + 1, found[-1][1]) if found else None


def _first_line(text: object) -> str:
    return next((line for line in str(text).splitlines() if line.strip()), "unreadable")[:100]


def _kind(content: object) -> str:
    if content is None:
        return "an empty file"
    return "a list" if isinstance(content, list) else "a single value"
