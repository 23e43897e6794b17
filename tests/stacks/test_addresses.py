"""Terraform addresses are a contract: a change of one destroys and makes anew. UPDATE_GOLDEN=1 accepts it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from config.paths import environment_names
from tests.synthesis import example

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("name", environment_names())
def test_addresses_are_those_of_the_golden_list(name: str) -> None:
    file = GOLDEN / f"{name}.addresses.txt"
    addresses = "\n".join(example(name).addresses) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(addresses, encoding="utf-8")
    assert addresses == file.read_text(encoding="utf-8")


def test_every_golden_list_has_its_environment() -> None:
    assert sorted(path.name.removesuffix(".addresses.txt") for path in GOLDEN.iterdir()) == environment_names()
