"""Every rule speaks at least once, and is skipped when something that it reads is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from pydantic import ValidationError

from config.environment import Environment
from config.errors import ConfigError
from config.load import FLAVOURS, load_environment
from config.paths import environment_names
from config.rules import RULES
from config.rules.registry import Rule
from config.yaml_file import read_yaml
from tests.config.recorder import Recorder
from tests.config.rejected_files import FILES

ALWAYS_RIGHT = {"flavour", "name"}
"""Checked before any rule runs."""
TRAVELS_ALONG = {"owner"}
"""Part of the label, of which rules read only names."""


def _parsed() -> Iterator[Environment]:
    """The rejected environments whose single settings are right: only rules refuse them."""
    for path in FILES:
        try:
            given = {**read_yaml(path).plain(), "name": path.stem}
            yield FLAVOURS[str(given["flavour"])].model_validate_json(json.dumps(given))
        except (ConfigError, ValidationError, KeyError):
            continue


PARSED = list(_parsed())
EXAMPLES = [load_environment(name) for name in environment_names()]


def _judged(rule: Rule, environments: list[Environment]) -> list[Environment]:
    return [environment for environment in environments if isinstance(environment, rule.of)]


rules = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)


@rules
def test_a_rejected_file_triggers_the_rule(rule: Rule) -> None:
    assert any(list(rule.problems(environment)) for environment in _judged(rule, PARSED)), f"no file for {rule.name}"


@rules
def test_the_rule_declares_what_it_reads(rule: Rule) -> None:
    for environment in _judged(rule, [*PARSED, *EXAMPLES]):
        recorder = Recorder(environment)
        list(rule.problems(recorder))
        assert recorder.read - ALWAYS_RIGHT - TRAVELS_ALONG <= rule.reads


@rules
def test_the_rule_declares_settings_that_there_are(rule: Rule) -> None:
    assert rule.reads
    for setting in rule.reads:
        assert any(setting in model.model_fields for model in FLAVOURS.values())


@rules
def test_the_rule_says_what_it_holds(rule: Rule) -> None:
    assert rule.problems.__doc__


def test_names_are_unique() -> None:
    names = [rule.name for rule in RULES]
    assert len(names) == len(set(names))
