"""Which cluster kubectl works on, and what is said when it is not the right one."""

from __future__ import annotations

import datetime
import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from config.errors import UserError
from scripts.kubernetes import eks_token, programs
from scripts.kubernetes.access import cluster_access, mismatch
from scripts.kubernetes.eks_cluster import EksCluster, describe_cluster
from scripts.kubernetes.kubeconfig import keep_kubeconfig, kubeconfig_file
from tests.kubernetes.conftest import ENVIRONMENT, World, make_cluster

HOST = "0A1B.gr7.us-west-2.eks.amazonaws.com"
CLUSTER = EksCluster("ray-lab", "arn:cluster", f"https://{HOST}", "Q0E=", "1.36")


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ({"server": f"https://{HOST}"}, None),
        ({"server": f"https://{HOST.lower()}:443/"}, None),
        ({"server": "https://127.0.0.1:6443", "tls-server-name": HOST}, None),
        ({"server": "https://127.0.0.1:6443"}, f"got server https://127.0.0.1:6443, want https://{HOST}"),
        (
            {"server": f"https://{HOST}", "tls-server-name": "kubernetes"},
            f"got server https://{HOST} (tls-server-name kubernetes), want https://{HOST}",
        ),
        ({"server": f"https://{HOST}", "certificate-authority-data": "Tk8="}, f"its server https://{HOST} is as https"),
        (
            {"server": f"https://{HOST}", "insecure-skip-tls-verify": True},
            "insecure-skip-tls-verify is true, so nobody",
        ),
    ],
)
def test_a_context_is_the_cluster_or_is_told_apart(place: dict[str, Any], line: str | None) -> None:
    found = mismatch({"certificate-authority-data": "Q0E=", **place}, CLUSTER)
    assert found == line if line is None else str(found).startswith(line)


@pytest.mark.integration
def test_the_file_is_private_without_a_secret_and_made_anew_when_stale(world: World) -> None:
    environment = world.environment()
    file = kubeconfig_file(environment)
    cluster_access(environment, world.session)
    wanted = file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "test" not in json.loads(wanted)["users"][0]["user"]["exec"]["args"]
    assert {"token", "password", "client-key-data"} & json.loads(wanted)["users"][0]["user"].keys() == set()
    file.write_text(wanted.replace("127.0.0.1:", "127.0.0.2:"))
    file.chmod(0o644)
    cluster_access(environment, world.session)
    assert file.read_text() == wanted
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.integration
def test_a_context_of_the_user_is_taken_or_refused(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = world.environment()
    ours = describe_cluster(environment, world.session)
    document = json.loads(keep_kubeconfig(environment, ours).read_text())
    other = world.environment(f"{ENVIRONMENT}project: other\n")
    make_cluster(world.session, "other-lab")
    stranger = describe_cluster(other, world.session)
    contexts = document["contexts"][0]["context"]
    document["contexts"].append({"name": "staging", "context": contexts | {"cluster": "staging"}})
    place = document["clusters"][0]["cluster"] | {"tls-server-name": stranger.host}
    document["clusters"].append({"name": "staging", "cluster": place})
    file = tmp_path / "mine"
    file.write_text(json.dumps(document))
    monkeypatch.setenv("KUBECONFIG", str(file))
    assert cluster_access(world.environment(), world.session).context == "ray-lab"
    monkeypatch.setenv("CONTEXT", "staging")
    with pytest.raises(UserError) as raised:
        cluster_access(world.environment(), world.session)
    (line,) = raised.value.lines
    assert line.startswith("context staging is not the cluster ray-lab of lab: got server https://127.0.0.1:")
    assert f"(tls-server-name {stranger.host}), want {ours.endpoint}; leave out CONTEXT and KUBECONFIG" in line
    assert line.endswith("or use the file of: make kubeconfig ENV=lab TARGET=local")
    monkeypatch.setenv("KUBECONFIG", f"/nope{os.pathsep}{file}")  # as kubectl takes it
    monkeypatch.setenv("CONTEXT", "nope")
    with pytest.raises(UserError, match=r"^CONTEXT=nope: .*nope.*; leave out CONTEXT and KUBECONFIG, or use the file"):
        cluster_access(world.environment(), world.session)
    monkeypatch.setenv("KUBECONFIG", "/nope")
    with pytest.raises(UserError, match=r"^KUBECONFIG=/nope: no such file; leave out CONTEXT and KUBECONFIG, or use"):
        cluster_access(world.environment(), world.session)


@pytest.mark.integration
def test_who_has_no_access_entry_is_told(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment = world.environment()
    document = json.loads(keep_kubeconfig(environment, describe_cluster(environment, world.session)).read_text())
    document["users"][0]["user"] = {"token": "k8s-aws-v1.nobody"}
    file = tmp_path / "mine"
    file.write_text(json.dumps(document))
    monkeypatch.setenv("KUBECONFIG", str(file))
    with pytest.raises(UserError) as raised:
        cluster_access(environment, world.session)
    assert raised.value.lines == (
        "lab is not reached: the cluster ray-lab does not know who you are (Unauthorized); add your role to "
        "access.entries with policy cluster-admin, and apply",
    )


@pytest.mark.integration
def test_a_cluster_that_does_not_answer_is_one_line(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    environment = world.environment()
    document = json.loads(keep_kubeconfig(environment, describe_cluster(environment, world.session)).read_text())
    document["clusters"][0]["cluster"]["server"] = "https://127.0.0.1:1"
    file = tmp_path / "mine"
    file.write_text(json.dumps(document))
    monkeypatch.setenv("KUBECONFIG", str(file))
    with pytest.raises(UserError) as raised:
        cluster_access(environment, world.session)
    (line,) = raised.value.lines
    assert line.startswith("lab is not reached: the Kubernetes API of ray-lab cannot be reached (")
    assert line.endswith("is the embedded AWS running? make local-up")


@pytest.mark.integration
def test_a_cluster_that_is_not_there_is_one_line(world: World) -> None:
    environment = world.environment(f"{ENVIRONMENT}project: none\n")
    with pytest.raises(
        UserError, match=r"^lab has no cluster none-lab yet; run: make plan ENV=lab TARGET=local && make"
    ):
        cluster_access(environment, world.session)


def kubectl_of(path: Path, minor: int) -> str:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f'#!/bin/sh\necho \'{{"clientVersion": {{"gitVersion": "v1.{minor}.4-dispatcher"}}}}\'\n')
    path.chmod(0o755)
    return str(path)


def test_a_kubectl_that_is_too_old_or_new_gives_way_or_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("KUBECTL", raising=False)
    monkeypatch.setenv("PATH", f"{tmp_path / 'path'}:/usr/bin:/bin")
    monkeypatch.setattr(programs, "OF_KUBE_TOOLS", tmp_path / "own")
    users, own = kubectl_of(tmp_path / "path" / "kubectl", 34), kubectl_of(tmp_path / "own" / "kubectl", 36)
    assert [programs.kubectl_for(version) for version in ("1.33", "1.34", "1.35")] == [users] * 3
    assert programs.kubectl_for("1.36") == own
    assert capsys.readouterr().err == ""
    assert programs.kubectl_for("1.38") == users
    note = f"note: {users} is 4 minor versions from the cluster's 1.38, want one at most; "
    assert capsys.readouterr().err == f"{note}install another, or run: make kube-tools\n"
    monkeypatch.setenv("KUBECTL", users)
    assert programs.kubectl_for("1.36") == users
    assert capsys.readouterr().err.endswith("want one at most; leave out KUBECTL\n")


def test_a_credential_is_handed_down_to_its_cluster_while_it_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    (given,) = eks_token.hand_down("ray-lab", "us-west-2", embedded=True).items()
    monkeypatch.setenv(*given)
    now = datetime.datetime.now(datetime.timezone.utc)
    credential = json.loads(str(eks_token.handed_down("ray-lab", now)))
    assert credential["status"]["token"].startswith("k8s-aws-v1.")
    assert eks_token.handed_down("ray-lab", now + datetime.timedelta(minutes=13)) is None
    assert eks_token.handed_down("ray-other", now) is None
    monkeypatch.delenv(given[0])
    assert eks_token.handed_down("ray-lab", now) is None
