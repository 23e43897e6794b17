"""Every wrong environment file gives exactly the errors that its head names."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.errors import ConfigError
from config.load import check_environment
from config.yaml_file import read_yaml
from tests.config.rejected_files import FILES, wanted_lines


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_file_gives_its_errors(path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        check_environment(read_yaml(path), name=path.stem)
    assert list(caught.value.lines) == wanted_lines(path)


def test_there_are_files() -> None:
    assert len(FILES) >= 100


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_errors_say_what_was_got_and_what_is_wanted(path: Path) -> None:
    for line in wanted_lines(path):
        assert "got " in line or "unknown setting" in line
        assert line.count("want ") == 1
