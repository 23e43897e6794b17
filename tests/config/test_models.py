"""Every section is closed and frozen, and every setting is documented."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from config.change import Change
from config.load import FLAVOURS, load_environment
from config.paths import environment_names
from config.schema import Kind, field_kind, sections_in


def _sections(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    yield model
    for field in model.model_fields.values():
        for section in sections_in(field_kind(field)):
            yield from _sections(section)


SECTIONS = list(dict.fromkeys(section for model in FLAVOURS.values() for section in _sections(model)))
FIELDS = [
    pytest.param(field, id=f"{section.__name__}.{name}")
    for section in SECTIONS
    for name, field in section.model_fields.items()
]
sections = pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.__name__)


@pytest.mark.parametrize("field", FIELDS)
def test_setting_has_a_docstring(field: FieldInfo) -> None:
    assert field.description
    assert field.description.strip().endswith(".")


@pytest.mark.parametrize("field", FIELDS)
def test_setting_says_what_changing_it_does(field: FieldInfo) -> None:
    assert len([item for item in field_kind(field).metadata if isinstance(item, Change)]) == 1


@sections
def test_section_has_a_docstring(section: type[BaseModel]) -> None:
    assert section.__doc__


@sections
def test_section_is_closed(section: type[BaseModel]) -> None:
    with pytest.raises(ValidationError, match="no_such_setting"):
        section.model_validate({"no_such_setting": 1})


@sections
def test_section_is_frozen(section: type[BaseModel]) -> None:
    name = next(iter(section.model_fields))
    with pytest.raises(ValidationError, match="frozen"):
        setattr(section.model_construct(), name, None)


@pytest.mark.parametrize("name", environment_names())
def test_example_loads(name: str) -> None:
    assert load_environment(name).name == name


@pytest.mark.parametrize("name", environment_names())
def test_example_can_be_rehearsed_on_the_emulator(name: str) -> None:
    assert load_environment(name, target="local").target == "local"


def test_walk_finds_nested_sections() -> None:
    names = {section.__name__ for section in SECTIONS}
    assert {"FlowLogsConfig", "TransitionConfig", "WorkerGroupConfig", "MemoryDbConfig"} <= names
    assert Kind(int).section is None
