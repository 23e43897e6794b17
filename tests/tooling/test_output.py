from __future__ import annotations

import pytest

from scripts.terraform import output
from scripts.terraform.deployment import Deployment


def test_a_pipe_gets_whole_lines(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(output, "read_outputs", lambda _: {"id": "x" * 200, "names": ["a", "b"]})
    output.print_outputs(deployment, as_json=False)
    assert capsys.readouterr().out == f"id     {'x' * 200}\nnames  a\nnames  b\n"
