from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from config.errors import UserError
from scripts.terraform.destroy import require_consent
from tests.synthesis import kube


def environment(*, target: str = "aws") -> Any:
    return SimpleNamespace(name="lab", target=target, overrides_target=False)


@pytest.fixture(autouse=True)
def _no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CONFIRM", raising=False)
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)


def test_aws_needs_the_name() -> None:
    with pytest.raises(UserError, match=r"make destroy ENV=lab CONFIRM=lab$"):
        require_consent(environment())


@pytest.mark.parametrize("given", ["yes", "", "Lab"])
def test_a_wrong_name_is_refused(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONFIRM", given)
    with pytest.raises(UserError, match="lab is not destroyed"):
        require_consent(environment())


def test_the_right_name_is_consent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONFIRM", "lab")
    require_consent(environment())


@pytest.mark.parametrize(("typed", "accepted"), [("lab", True), ("y", False)])
def test_a_person_is_asked(typed: str, accepted: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda _: typed)
    if accepted:
        require_consent(environment())
    else:
        with pytest.raises(UserError):
            require_consent(environment())


def test_the_emulator_needs_no_consent() -> None:
    require_consent(environment(target="local"))


def test_the_end_of_the_input_is_no_consent(monkeypatch: pytest.MonkeyPatch) -> None:
    def end(_: str) -> str:
        raise EOFError

    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", end)
    with pytest.raises(UserError, match="lab is not destroyed"):
        require_consent(environment())


def test_who_destroys_lustre_with_a_link_is_told_when_all_is_in_the_bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def answer(question: str) -> str:
        asked.append(question)
        return "ray"

    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", answer)
    linked = kube(target="aws", account_id="123456789012", buckets={"models": {}}, fsx={"linked_bucket": "models"})
    for lustre in (linked, kube(target="aws", account_id="123456789012", fsx={})):
        monkeypatch.setenv("CONFIRM", "")
        with pytest.raises(UserError):
            require_consent(lustre)
    assert ["AgeOfOldestQueuedMessage" in question for question in asked] == [True, False]
