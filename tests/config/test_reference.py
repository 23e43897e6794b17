"""The generated reference and the schema for editors say the same as the models."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from config.environment import Environment
from config.load import FLAVOURS, check_environment
from config.paths import ENVIRONMENTS, environment_names
from config.ray import AUTOSCALER_VERSION
from config.yaml_file import read_yaml
from scripts.docs.config_reference import SCHEMA_NAME, SMALLEST, render_config_markdown, render_json_schema
from tests.config.rejected_files import REJECTED
from tests.config.test_models import SECTIONS

REFERENCE = render_config_markdown()
REFUSED = [
    *("unknown-setting", "unknown-setting-in-group", "text-for-number", "bad-group-name", "tag-of-aws"),
    *("flavour-unknown", "zero-heads", "account-as-number", "zone-misspelt", "region-missing"),
    *("count-of-a-worker-type", "least-of-a-static-group", "managed-by-of-static", "autoscaler-of-static"),
    *("managed-by-nobody", "autoscaler-out-of-range", "bastion-of-another-kind", "worker-type-in-upper-case"),
    *("external-id-missing", "nodes-of-an-anyscale-cloud", "bucket-name-that-s3-keeps", "anyscale-of-static"),
    *("kube-pods-too-small", "kube-version-unquoted", "kube-worker-counted", "kube-addon-unknown", "kube-root-user"),
]
WITH_RAY = "Flavours `static-ec2`, `autoscaling-ec2` and `kuberay-eks`"
ON_EC2 = "flavours `static-ec2` and `autoscaling-ec2`"
SCHEMA: dict[str, Any] = json.loads(render_json_schema())


def _errors(path: Path) -> list[Any]:
    jsonschema = pytest.importorskip("jsonschema")
    return list(jsonschema.Draft202012Validator(SCHEMA).iter_errors(read_yaml(path).plain()))


def _in_the_file(section: type[BaseModel]) -> set[str]:
    """Settings that a file may have: an environment's name is that of the file."""
    return set(section.model_fields) - ({"name"} if issubclass(section, Environment) else set())


def test_smallest_environment_loads_and_has_five_lines(tmp_path: Path) -> None:
    path = tmp_path / "smallest.yaml"
    path.write_text(SMALLEST)
    assert check_environment(read_yaml(path), name="smallest").name == "smallest"
    assert len(SMALLEST.splitlines()) == 5
    assert SMALLEST in REFERENCE


def test_every_setting_has_a_row() -> None:
    for section in SECTIONS:
        for name in _in_the_file(section):
            assert f"\n| `{name}` | " in REFERENCE


def test_every_section_and_flavour_has_a_heading() -> None:
    headings = [line for line in REFERENCE.splitlines() if line.startswith("## ")]
    assert len(headings) == len(set(headings))
    assert "## Every flavour" in headings
    assert {f"## Flavour `{flavour}`" for flavour in FLAVOURS} <= set(headings)
    assert f"## `buckets.<name>.transitions[]`, only {WITH_RAY[0].lower()}{WITH_RAY[1:]}" in headings


@pytest.mark.parametrize(
    ("heading", "setting"),
    [
        ("Every flavour", "network"),
        (WITH_RAY, "buckets"),
        ("Flavours `static-ec2` and `autoscaling-ec2`", "observability"),
        ("Flavour `kuberay-eks`", "jobs"),
        ("Flavour `anyscale-cloud`", "bucket"),
        ("`access`", "allow_public"),
        (f"`access`, more for {ON_EC2}", "ssh_cidrs"),
        ("`access`, more for flavour `anyscale-cloud`", "machine_pool_cidrs"),
        ("`anyscale`, only flavour `anyscale-cloud`", "external_id"),
        (f"`workers.<name>`, only {ON_EC2}", "bootstrap_hook"),
        ("`workers.<name>`, only flavour `kuberay-eks`", "max_replicas"),
        ("`buckets.<name>`, more for flavour `kuberay-eks`", "mount_path"),
        ("`access`, more for flavour `kuberay-eks`", "public_api_cidrs"),
        ("`eks.addons.<name>`, only flavour `kuberay-eks`", "configuration"),
        ("`workers.<name>`, more for flavour `static-ec2`", "count"),
        ("`workers.<name>`, more for flavour `autoscaling-ec2`", "min_workers"),
        ("`head`, more for flavour `autoscaling-ec2`", "managed_by"),
        ("`autoscaler`, only flavour `autoscaling-ec2`", "upscaling_speed"),
    ],
)
def test_a_setting_stands_once_where_its_flavours_are_named(heading: str, setting: str) -> None:
    parts = [part for part in REFERENCE.split("\n## ") if f"\n| `{setting}` | " in part]
    found = [part.partition("\n")[0] for part in parts]
    place = heading.partition(",")[0]
    assert [name for name in found if name.partition(",")[0] == place] == [heading]


def test_rows_have_five_cells() -> None:
    rows = [line for line in REFERENCE.splitlines() if line.startswith("| `")]
    assert {row.replace("\\|", "").count("|") for row in rows} == {6}
    assert not any(cell.strip() == "" for row in rows for cell in row.strip("|").split(" | "))


def test_schema_is_named_in_the_reference() -> None:
    assert f"# yaml-language-server: $schema=../docs/{SCHEMA_NAME}" in REFERENCE


def test_schema_describes_every_setting() -> None:
    for section in SECTIONS:
        properties = SCHEMA["$defs"][section.__name__]["properties"]
        assert set(properties) == _in_the_file(section)
        assert all("description" in setting or "$ref" in setting for setting in properties.values())


@pytest.mark.parametrize("name", environment_names())
def test_schema_takes_the_examples(name: str) -> None:
    assert not _errors(ENVIRONMENTS / f"{name}.yaml")


@pytest.mark.parametrize("name", ["everything", "everything-autoscaling", "everything-anyscale", "everything-kuberay"])
def test_schema_takes_everything(name: str) -> None:
    assert not _errors(Path(__file__).parent / f"{name}.yaml")


@pytest.mark.parametrize("name", REFUSED)
def test_schema_refuses(name: str) -> None:
    assert _errors(REJECTED / f"{name}.yaml")


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        (f"`workers.<name>`, only {ON_EC2}", "none that runs is stopped or replaced"),
        ("`autoscaler`, only flavour `autoscaling-ec2`", "only `cache_stopped_nodes` needs Ray on the head restarted"),
        ("`autoscaler`, only flavour `autoscaling-ec2`", "With `head.managed_by: ray-up`, `make up` after the apply"),
        ("`head`, more for flavour `autoscaling-ec2`", "the next `make up` makes Ray replace it"),
        (f"`access`, more for {ON_EC2}", "Not with flavour `autoscaling-ec2`"),
        (f"`ray`, only {ON_EC2}", f"with flavour `autoscaling-ec2` at least {'.'.join(map(str, AUTOSCALER_VERSION))}."),
    ],
)
def test_what_a_flavour_does_otherwise_is_said(heading: str, words: str) -> None:
    (part,) = [part for part in REFERENCE.split("\n## ") if part.startswith(f"{heading}\n")]
    assert words in " ".join(part.split())
