from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path

import pytest

from config.errors import UserError
from scripts.terraform import fetch


def archive(content: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        packed.writestr("terraform", content)
        packed.writestr("LICENSE.txt", "…")
    return buffer.getvalue()


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A release of our own in the place of the published one; returns where it will be installed."""
    packed = archive("#!/bin/sh\necho it runs\n")
    (tmp_path / "release.zip").write_bytes(packed)
    destination = tmp_path / "bin/terraform"
    monkeypatch.setattr(fetch, "archive_url", lambda _system: (tmp_path / "release.zip").as_uri())
    monkeypatch.setattr(fetch, "terraform_platform", lambda: "linux_amd64")
    monkeypatch.setattr(fetch, "ARCHIVE_SHA256", {"linux_amd64": hashlib.sha256(packed).hexdigest()})
    monkeypatch.setattr(fetch, "FETCHED", destination)
    return destination


def test_the_release_is_installed_and_nothing_else(published: Path) -> None:
    assert fetch.main() == 0
    assert [path.name for path in published.parent.iterdir()] == ["terraform"]
    assert published.stat().st_mode & 0o777 == 0o755


def test_another_file_than_the_published_one_is_refused(
    published: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "release.zip").write_bytes(archive("evil"))
    assert fetch.main() == 2
    assert "error: the downloaded Terraform is not the published one" in capsys.readouterr().err
    assert not published.exists()


def test_offline_is_one_line(published: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "release.zip").unlink()
    assert fetch.main() == 2
    error = capsys.readouterr().err
    assert error.startswith("error: Terraform 1.11.4 cannot be downloaded")
    assert error.count("\n") == 1
    assert not published.exists()


def test_an_unknown_platform_is_one_line(
    published: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(fetch, "terraform_platform", lambda: "plan9_mips")
    assert fetch.main() == 2
    assert capsys.readouterr().err.startswith("error: no Terraform is pinned for plan9_mips")


def test_all_four_platforms_are_pinned() -> None:
    assert sorted(fetch.ARCHIVE_SHA256) == ["darwin_amd64", "darwin_arm64", "linux_amd64", "linux_arm64"]
    with pytest.raises(UserError):
        fetch.verified(b"", fetch.ARCHIVE_SHA256["linux_amd64"])
