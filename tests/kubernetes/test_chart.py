"""The operator's chart: which is taken, and which is refused. No network."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.errors import UserError
from scripts.kubernetes import chart as charts
from scripts.kubernetes.chart import cached_chart, crd_text, sha256
from scripts.kubernetes.programs import find_program, require_programs
from tests.kubernetes.chart import open_crds, pack
from tests.kubernetes.conftest import CHOICES, environment_of


@pytest.fixture(autouse=True)
def own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charts, "BUILD", tmp_path / "build")
    for name in (*CHOICES, "KUBECTL", "HELM"):
        monkeypatch.delenv(name, raising=False)


def test_the_chart_of_the_user_must_be_the_wanted_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = environment_of(tmp_path)
    good = pack(tmp_path / "good.tgz", with_crds=open_crds())
    monkeypatch.setenv("CHART", str(good))
    assert cached_chart(environment) == good
    assert crd_text(good).count('"kind": "CustomResourceDefinition"') == 4
    monkeypatch.setenv("CHART_SHA256", sha256(good))
    assert cached_chart(environment) == good
    monkeypatch.setenv("CHART_SHA256", "0" * 64)
    with pytest.raises(UserError, match=rf"got a chart with SHA-256 {sha256(good)}, want that of CHART_SHA256=0000"):
        cached_chart(environment)
    for file, told in (
        (
            pack(tmp_path / "old.tgz", version="1.6.1", with_crds=[]),
            "got chart kuberay-operator 1.6.1, want kuberay-operator",
        ),
        (pack(tmp_path / "other.tgz", name="ray", with_crds=[]), "got chart ray 1.7.0, want kuberay-operator 1.7.0"),
        (tmp_path / "nope.tgz", r"nope\.tgz: no such file, want kuberay-operator-1\.7\.0\.tgz$"),
        (tmp_path / "lab.yaml", "got no chart kuberay-operator, want the file kuberay-operator-1.7.0.tgz"),
    ):
        monkeypatch.setenv("CHART", str(file))
        with pytest.raises(UserError, match=told):
            cached_chart(environment)


def test_a_chart_that_has_changed_since_it_was_pulled_is_refused(tmp_path: Path) -> None:
    environment = environment_of(tmp_path)
    assert cached_chart(environment) is None
    cached = pack(tmp_path / "build" / "charts" / "kuberay-operator-1.7.0.tgz", with_crds=[])
    note = cached.with_name(f"{cached.name}.sha256")
    note.write_text(sha256(cached) + "\n")
    assert cached_chart(environment) == cached
    pack(cached, with_crds=open_crds())
    with pytest.raises(UserError, match=r"is not the chart that was pulled: remove it, and run the same again$"):
        cached_chart(environment)


def test_a_missing_program_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HELM", "no-such-helm")
    with pytest.raises(UserError, match=r"^HELM=no-such-helm is no program: name one that exists, or leave it out"):
        find_program("helm")
    monkeypatch.delenv("HELM")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("scripts.kubernetes.programs.OF_KUBE_TOOLS", tmp_path)
    with pytest.raises(UserError, match=r"^there is no kubectl on the PATH: install it, or run: make kube-tools$"):
        find_program("kubectl")
    program = tmp_path / "kubectl"
    program.touch(mode=0o755)
    assert find_program("kubectl") == str(program)


def test_what_is_no_kubectl_or_helm_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment = environment_of(tmp_path)
    kubectl, helm, empty = (tmp_path / name for name in ("kubectl", "helm", "empty"))
    kubectl.write_text('#!/bin/sh\necho \'{"clientVersion": {"gitVersion": "v1.36.0"}}\'\n')
    helm.write_text("#!/bin/sh\necho v3.19.0+g3d8990f\n")
    empty.write_bytes(b"\x7fELF")
    for program in (kubectl, helm, empty):
        program.chmod(0o755)
    monkeypatch.setenv("KUBECTL", str(kubectl))
    monkeypatch.setenv("HELM", str(helm))
    require_programs(environment)
    for name, program in (
        ("HELM", "/bin/true"),
        ("HELM", str(kubectl)),
        ("KUBECTL", "/bin/true"),
        ("KUBECTL", str(empty)),
    ):
        with monkeypatch.context() as other:
            other.setenv(name, program)
            with pytest.raises(
                UserError, match=rf"^{name}={program} is no {name.lower()}: it does not say its version; "
            ):
                require_programs(environment)
