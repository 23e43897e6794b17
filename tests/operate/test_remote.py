from __future__ import annotations

import pytest

from scripts.operate.remote import relay

SESSION = ["\n", "Starting session with SessionId: ada-0\n", "rayform-1:begin\n"]


@pytest.mark.parametrize(
    ("lines", "code", "outside", "printed"),
    [
        (["one\n", "\n", "two\r\n", "rayform-1:0\n"], 0, "Starting session with SessionId: ada-0", "one\n\ntwo\n"),
        (["no newlinerayform-1:7\n"], 7, "Starting session with SessionId: ada-0", "no newline\n"),
        (["one\n"], None, "the session ended before the command did", "one\n"),
    ],
)
def test_only_what_the_command_printed_is_shown(
    lines: list[str], code: int | None, outside: str, printed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert relay([*SESSION, *lines], "rayform-1") == (code, outside)
    assert capsys.readouterr().out == printed


def test_a_session_that_never_began_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    lines = ["\n", "An error occurred (TargetNotConnected): i-0 is not connected.\n", "\n"]
    assert relay(lines, "rayform-1") == (None, "An error occurred (TargetNotConnected): i-0 is not connected.")
    assert capsys.readouterr().out == ""


def test_a_command_that_is_only_echoed_has_not_run(capsys: pytest.CaptureFixture[str]) -> None:
    lines = ["sh -c 'echo rayform-1:begin; ( ls ); echo rayform-1:$?'\n"]
    assert relay(lines, "rayform-1")[0] is None
