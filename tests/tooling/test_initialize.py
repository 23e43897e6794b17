from __future__ import annotations

from pathlib import Path

import pytest

from scripts.terraform import cli_config, initialize
from scripts.terraform.initialize import drop_checksums, installation_variables, required_providers

AWS = {"registry.terraform.io/hashicorp/aws": "5.100.0"}


@pytest.fixture(autouse=True)
def _scratch(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(cli_config, "GENERATED", tmp_path / "build/terraform.rc")
    monkeypatch.setattr(initialize, "PLUGIN_CACHE", tmp_path / "plugins")


@pytest.mark.parametrize("source", ["aws", "hashicorp/aws", "registry.terraform.io/hashicorp/aws"])
def test_sources_are_written_out_in_full(source: str) -> None:
    settings = {"required_providers": {"aws": {"source": source, "version": "5.100.0"}}}
    assert required_providers(settings) == AWS


def test_the_mirror_is_named_in_a_cli_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(initialize, "find_mirror", lambda *_: Path("/srv/mirror"))
    written = Path(installation_variables(AWS, {})["TF_CLI_CONFIG_FILE"]).read_text()
    assert '"/srv/mirror"' in written
    assert written.count('["registry.terraform.io/hashicorp/aws"]') == 2


def test_without_a_mirror_downloads_are_shared(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(initialize, "find_mirror", lambda *_: None)
    assert installation_variables(AWS, {})["TF_PLUGIN_CACHE_DIR"] == str(tmp_path / "plugins")


def test_the_users_own_configuration_is_respected(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(initialize, "find_mirror", lambda *_: pytest.fail("not asked for"))
    users = tmp_path / "my.rc"
    users.write_text("provider_installation { }")
    variables = {"TF_CLI_CONFIG_FILE": str(users)}
    assert installation_variables(AWS, variables) == variables


def test_a_configuration_file_that_is_missing_is_dropped() -> None:
    assert cli_config.without_missing_file({"TF_CLI_CONFIG_FILE": "/nowhere/x.rc", "A": "b"}) == {"A": "b"}


def test_checksums_are_dropped_and_the_rest_of_the_lock_file_stays(tmp_path: Path) -> None:
    lock = tmp_path / ".terraform.lock.hcl"
    lock.write_text('provider "aws" {\n  version = "5.100.0"\n  hashes = [\n    "h1:x=",\n    "zh:y",\n  ]\n}\n')
    drop_checksums(tmp_path)
    assert lock.read_text() == 'provider "aws" {\n  version = "5.100.0"\n}\n'
    lock.unlink()
    drop_checksums(tmp_path)
    assert not lock.exists()
