"""docs/anyscale.md names addresses, outputs, arguments and keys that there are."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from config.anyscale_cloud import AnyscaleCloudConfig
from config.load import check_environment
from config.paths import ROOT
from config.yaml_file import YamlFile
from scripts.register.applied import applied_cloud
from scripts.register.command import register_command
from scripts.register.resource import cloud_resource
from tests.register.clouds import cloud, outputs
from tests.register.move import IMPORTS, MOVE, filled
from tests.register.vendor import NAMES
from tests.synthesis import Synthesized, synth

PAGE = (ROOT / "docs" / "anyscale.md").read_text(encoding="utf-8")
CODE = re.compile(r"`([^`]+)`")
ON_REQUEST = {"aws_efs_file_system_policy.efs_policy"}
"""Addresses of the page without an import block: the vendor's module makes such a thing only on request."""


def rows(heading: str) -> list[list[str]]:
    """Cells of the table that begins with a heading."""
    table = PAGE[PAGE.index(f"| {heading} |") :].split("\n\n")[0]
    return [line.split("|")[1:-1] for line in table.splitlines()[2:]]


def codes(cells: list[str]) -> set[str]:
    return {code for cell in cells for code in CODE.findall(cell)}


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    """The stack of the page's example."""
    file = tmp_path_factory.mktemp("moved") / "moved.yaml"
    file.write_text(filled(MOVE / "environment.yaml", NAMES))
    config = check_environment(YamlFile(file, YAML().load(file)), name="moved")
    assert isinstance(config, AnyscaleCloudConfig)
    return synth(config)


def test_every_address_of_the_move_is_one_of_the_stack(moved: Synthesized) -> None:
    named = codes([row[1] for row in rows("the vendor's address, after `module.`")])
    assert len(named) > 30
    assert named - set(moved.addresses) == set()


def test_every_address_has_an_import_block_in_each_zone(moved: Synthesized) -> None:
    named = codes([row[1] for row in rows("the vendor's address, after `module.`")]) - ON_REQUEST
    blocks = set(re.findall(r"^  to = (\S+)$", IMPORTS.read_text(encoding="utf-8"), re.MULTILINE))
    in_both = {address.replace("us_west_2a", f"us_west_2{zone}") for address in named for zone in "ab"}
    assert blocks == in_both
    assert blocks <= set(moved.addresses)


def test_what_goes_where(moved: Synthesized) -> None:
    table = rows("setting | Terraform output")
    environment = cloud(efs={}, memorydb={})
    resource = cloud_resource(environment, applied_cloud(environment, outputs(environment)))
    command = register_command("name", resource, Path("file"))
    arguments = codes([row[2] for row in table])
    assert arguments | {"--provider"} == set(re.findall(r"--[a-z-]+", command))
    keys = {f"aws_config.{key}" for key in resource.aws_config.model_dump()}
    keys |= {f"file_storage.{key}" for key in (resource.model_dump()["file_storage"])}
    keys |= {"object_storage.bucket_name", "region", "networking_mode"}
    assert codes([row[3] for row in table]) == keys
    published: dict[str, Any] = moved.document["output"]
    assert codes([row[1] for row in table]) - set(published) == set()
