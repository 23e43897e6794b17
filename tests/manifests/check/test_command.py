from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from scripts.manifests.check import __main__ as command
from tests.manifests.check.rendered import CRDS, environment, files_of, needs_definitions

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: a, namespace: b}
spec:
  securityContext: {runAsNonRoot: true}
  serviceAccountName: elsewhere
  containers:
    - name: a
      image: nginx
      securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
"""

pytestmark = needs_definitions


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["check", "--env", "eks", "--target", "local", "--crds", str(CRDS), *arguments])
    return command.main()


def test_a_finding_is_one_line_with_a_summary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "pod.yaml"
    path.write_text(POD)
    assert run(monkeypatch, "--files", str(path)) == 1
    finding, summary, skipped = capsys.readouterr().out.splitlines()
    assert finding == (
        f"{path}:9: Pod/a: spec.containers[0].image: An image has no tag, or one that is given anew with time: "
        "got nginx, want a tag with a version, or a digest (image-moves)"
    )
    assert summary.startswith("1 document, ")
    assert summary.endswith("rules: 1 finding; docs/manifest-rules.md says why")
    assert skipped.startswith("skipped: ")


def test_a_folder_that_is_clean_is_exit_code_0(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.yml").write_text(POD.replace("nginx", "nginx:1.29.1"))
    (tmp_path / "notes.txt").write_text("no YAML")
    assert run(monkeypatch, "--files", str(tmp_path)) == 0
    assert "rules: no findings\n" in capsys.readouterr().out


def test_the_rendered_folder_of_an_environment_is_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "manifest_directory", lambda _environment: tmp_path)
    for name, text in files_of(environment()).items():
        (tmp_path / name).write_text(text)
    assert run(monkeypatch) == 0
    assert "skipped" not in capsys.readouterr().out


def test_json_has_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.yaml").write_text(POD)
    assert run(monkeypatch, "--files", str(tmp_path), "--json") == 1
    content = json.loads(capsys.readouterr().out)
    assert content["documents"] == 1
    (finding,) = content["findings"]
    assert (finding["rule"], finding["line"], finding["path"]) == ("image-moves", 9, "spec.containers[0].image")
    assert finding["why"]
    assert finding["source"].startswith("https://")


@pytest.mark.parametrize(
    ("content", "arguments", "message"),
    [
        (None, [], "there is no such file or folder"),
        (b"\x7fELF\xff\xfe", [], "got bytes that are no UTF-8 text, want Kubernetes documents"),
        (b"# nothing\n", [], "got files without a document, want Kubernetes documents"),
        (POD.encode(), ["--crds", "gone.yaml"], "gone.yaml: cannot be read: No such file or directory; want CRDS="),
    ],
    ids=["missing", "binary", "comment", "no-definitions"],
)
def test_what_cannot_be_judged_is_one_line_and_exit_code_2(
    content: bytes | None,
    arguments: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "a.yaml"
    if content is not None:
        path.write_bytes(content)
    assert run(monkeypatch, "--files", str(path), *arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert message in shown.err
    assert shown.err.count("\n") == 1


def test_several_files_and_a_name_with_a_space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a b.yaml").write_text(POD)
    for name in ("c.yaml", "d.yaml"):
        Path(name).write_text(POD.replace("nginx", "nginx:1.29.1").replace("name: a,", f"name: {name[0]},"))
    assert run(monkeypatch, "--files", "a b.yaml") == 1
    assert run(monkeypatch, "--files", "c.yaml d.yaml") == 0


def test_files_need_no_environment_of_the_flavour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.yaml").write_text(POD.replace("nginx", "nginx:1.29.1"))
    assert run(monkeypatch, "--files", str(tmp_path), "--env", "demo") == 0


def test_an_environment_of_another_flavour_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "--env", "demo") == 2
    assert "demo: got flavour static-ec2, want kuberay-eks: ENV=eks, or FILES=" in capsys.readouterr().err


def test_an_environment_that_was_not_rendered_names_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "manifest_directory", lambda _environment: tmp_path / "gone")
    assert run(monkeypatch) == 2
    assert "there are no manifests: make manifests ENV=eks" in capsys.readouterr().err


def test_a_secret_is_never_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzzz1"
    (tmp_path / "a.yaml").write_text(
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: b}\n"
        f"stringData: {{aws_secret_access_key: {secret}}}\n"
        f"---\n{POD}      env: [{{name: AWS_SECRET_ACCESS_KEY, value: {secret}}}]\n"
    )
    assert run(monkeypatch, "--files", str(tmp_path)) == 1
    shown = capsys.readouterr().out
    assert "(secret-with-values)" in shown
    assert "(aws-keys-in-env)" in shown
    assert secret not in shown
