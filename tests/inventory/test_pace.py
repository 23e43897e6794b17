"""A round collects no garbage, and shows itself only when it is slow."""

from __future__ import annotations

import gc
import time

import pytest

from scripts.inventory import pace
from scripts.inventory.pace import no_garbage_collection, shown_when_slow


def test_garbage_is_collected_again_afterwards() -> None:
    was_on = []

    def fail() -> None:
        with no_garbage_collection():
            was_on.append(gc.isenabled())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert (was_on, gc.isenabled()) == ([False], True)


def test_a_quick_round_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with shown_when_slow(lambda: (0, 0)):
        pass
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("progress", "line"),
    [((3, 9), "reading AWS: 3 of 9 reads answered\n"), ((0, 0), "reading AWS: the Terraform state\n")],
)
def test_a_slow_round_says_how_far_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], progress: tuple[int, int], line: str
) -> None:
    monkeypatch.setattr(pace, "SLOW_SECONDS", 0.01)
    with shown_when_slow(lambda: progress):
        time.sleep(0.2)
    assert capsys.readouterr() == ("", line)
