from __future__ import annotations

import pytest
from ruamel.yaml import YAML

from scripts.rendering.yaml_value import yaml_value


@pytest.mark.parametrize(
    "value",
    ["no", "1:20", "", "a: b # c", "\x7f\x85\u2028\ufeff\t\n", "ü – 😀", "'\"\\", None, True, 1, {"a b": ["~", {}]}],
)
@pytest.mark.parametrize("version", [(1, 1), (1, 2)])
def test_yaml_reads_what_was_written(value: object, version: tuple[int, int]) -> None:
    yaml = YAML(typ="safe", pure=True)
    yaml.version = version
    text = yaml_value(value)
    assert len(text.splitlines()) == 1
    assert yaml.load(f"key: {text}\n") == {"key": value}
