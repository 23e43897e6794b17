from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from config.errors import UserError
from config.load import load_environment
from scripts.state import Resource, State
from scripts.terraform import protection
from scripts.terraform.__main__ import run
from scripts.terraform.protection import require_data_kept, require_unprotected, sign_of_protection


def environment(*, protect: bool = False, overrides_target: bool = False) -> Any:
    return SimpleNamespace(name="lab", target="local", protect=protect, overrides_target=overrides_target)


def state(type_: str, **attributes: Any) -> State:
    return State((Resource("aws_vpc.main", "aws_vpc", {}), Resource(f"{type_}.one", type_, attributes)))


def test_a_protected_environment_is_never_destroyed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONFIRM", "lab")
    with pytest.raises(UserError, match=r"^lab is protected: set protect: false in environments/lab.yaml"):
        require_unprotected(environment(protect=True))


def test_a_rehearsal_is_told_commands_for_the_rehearsal() -> None:
    rehearsal = environment(protect=True, overrides_target=True)
    with pytest.raises(UserError, match=r"make plan ENV=lab TARGET=local, .*, make destroy ENV=lab TARGET=local$"):
        require_unprotected(rehearsal)


@pytest.mark.parametrize(
    ("found", "sign"),
    [
        (state("aws_instance", disable_api_termination=True), "aws_instance.one has disable_api_termination True"),
        (state("aws_instance", disable_api_termination=False), None),
        (state("aws_instance", disable_api_termination=None), None),
        (state("aws_secretsmanager_secret", recovery_window_in_days=7), "recovery_window_in_days 7"),
        (state("aws_secretsmanager_secret", recovery_window_in_days=0), None),
        (state("aws_s3_bucket", force_destroy=False), "force_destroy False"),
        (state("aws_s3_bucket", force_destroy=True), None),
        (state("aws_s3_bucket"), None),
        (state("aws_ecr_repository", force_delete=False), "force_delete False"),
        (state("aws_ecr_repository", force_delete=True), None),
        (State(()), None),
    ],
)
def test_what_was_applied_tells_whether_it_is_protected(found: State, sign: str | None) -> None:
    said = sign_of_protection(found)
    assert said is None if sign is None else sign in str(said)


def state_text(days: int) -> str:
    secret = {"recovery_window_in_days": days}
    block = {"mode": "managed", "type": "aws_secretsmanager_secret", "name": "token"}
    return json.dumps({"resources": [{**block, "instances": [{"attributes": secret}]}]})


def test_protection_that_is_still_applied_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[str] = []
    monkeypatch.setattr("scripts.terraform.destroy.end_what_others_made", lambda one: ended.append(one.name))
    monkeypatch.setattr(protection, "state_text", lambda *_: state_text(7))
    demo = load_environment("demo")
    with pytest.raises(UserError) as refused:
        run("destroy", demo, as_json=False, replace=())
    assert refused.value.lines == (
        "demo is still protected, aws_secretsmanager_secret.token has recovery_window_in_days 7: protect: false is not "
        "applied yet; run: make plan ENV=demo && make apply ENV=demo, then make destroy ENV=demo",
    )
    assert ended == []


@pytest.mark.parametrize("text", [None, state_text(0)])
def test_nothing_applied_or_nothing_protected_is_let_through(text: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protection, "state_text", lambda *_: text)
    require_unprotected(environment())


def state_of(type_: str, name: str) -> str:
    block = {"mode": "managed", "type": type_, "name": name}
    return json.dumps({"resources": [{**block, "instances": [{"attributes": {}}]}]})


@pytest.mark.parametrize(
    ("type_", "protect", "addresses", "lost"),
    [
        ("aws_efs_file_system", True, set(), True),
        ("aws_memorydb_cluster", True, {"aws_memorydb_cluster.other"}, True),
        ("aws_fsx_lustre_file_system", True, set(), True),
        ("aws_ecr_repository", True, set(), True),
        ("aws_eks_cluster", True, set(), True),
        ("aws_efs_file_system", True, {"aws_efs_file_system.one"}, False),
        ("aws_efs_file_system", False, set(), False),
        ("aws_vpc", True, set(), False),
    ],
)
def test_data_of_a_protected_environment_stays_in_the_configuration(
    monkeypatch: pytest.MonkeyPatch, type_: str, protect: bool, addresses: set[str], lost: bool
) -> None:
    monkeypatch.setattr(protection, "state_text", lambda *_: state_of(type_, "one"))
    if not lost:
        require_data_kept(environment(protect=protect), addresses)
        return
    said = rf"^lab is protected and would lose {type_}\.one with the data in it: put back .* environments/lab.yaml; or "
    with pytest.raises(UserError, match=said):
        require_data_kept(environment(protect=protect), addresses)


def test_nothing_is_lost_before_the_first_apply(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protection, "state_text", lambda *_: None)
    require_data_kept(environment(protect=True), set())
