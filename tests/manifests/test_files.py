"""`make manifests`: the files on disk, and what it says."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import scripts.manifests.__main__ as command
from config.errors import UserError
from scripts import state
from scripts.manifests import files
from scripts.manifests.facts import ManifestFacts, placeholder_facts
from scripts.manifests.files import OPERATOR_VALUES, manifest_directory, write_manifests
from tests.manifests.rendered import STORAGE, real_facts
from tests.synthesis import kube


@pytest.fixture(autouse=True)
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where files are written; no state is there."""
    monkeypatch.setattr(files, "BUILD", tmp_path)
    monkeypatch.setattr(state, "local_state_file", lambda name: tmp_path / "nothing")
    return tmp_path


def test_old_files_are_gone(build: Path) -> None:
    environment = kube(**STORAGE)
    write_manifests(environment, placeholder_facts(environment))
    directory = manifest_directory(environment)
    assert (directory / "21-efs.yaml").exists()
    less = kube(kuberay={"install_operator": False})
    written = write_manifests(less, placeholder_facts(less))
    assert sorted(directory.iterdir()) == written
    assert not (directory / OPERATOR_VALUES).exists()
    assert [path.name for path in directory.parent.iterdir()] == ["test"]


def test_what_cannot_be_rendered_leaves_the_old_files(build: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = kube(**STORAGE)
    write_manifests(environment, real_facts(environment))

    def broken(*_: object) -> dict[str, str]:
        return {"00-namespaces.yaml": "new", "no/such/folder.yaml": "new"}

    monkeypatch.setattr(files, "render_manifests", broken)
    with pytest.raises(UserError, match="cannot be written: No such file"):
        write_manifests(environment, real_facts(environment))
    directory = manifest_directory(environment)
    assert "fs-0real" in (directory / "21-efs.yaml").read_text()
    assert [path.name for path in directory.parent.iterdir()] == ["test"]


def test_a_file_in_the_way_is_named(build: Path) -> None:
    environment = kube()
    (build / "local").mkdir()
    (build / "local" / "manifests").touch()
    with pytest.raises(UserError, match=r"local/manifests/test cannot be written: File exists"):
        write_manifests(environment, placeholder_facts(environment))


def _run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["manifests", *words])
    return command.main()


def test_the_command_lists_files_and_says_what_is_made_up(
    build: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(monkeypatch, "--env", "eks", "--target", "local") == 0
    said = capsys.readouterr()
    names = [Path(line).name for line in said.out.splitlines()]
    assert names == sorted(names)
    assert all(Path(line).is_file() for line in said.out.splitlines())
    assert said.err == (
        "note: eks is not applied, ids are placeholders; for real ones: make plan ENV=eks TARGET=local && "
        "make apply ENV=eks TARGET=local && make manifests ENV=eks TARGET=local\n"
    )


def test_the_command_is_silent_about_real_ids(
    build: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def applied(environment: object) -> ManifestFacts:
        return real_facts(environment)  # type: ignore[arg-type]

    monkeypatch.setattr(command, "load_facts", applied)
    assert _run(monkeypatch, "--env", "eks", "--target", "local") == 0
    assert capsys.readouterr().err == ""


def test_another_flavour_is_refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(monkeypatch, "--env", "demo") == 2
    assert capsys.readouterr().err == "error: demo has flavour static-ec2, make manifests is for kuberay-eks\n"
