"""A wrong setting hides no other problem, and makes none up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml.comments import CommentedMap

from config.errors import ConfigError
from config.load import FLAVOURS, check_environment
from config.paths import ROOT
from config.schema import section_at
from config.yaml_file import YamlFile, read_yaml

FOLDER = Path(__file__).parent
SMALL: dict[str, Any] = {"flavour": "autoscaling-ec2", "target": "local", "region": "us-west-2"}


def _lines(settings: dict[str, Any]) -> list[str]:
    file = YamlFile(ROOT / "test.yaml", CommentedMap({**SMALL, **settings}))
    with pytest.raises(ConfigError) as caught:
        check_environment(file, name="test")
    return [line.split(": ", 1)[1] for line in caught.value.lines]


def _settings(node: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    for key, value in node.items() if isinstance(node, dict) else enumerate(node):
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from _settings(value, (*path, key))


def _each_setting() -> Iterator[tuple[Path, tuple[Any, ...]]]:
    for path in sorted(FOLDER.glob("everything*.yaml")):
        yield from ((path, setting) for setting in _settings(read_yaml(path).content, ()) if _has_a_form(setting))


def _has_a_form(setting: tuple[Any, ...]) -> bool:
    """The flavour is judged first, and the configuration of an add-on has the form that its own schema says."""
    return setting != ("flavour",) and "configuration" not in setting[:-1]


def _problems_with(path: Path, setting: tuple[Any, ...], *, misspelt: bool) -> tuple[str, ...]:
    file = read_yaml(path)
    *parents, last = setting
    owner = file.content
    for part in parents:
        owner = owner[part]
    if misspelt:
        owner[f"{last}!"] = owner.pop(last)
    else:
        owner[last] = [[["x"]]]
    with pytest.raises(ConfigError) as caught:
        check_environment(file, name=path.stem)
    return caught.value.lines


def test_a_malformed_setting_is_the_only_problem_of_a_file_that_is_else_right() -> None:
    judged = list(_each_setting())
    assert len(judged) >= 200
    for path, setting in judged:
        (line,) = _problems_with(path, setting, misspelt=False)
        assert f": {setting[0]}" in line


def test_a_misspelt_setting_is_the_only_problem_of_its_section() -> None:
    for path, setting in _each_setting():
        model = FLAVOURS[str(read_yaml(path).plain()["flavour"])]
        section = section_at(model, setting[:-1]) if len(setting) > 1 else None
        if section is None:
            continue
        lines = _problems_with(path, setting, misspelt=True)
        assert all(f": {'.'.join(map(str, setting[:-1]))}" in line for line in lines), lines


def test_rules_are_judged_beside_a_wrong_setting_of_the_same_entry() -> None:
    assert _lines({"workers": {"a": {"min_workers": 9, "max_workers": 2, "spot": "maybe"}, "head": {}}}) == [
        'workers.a.spot: got "maybe", want true or false',
        "workers.a.min_workers: got 9, want at most max_workers, 2",
        "workers.head: got the name of the head's type, want another name",
    ]


def test_nothing_is_assumed_of_a_wrong_setting() -> None:
    assert _lines({"workers": {"a": {"min_workers": 9, "max_workers": "many"}}}) == [
        'workers.a.max_workers: got "many", want a whole number from 0 to 1000'
    ]
    assert _lines({"workers": {"a": {"min_workers": 9, "max_worker": 20}}}) == [
        "workers.a.max_worker: unknown setting, want max_workers"
    ]


def test_the_entries_beside_a_wrong_one_are_judged() -> None:
    workers = {"a": {"max_workers": "many"}, "b": {"min_workers": 9, "max_workers": 2}}
    assert _lines({"workers": workers}) == [
        'workers.a.max_workers: got "many", want a whole number from 0 to 1000',
        "workers.b.min_workers: got 9, want at most max_workers, 2",
    ]


def test_a_later_file_is_judged_as_if_nothing_had_been_wrong() -> None:
    section = {"flow_logs": {"retention": 1, "retention_days": "x"}, "nat": "x"}
    assert len(_lines({"network": section, "workers": {"a": {}}})) == 3
    file = YamlFile(ROOT / "test.yaml", CommentedMap({**SMALL, "workers": {"a": {}}}))
    assert check_environment(file, name="test").name == "test"
