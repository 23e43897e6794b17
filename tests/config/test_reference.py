"""The generated reference and the schema for editors say the same as the models."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from config.load import FLAVOURS, check_environment
from config.paths import ENVIRONMENTS, environment_names
from config.yaml_file import read_yaml
from scripts.docs.config_reference import SCHEMA_NAME, SMALLEST, render_config_markdown, render_json_schema
from tests.config.rejected_files import REJECTED
from tests.config.test_models import SECTIONS

REFERENCE = render_config_markdown()
REFUSED = [
    *("unknown-setting", "unknown-setting-in-group", "text-for-number", "bad-group-name", "tag-of-aws"),
    *("flavour-unknown", "zero-heads", "account-as-number", "zone-misspelt", "region-missing"),
]
SCHEMA: dict[str, Any] = json.loads(render_json_schema())


def _errors(path: Path) -> list[Any]:
    jsonschema = pytest.importorskip("jsonschema")
    return list(jsonschema.Draft202012Validator(SCHEMA).iter_errors(read_yaml(path).plain()))


def test_smallest_environment_loads_and_has_five_lines(tmp_path: Path) -> None:
    path = tmp_path / "smallest.yaml"
    path.write_text(SMALLEST)
    assert check_environment(read_yaml(path), name="smallest").name == "smallest"
    assert len(SMALLEST.splitlines()) == 5
    assert SMALLEST in REFERENCE


def test_every_setting_has_a_row() -> None:
    for section in SECTIONS:
        for name in set(section.model_fields) - {"name"}:
            assert f"\n| `{name}` | " in REFERENCE


def test_every_section_and_flavour_has_a_heading() -> None:
    assert REFERENCE.count("\n## ") == len(SECTIONS)
    assert all(f"\n## Flavour `{flavour}`\n" in REFERENCE for flavour in FLAVOURS)
    assert "\n## `buckets.<name>.transitions[]`\n" in REFERENCE


def test_rows_have_five_cells() -> None:
    rows = [line for line in REFERENCE.splitlines() if line.startswith("| `")]
    assert {row.replace("\\|", "").count("|") for row in rows} == {6}
    assert not any(cell.strip() == "" for row in rows for cell in row.strip("|").split(" | "))


def test_schema_is_named_in_the_reference() -> None:
    assert f"# yaml-language-server: $schema=../docs/{SCHEMA_NAME}" in REFERENCE


def test_schema_describes_every_setting() -> None:
    for section in SECTIONS:
        properties = SCHEMA["$defs"][section.__name__]["properties"]
        assert set(properties) == set(section.model_fields) - {"name"}
        assert all("description" in setting or "$ref" in setting for setting in properties.values())


@pytest.mark.parametrize("name", environment_names())
def test_schema_takes_the_examples(name: str) -> None:
    assert not _errors(ENVIRONMENTS / f"{name}.yaml")


def test_schema_takes_everything() -> None:
    assert not _errors(Path(__file__).parent / "everything.yaml")


@pytest.mark.parametrize("name", REFUSED)
def test_schema_refuses(name: str) -> None:
    assert _errors(REJECTED / f"{name}.yaml")
