from __future__ import annotations

from pathlib import Path

import pytest

from config.errors import UserError
from scripts.terraform import mirror
from scripts.terraform.mirror import find_mirror, holds, search, terraform_platform

AWS = {"registry.terraform.io/hashicorp/aws": "5.100.0"}


def make_mirror(root: Path, version: str = "5.100.0") -> Path:
    (root / "registry.terraform.io/hashicorp/aws" / version / terraform_platform()).mkdir(parents=True)
    return root


@pytest.fixture(autouse=True)
def _an_empty_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setattr(mirror, "SEARCH_ROOTS", (str(tmp_path / "opt"),))
    monkeypatch.setattr(mirror, "registry_answers", lambda: False)


def test_a_mirror_is_found_when_the_registry_is_out_of_reach(tmp_path: Path) -> None:
    made = make_mirror(tmp_path / "opt/some/plugins")
    assert find_mirror(AWS, {}) == made


def test_a_mirror_that_merely_exists_is_not_used_when_the_registry_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_mirror(tmp_path / "opt/some/plugins")
    monkeypatch.setattr(mirror, "registry_answers", lambda: True)
    assert find_mirror(AWS, {}) is None


def test_a_named_mirror_always_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mirror, "registry_answers", lambda: True)
    make_mirror(tmp_path / "opt/some/plugins")
    named = make_mirror(tmp_path / "named")
    assert find_mirror(AWS, {"RAYFORM_PROVIDER_MIRROR": str(named)}) == named


def test_a_named_mirror_without_the_provider_is_refused(tmp_path: Path) -> None:
    named = make_mirror(tmp_path / "named", version="5.99.0")
    with pytest.raises(UserError, match=r"does not hold registry.terraform.io/hashicorp/aws 5.100.0 for "):
        find_mirror(AWS, {"RAYFORM_PROVIDER_MIRROR": str(named)})


def test_a_mirror_of_another_version_is_passed_over(tmp_path: Path) -> None:
    make_mirror(tmp_path / "opt/a", version="5.99.0")
    right = make_mirror(tmp_path / "opt/b")
    assert find_mirror(AWS, {}) == right


def test_terraforms_own_directory_is_left_to_terraform(tmp_path: Path) -> None:
    make_mirror(tmp_path / "home/.terraform.d/plugins")
    make_mirror(tmp_path / "opt/some/plugins")
    assert find_mirror(AWS, {}) is None


def test_a_packed_mirror_counts(tmp_path: Path) -> None:
    directory = tmp_path / "registry.terraform.io/hashicorp/aws"
    directory.mkdir(parents=True)
    assert not holds(tmp_path, AWS)
    (directory / f"terraform-provider-aws_5.100.0_{terraform_platform()}.zip").touch()
    assert holds(tmp_path, AWS)


def test_the_search_is_bounded_in_depth_and_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_mirror(tmp_path / "a/b/c/d/e/f")
    assert list(search(tmp_path)) == []
    near = make_mirror(tmp_path / "z/plugins")
    assert list(search(tmp_path)) == [near]
    monkeypatch.setattr(mirror, "DIRECTORIES_PER_ROOT", 1)
    assert list(search(tmp_path)) == []


def test_a_missing_root_holds_nothing(tmp_path: Path) -> None:
    assert list(search(tmp_path / "nowhere")) == []
