"""Terraform addresses are a contract: a change of one destroys and makes anew. UPDATE_GOLDEN=1 accepts it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from config.load import check_environment
from config.paths import ENVIRONMENTS, ROOT, environment_names
from config.yaml_file import read_yaml
from tests.synthesis import Synthesized, example, synth

GOLDEN = Path(__file__).parent / "golden"
TESTED = ROOT / "tests/integration/environments"
"""What no example uses."""
NAMES = [*environment_names(), *sorted(path.stem for path in TESTED.glob("*.yaml"))]


def synthesized(name: str) -> Synthesized:
    if (ENVIRONMENTS / f"{name}.yaml").is_file():
        return example(name)
    return synth(check_environment(read_yaml(TESTED / f"{name}.yaml"), name=name))


@pytest.mark.parametrize("name", NAMES)
def test_addresses_are_those_of_the_golden_list(name: str) -> None:
    file = GOLDEN / f"{name}.addresses.txt"
    addresses = "\n".join(synthesized(name).addresses) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(addresses, encoding="utf-8")
    assert addresses == file.read_text(encoding="utf-8")


def test_every_golden_list_has_its_environment() -> None:
    assert sorted(path.name.removesuffix(".addresses.txt") for path in GOLDEN.iterdir()) == sorted(NAMES)
