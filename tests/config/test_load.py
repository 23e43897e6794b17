"""The loader takes whatever a file may hold: an environment comes out, or a ConfigError."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from config.anyscale import CloudBucketConfig
from config.eks import EksConfig, ExistingClusterConfig
from config.environment import Environment
from config.errors import ConfigError
from config.kms import KmsConfig
from config.load import check_environment, load_environment
from config.network import ExistingNetworkConfig, NetworkConfig
from config.paths import ENVIRONMENTS, environment_names
from config.yaml_file import YamlFile, read_yaml
from tests.config.test_models import SECTIONS

Place = tuple[Any, ...]
Setting = tuple[type, str]
"""The class that defines it, and its name."""

EVERYTHING = {
    name: read_yaml(Path(__file__).parent / f"{name}.yaml")
    for name in ("everything", "everything-autoscaling", "everything-anyscale", "everything-kuberay")
}
EXAMPLES = {name: read_yaml(ENVIRONMENTS / f"{name}.yaml") for name in environment_names()}
SOURCES = EVERYTHING | {name: file for name, file in EXAMPLES.items() if "existing" in file.content.get("network", {})}
"""All settings: `everything` cannot have an existing network beside its own."""
WRONG: list[Any] = [
    *(None, True, False, "", "x", "a\nb", "10.0.0.0/33", "0.0.0.0/0"),
    *(0, 1, -1, 1.5, 10**30, float("nan"), float("inf")),
    *([], [None], [[]], [{}], ["x", "x"], [1]),
    *({}, {"x": None}, {"x": {}}, {1: 2}, {"a b": {"c": [1]}}),
]
NOISE = ("[key]", "function-", "Input should", "None", "literal_error", "want want")
"""What pydantic and Python say, and users should not read."""
BROKEN = [
    *("a: b: c", "a: *b", "a: !!int x", "a: 2026-13-01", "a: !!binary z", "a: \0", "%YAML 9.9\n---\na: 1"),
    *("[" * 1200, "\udcff", "---\n...\n---\n"),
]


def _places(node: Any, place: Place = ()) -> list[Place]:
    """Every setting of a file, sections and items too."""
    names = list(node) if isinstance(node, CommentedMap) else range(len(node)) if isinstance(node, CommentedSeq) else []
    return [inner for name in names for inner in [(*place, name), *_places(node[name], (*place, name))]]


def _parent(content: Any, place: Place) -> Any:
    for part in place[:-1]:
        content = content[part]
    return content


@contextmanager
def _put(parent: Any, key: Any, value: Any) -> Iterator[None]:
    """Have another value in place for a while: a copy of the file for each value took half of the time."""
    before = parent[key]
    parent[key] = value
    try:
        yield
    finally:
        parent[key] = before


def _check(content: CommentedMap) -> Environment | None:
    try:
        return check_environment(YamlFile(Path(__file__).with_name("fuzz.yaml"), content), name="fuzz")
    except ConfigError as error:
        lines = error.lines
    assert lines
    for line in lines:
        _assert_readable(line)
    return None


def _assert_readable(line: str) -> None:
    assert line.isprintable()
    assert line.count(", want ") == 1
    assert not any(noise in line for noise in NOISE)


@pytest.mark.parametrize("source", SOURCES)
def test_any_wrong_value_is_refused_in_words(source: str) -> None:
    content = SOURCES[source].content
    for place in _places(content):
        for wrong in WRONG:
            with _put(_parent(content, place), place[-1], wrong):
                _check(content)


@pytest.mark.parametrize("source", SOURCES)
def test_any_setting_may_be_left_out_or_is_asked_for(source: str) -> None:
    content = SOURCES[source].content
    for place in _places(content):
        changed = deepcopy(content)
        del _parent(changed, place)[place[-1]]
        _check(changed)


@pytest.mark.parametrize("source", SOURCES)
def test_any_unknown_setting_is_refused(source: str) -> None:
    content = SOURCES[source].content
    for place in [(), *_places(content)]:
        changed = deepcopy(content)
        node = _parent(changed, (*place, "No Such_Setting"))
        if isinstance(node, CommentedMap):
            node["No Such_Setting"] = {}
            allowed = place[-1:] in (("tags",), ("labels",), ("resources",)) or "configuration" in place
            result = _check(changed)
            assert allowed or result is None


@pytest.mark.parametrize("name", EVERYTHING)
def test_everything_loads(name: str) -> None:
    assert _check(EVERYTHING[name].content) is not None


def _setting(section: type[BaseModel], name: str) -> Setting:
    """A setting that flavours share is one."""
    return next(base for base in section.__mro__ if name in vars(base).get("__annotations__", {})), name


def _named(section: Any) -> Iterator[Setting]:
    """Settings that a file names, its sections' too."""
    if isinstance(section, BaseModel):
        yield from (_setting(type(section), name) for name in section.model_fields_set)
        section = dict(section)
    inner = section.values() if isinstance(section, dict) else section if isinstance(section, list) else ()
    for part in inner:
        yield from _named(part)


def test_the_files_name_every_setting() -> None:
    named = {place for name, file in EVERYTHING.items() for place in _named(check_environment(file, name=name))}
    there = {_setting(section, name) for section in SECTIONS for name in section.model_fields}
    instead = {
        *((NetworkConfig, "existing"), (KmsConfig, "existing_key_arn")),
        *((CloudBucketConfig, "existing_name"), (CloudBucketConfig, "existing_key_arn")),
        *((EksConfig, "existing_cluster"), (ExistingClusterConfig, "name")),
    }
    assert {place for place in there - named if place[0] is not ExistingNetworkConfig} == instead


def test_name_comes_from_the_file() -> None:
    assert load_environment("demo").name == "demo"


@pytest.mark.parametrize("name", ["My_Env", "-", "x" * 33, "a--b", "ä", "1st", ""])
def test_file_name_must_be_a_name(name: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check_environment(EVERYTHING["everything"], name=name)
    wanted = "a name of 1 to 32 lower case letters, digits and single hyphens, then .yaml"
    assert caught.value.lines == (f"tests/config/everything.yaml: got the file name {name}.yaml, want {wanted}",)


def test_unknown_environment_lists_those_there_are() -> None:
    with pytest.raises(ConfigError) as caught:
        load_environment("nope")
    (line,) = caught.value.lines
    assert "demo, " in line
    assert "make plan ENV=" in line


@pytest.mark.parametrize("content", BROKEN)
def test_unreadable_file_gives_one_line(content: str, tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_bytes(content.encode(errors="surrogateescape"))
    with pytest.raises(ConfigError) as caught:
        read_yaml(path)
    (line,) = caught.value.lines
    assert line.startswith("broken.yaml")
    _assert_readable(line)


def test_missing_file_and_directory_give_one_line(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing.yaml"):
        with pytest.raises(ConfigError, match="cannot be read"):
            read_yaml(path)


def test_windows_line_ends_and_byte_order_mark_are_read(tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_bytes(b"\xef\xbb\xbfflavour: static-ec2\r\ntarget: local\r\nregion: us-west-2\r\n")
    assert check_environment(read_yaml(path), name="small").region == "us-west-2"
