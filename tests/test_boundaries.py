"""Imports go one way: config ← modules ← stacks ← main, config ← scripts."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.paths import ROOT

ALLOWED = {
    "config": {"config"},
    "scripts": {"config", "scripts"},
    "modules": {"config", "modules", "scripts.rendering"},
    "stacks": {"config", "modules", "stacks", "scripts.rendering"},
}
OWN = {"config", "scripts", "modules", "stacks", "main", "tests"}
BINDING = "cdktf_cdktf_provider_aws"
FILES = [path for package in ALLOWED for path in sorted((ROOT / package).rglob("*.py"))]
NO_NETWORK = {"boto3", "botocore", "socket", "urllib", "requests", "http", "subprocess"}


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            assert node.level == 0, f"{path}: import by full name"
            yield node.module


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def within(module: str, packages: set[str]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


@pytest.mark.parametrize("path", FILES, ids=name)
def test_imports_go_one_way(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    own = [module for module in imports(path) if module.split(".")[0] in OWN]
    assert [module for module in own if not within(module, ALLOWED[package])] == []


@pytest.mark.parametrize("path", FILES, ids=name)
def test_cdktf_stays_in_modules_and_stacks(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    found = [module for module in imports(path) if within(module, {"cdktf", "constructs", "jsii", BINDING})]
    if name(path) == "scripts/setup/warm_jsii.py":
        return  # prepares jsii itself, before there is a synth
    if package in ("config", "scripts"):
        assert found == []
    elif name(path) != "modules/aws.py":
        assert not any(within(module, {BINDING}) for module in found)


@pytest.mark.parametrize("path", [path for path in FILES if name(path).startswith("config/")], ids=name)
def test_config_asks_nobody(path: Path) -> None:
    assert [module for module in imports(path) if module.split(".")[0] in NO_NETWORK] == []


def test_the_rules_above_can_fail(tmp_path: Path) -> None:
    file = tmp_path / "bad.py"
    file.write_text("import boto3\nfrom stacks.base import EnvironmentStack\n", encoding="utf-8")
    assert [module for module in imports(file) if not within(module, ALLOWED["modules"])] == ["boto3", "stacks.base"]
