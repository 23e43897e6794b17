"""Commands for a cluster of ours, asked of a cloud whose clusters Anyscale makes: one line, before AWS is asked."""

from __future__ import annotations

import sys

import pytest

from scripts.cluster_yaml import __main__ as cluster_yaml
from scripts.operate import __main__ as operate
from scripts.operate.arguments import COMMANDS
from scripts.wheels import __main__ as wheels

REFUSED = {
    **{
        (operate, command): (
            "is of flavour anyscale-cloud, whose clusters Anyscale runs; "
            f"make {command} is for those of the other flavours"
        )
        for command in COMMANDS
    },
    (wheels, "wheels"): "has flavour anyscale-cloud, whose nodes take no wheels",
    (cluster_yaml, "cluster-yaml"): "has flavour anyscale-cloud, want one of autoscaling-ec2",
}


@pytest.mark.parametrize(("program", "command"), REFUSED, ids=lambda value: value if isinstance(value, str) else "")
def test_one_line(
    program: object, command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [command] if program is operate else []
    monkeypatch.setattr(sys, "argv", ["make", *words, "--env", "anyscale"])
    assert program.main() == 2  # type: ignore[attr-defined]
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == f"error: anyscale {REFUSED[program, command]}\n"
