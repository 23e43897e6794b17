"""`make verify` on what it is not for."""

from __future__ import annotations

import sys

import pytest

from scripts.audit.engine import EXIT_UNKNOWN
from scripts.verify.__main__ import main


def test_another_flavour_is_sent_to_the_audit(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["verify", "--env", "demo", "--target", "local"])
    assert main() == EXIT_UNKNOWN
    assert (
        "demo has flavour static-ec2, make verify is for anyscale-cloud; run: make audit ENV=demo"
        in capsys.readouterr().err
    )
