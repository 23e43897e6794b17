"""Reads files of Kubernetes documents, and knows the line of each setting."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from config.errors import UserError
from config.paths import shown as shown_path
from scripts.cluster_yaml.lint.cluster import mapping, text
from scripts.manifests.check.loader import KubectlLoader, require_shallow

Place = tuple[str | int, ...]
"""Where a setting stands: names of mappings and positions in lists, from the top of its document."""

Node: TypeAlias = Any
"""A node of PyYAML: `id` says of what kind it is."""

_LARGEST_BYTES = 20_000_000
_MOST_VALUES = 1_000_000
_ENDINGS = (".yaml", ".yml", ".json")


@dataclass(frozen=True)
class Document:
    """One document that holds a mapping."""

    file: str
    """The file as messages name it."""
    content: dict[str, Any]
    root: Node

    @property
    def api_version(self) -> str:
        """`apps/v1`; empty where there is none."""
        return text(self.content.get("apiVersion"))

    @property
    def kind(self) -> str:
        """`Deployment`; empty where there is none."""
        return text(self.content.get("kind"))

    @property
    def metadata(self) -> dict[str, Any]:
        """Its metadata."""
        return mapping(self.content.get("metadata"))

    @property
    def spec(self) -> dict[str, Any]:
        """Its spec."""
        return mapping(self.content.get("spec"))

    @property
    def name(self) -> str:
        """Its name; empty where there is none."""
        return text(self.metadata.get("name"))

    @property
    def namespace(self) -> str:
        """Its namespace; empty where there is none."""
        return text(self.metadata.get("namespace"))

    @property
    def subject(self) -> str:
        """As messages name it."""
        return f"{self.kind or 'document'}/{self.name or '?'}"

    def line_of(self, place: Place) -> int:
        """Line of a setting, or of the nearest section around it."""
        line, node = int(self.root.start_mark.line) + 1, self.root
        for part in place:
            entry = _entry(node, part)
            if entry is None:
                break
            line, node = entry
        return line


@dataclass(frozen=True)
class Fault:
    """What is wrong with the YAML itself."""

    rule: str
    file: str
    line: int
    got: str
    setting: str = ""


@dataclass
class Reading:
    """What some files hold."""

    documents: list[Document] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def yaml_files(places: Iterable[Path]) -> list[Path]:
    """The files, and those of the folders. Raises UserError where there is none."""
    found: list[Path] = []
    for place in places:
        if place.is_dir():
            inside = sorted(path for path in place.rglob("*") if path.suffix in _ENDINGS and path.is_file())
            if not inside:
                raise UserError(f"{shown_path(place)}: got no file that ends in .yaml, want Kubernetes documents")
            found += inside
        elif place.exists():
            found.append(place)
        else:
            raise UserError(f"{shown_path(place)}: there is no such file or folder")
    return found


def read_files(paths: Sequence[Path]) -> Reading:
    """Every document of some files. Raises UserError for a file that cannot be read."""
    reading = Reading()
    for path in paths:
        _read(shown_path(path), _text_of(path), reading)
    return reading


def read_text(name: str, content: str) -> Reading:
    """Every document of a text."""
    reading = Reading()
    _read(name, content, reading)
    return reading


def _text_of(path: Path) -> str:
    name = shown_path(path)
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise UserError(f"{name}: got more than {_LARGEST_BYTES // 1_000_000} MB, want Kubernetes documents")
        return path.read_bytes().decode()
    except OSError as error:
        raise UserError(f"{name}: cannot be read: {error.strerror}") from None
    except ValueError:
        raise UserError(f"{name}: got bytes that are no UTF-8 text, want Kubernetes documents") from None


def _read(name: str, content: str, reading: Reading) -> None:
    loader = None
    try:
        require_shallow(content)
        loader = KubectlLoader(content)
        while loader.check_node():
            _take(name, loader, loader.get_node(), reading)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = str(error.problem or error.context).splitlines()[0]
        tab = r"'\t'" in reason or _has_tab(content, mark)
        reading.faults.append(Fault("yaml-tab" if tab else "yaml-invalid", name, mark.line + 1 if mark else 1, reason))
    except (yaml.YAMLError, RecursionError, ValueError, TypeError, AttributeError, LookupError) as error:
        reason = "settings nested without end" if isinstance(error, RecursionError) else str(error).splitlines()[0]
        reading.faults.append(Fault("yaml-invalid", name, 1, reason[:100]))
    finally:
        if loader is not None:
            loader.dispose()


def _has_tab(content: str, mark: Any) -> bool:
    lines = content.splitlines()
    return mark is not None and mark.line < len(lines) and "\t" in lines[mark.line][: mark.column + 1]


def _take(name: str, loader: Any, node: Node, reading: Reading) -> None:
    line = int(node.start_mark.line) + 1
    if node.id == "scalar" and node.tag == "tag:yaml.org,2002:null":
        reading.faults.append(Fault("empty-document", name, line, "nothing"))
        return
    if node.id != "mapping":
        reading.faults.append(Fault("not-a-mapping", name, line, "a list" if node.id == "sequence" else "a value"))
        return
    reading.faults += [
        Fault("name-repeated", name, where, str(place[-1]), dotted(place))
        for place, where in _repeated(node, (), set())
    ]
    content = _plain(loader.construct_document(node), [0])
    if set(content) >= {"items"} and text(content.get("kind")).endswith("List"):
        _take_items(name, content, node, reading)
    else:
        reading.documents.append(Document(name, content, node))


def _take_items(name: str, content: dict[str, Any], node: Node, reading: Reading) -> None:
    """The documents of a List, as `kubectl get -o yaml` writes them."""
    items = content["items"] if isinstance(content["items"], list) else []
    for position, item in enumerate(items):
        entry = _entry(node, "items")
        inner = None if entry is None else _entry(entry[1], position)
        if isinstance(item, dict) and inner is not None:
            reading.documents.append(Document(name, item, inner[1]))


def _plain(value: Any, count: list[int]) -> Any:
    """As JSON has it: names are text. Raises ValueError for aliases that unfold without end."""
    count[0] += 1
    if count[0] > _MOST_VALUES:
        raise ValueError("aliases that unfold without end")
    if isinstance(value, dict):
        return {_key(key): _plain(item, count) for key, item in value.items()}
    return [_plain(item, count) for item in value] if isinstance(value, list) else value


def _key(key: Any) -> str:
    return str(key).lower() if isinstance(key, bool) else str(key)


def _repeated(node: Node, place: Place, seen: set[int]) -> Iterator[tuple[Place, int]]:
    if id(node) in seen:
        return
    seen.add(id(node))
    if node.id == "sequence":
        for position, item in enumerate(node.value):
            yield from _repeated(item, (*place, position), seen)
    if node.id != "mapping":
        return
    names: set[str] = set()
    for key, value in node.value:
        name = str(key.value)
        if key.id == "scalar" and name != "<<":
            if name in names:
                yield (*place, name), key.start_mark.line + 1
            names.add(name)
        yield from _repeated(value, (*place, name), seen)


def _entry(node: Node, part: str | int) -> tuple[int, Node] | None:
    if node.id == "sequence" and isinstance(part, int) and part < len(node.value):
        item = node.value[part]
        return item.start_mark.line + 1, item
    if node.id != "mapping":
        return None
    found = [(key, value) for key, value in node.value if key.id == "scalar" and key.value == str(part)]
    return (found[-1][0].start_mark.line + 1, found[-1][1]) if found else None


def dotted(place: Place) -> str:
    """`spec.containers[0].image`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).removeprefix(".")
